"""Settings: every value is checked, and what is wrong is one line that says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vexmail.app.data_folder import source_checkout
from vexmail.app.runtime import Runtime, settle
from vexmail.app.secret_key import refuse_weak_key
from vexmail.app.settings import Settings, load_settings
from vexmail.app.startup_problem import BadSettings

GOOD_KEY = "Zk3vW9qLx7RtB1nYc5HsD8fJ2mPa6GeU"

Setter = Callable[..., None]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Setter:
    """Set the whole environment of VexMail, in a folder without .env."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def put(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return put


def test_without_any_setting_everything_is_embedded_and_local(given: Setter):
    given()

    settings = load_settings()

    assert settings.database_url is None
    assert settings.redis_url is None
    assert settings.vexmail_host == "127.0.0.1"
    assert settings.vexmail_port == 5000
    assert not settings.port_was_asked_for
    checkout = source_checkout()
    assert checkout is not None
    assert settings.data_dir == checkout / "data"


def test_a_dot_env_file_is_read_and_the_environment_wins(given: Setter):
    Path(".env").write_text("VEXMAIL_PORT=7000\nIMAP_MAILBOX=Work\nUNKNOWN=1\n", encoding="utf-8")
    given(VEXMAIL_PORT="8000")

    settings = load_settings()

    assert settings.vexmail_port == 8000
    assert settings.imap_mailbox == "Work"
    assert settings.port_was_asked_for


def test_an_empty_variable_is_as_good_as_none(given: Setter):
    given(DATABASE_URL="", VEXMAIL_PORT="", EMAIL_PASS="")

    assert load_settings().model_fields_set == set()


def test_a_relative_data_folder_is_below_the_working_directory(given: Setter):
    given(VEXMAIL_DATA_DIR="mail")

    assert load_settings().data_dir == Path.cwd() / "mail"


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"VEXMAIL_PORT": "abc"}, "VEXMAIL_PORT: input should be a valid integer"),
        ({"VEXMAIL_PORT": "70000"}, "VEXMAIL_PORT: input should be less than or equal to 65535"),
        ({"IMAP_SECURITY": "ssl"}, "IMAP_SECURITY: input should be 'tls', 'starttls' or 'none'"),
        ({"STORAGE_PROVIDER": "s3"}, "STORAGE_PROVIDER: this version keeps attachments in a local"),
        ({"DATABASE_URL": "mysql://h/d"}, "DATABASE_URL: 'mysql' is not PostgreSQL"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL: it should look like redis://host:6379/0"),
        ({"CLAMAV_URL": "clamav:3310"}, "CLAMAV_URL: it should look like tcp://host:3310"),
        (
            {"VEXMAIL_PUBLIC_URL": "mail.example"},
            "VEXMAIL_PUBLIC_URL: it should look like https://",
        ),
        ({"IMAP_SERVER": "imaps://example.org"}, "IMAP_SERVER: it should be a host name"),
        ({"IMAP_SERVER": "imap.example.org"}, "EMAIL_USER: it is missing."),
        ({"SECRET_KEY": "secret"}, "SECRET_KEY: it has 6 characters, and 32 are the least"),
        ({"VEXMAIL_SERVE_WORKER": "perhaps"}, "VEXMAIL_SERVE_WORKER: input should be a valid bool"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_line_that_names_it(
    given: Setter, variables: dict[str, str], complaint: str
):
    given(**variables)

    with pytest.raises(BadSettings) as caught:
        load_settings()

    assert str(caught.value).startswith(complaint)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.exit_code == 2


def test_every_bad_value_is_told_at_once(given: Setter):
    given(VEXMAIL_PORT="abc", IMAP_SECURITY="ssl")

    with pytest.raises(BadSettings) as caught:
        load_settings()

    assert len(str(caught.value).splitlines()) == 2


def test_a_complaint_never_repeats_a_secret(given: Setter):
    given(DATABASE_URL="mysql://me:hunter2@h/d", SECRET_KEY="hunter2")

    with pytest.raises(BadSettings) as caught:
        load_settings()

    assert "hunter2" not in str(caught.value)


def test_secrets_do_not_show_when_settings_are_printed(given: Setter):
    given(
        DATABASE_URL="postgresql://me:hunter2@h/d",
        REDIS_URL="redis://:hunter2@h",
        SECRET_KEY=f"{GOOD_KEY}hunter2",
        VEXMAIL_TOKEN="hunter2",
        STORAGE_SECRET_KEY="hunter2",
        SMTP_PASS="hunter2",
    )
    settings = load_settings()

    assert "hunter2" not in repr(settings)
    assert "hunter2" not in repr(Runtime.of(settings))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("x" * 31, "31 characters"),
        ("ab" * 20, "repeats few characters"),
        ("please-changeme-please-changeme-please", "placeholder"),
        ("YOUR_SECRET_KEY_HERE_1234567890_abcdef", "placeholder"),
    ],
)
def test_a_weak_key_is_refused_with_the_command_that_makes_a_good_one(key: str, reason: str):
    with pytest.raises(ValueError, match=reason) as caught:
        refuse_weak_key(key)

    assert "secrets.token_urlsafe(48)" in str(caught.value)


def test_settled_settings_of_embedded_servers_make_and_keep_a_key(given: Setter, tmp_path: Path):
    given(VEXMAIL_DATA_DIR=str(tmp_path))
    urls = {"database_url": "postgresql://vexmail@/vexmail?host=/tmp/s", "redis_url": "unix:///s"}

    first = Runtime.of(settle(load_settings(), **urls))
    again = Runtime.of(settle(load_settings(), **urls))

    assert first == again
    assert len(first.secret_key) >= 32
    assert first.allow_private_hosts
    assert first.database.asyncpg_arguments == {
        "host": "/tmp/s",
        "database": "vexmail",
        "user": "vexmail",
    }
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_database_of_ones_own_needs_a_key_of_ones_own(given: Setter):
    given(DATABASE_URL="postgresql://u:p@h/d", REDIS_URL="redis://h")

    with pytest.raises(BadSettings, match="SECRET_KEY: it is needed together with DATABASE_URL"):
        settle(load_settings(), database_url=None, redis_url=None)


def test_a_database_of_ones_own_does_not_allow_private_hosts_by_itself(given: Setter):
    given(DATABASE_URL="postgresql://u:p@h/d", REDIS_URL="redis://h", SECRET_KEY=GOOD_KEY)

    assert not Runtime.of(
        settle(load_settings(), database_url=None, redis_url=None)
    ).allow_private_hosts


def test_a_child_process_reads_back_what_was_settled(given: Setter, tmp_path: Path):
    given(VEXMAIL_DATA_DIR=str(tmp_path), EMAIL_USER="u", EMAIL_PASS="p ä", IMAP_SERVER="h")
    settled = settle(
        load_settings(), database_url="postgresql://vexmail@/v?host=/s", redis_url="unix:///s"
    )

    given(**settled.environment())

    assert load_settings() == settled
