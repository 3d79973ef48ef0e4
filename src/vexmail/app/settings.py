"""What a person can set, by environment variables or a ``.env`` file in the working directory.

The names are the interface: a field ``vexmail_port`` is the variable ``VEXMAIL_PORT``.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vexmail.app.data_folder import default_data_dir
from vexmail.app.database_address import parse_database_url
from vexmail.app.secret_key import refuse_weak_key
from vexmail.app.startup_problem import BadSettings

Security = Literal["tls", "starttls", "none"]


def _database_url(value: SecretStr) -> SecretStr:
    parse_database_url(value.get_secret_value())
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    if urlsplit(value.get_secret_value()).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it should look like redis://host:6379/0 or unix:///path")
    return value


def _clamav_url(value: str) -> str:
    parts = urlsplit(value)
    if not (parts.scheme == "tcp" and parts.hostname) and not (
        parts.scheme == "unix" and parts.path
    ):
        raise ValueError("it should look like tcp://host:3310 or unix:///path")
    return value


def _web_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it should look like https://mail.example.org")
    return value.rstrip("/")


def _host(value: str) -> str:
    if "/" in value or " " in value:
        raise ValueError("it should be a host name such as imap.example.org, without more")
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    refuse_weak_key(value.get_secret_value())
    return value


def _built_storage(value: str) -> str:
    if value != "local":
        raise ValueError("this version keeps attachments in a local folder only; use 'local'")
    return value


Host = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Everything a person can set; ``None`` means "not said"."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: Annotated[SecretStr, AfterValidator(_database_url)] | None = None
    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] | None = None
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = None

    imap_server: Host | None = None
    email_user: str | None = None
    email_pass: SecretStr | None = None
    imap_mailbox: str = "INBOX"
    imap_port: Port | None = None
    imap_security: Security = "tls"
    smtp_server: Host | None = None
    smtp_port: Port | None = None
    smtp_security: Security | None = None
    smtp_user: str | None = None
    smtp_pass: SecretStr | None = None

    storage_provider: Annotated[Literal["local", "s3", "minio"], AfterValidator(_built_storage)] = (
        "local"
    )
    storage_endpoint_url: Annotated[str, AfterValidator(_web_url)] | None = None
    storage_bucket: str | None = None
    storage_access_key: str | None = None
    storage_secret_key: SecretStr | None = None
    storage_region: str | None = None
    clamav_url: Annotated[str, AfterValidator(_clamav_url)] | None = None

    vexmail_data_dir: Path | None = None
    vexmail_host: str = "127.0.0.1"
    vexmail_port: Port = 5000
    vexmail_token: SecretStr | None = None
    vexmail_public_url: Annotated[str, AfterValidator(_web_url)] | None = None
    vexmail_allow_private_hosts: bool | None = None
    vexmail_daily_download_mb: Annotated[int, Field(ge=0)] | None = None
    vexmail_serve_worker: bool = True
    vexmail_lease_seconds: Annotated[float, Field(ge=1, le=25)] = 20
    vexmail_log_format: Literal["console", "json"] = "console"
    vexmail_log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _an_account_is_whole(self) -> Self:
        account = {
            "IMAP_SERVER": self.imap_server,
            "EMAIL_USER": self.email_user,
            "EMAIL_PASS": self.email_pass,
        }
        missing = [name for name, value in account.items() if value is None]
        if missing and len(missing) < len(account):
            message = (
                f"{missing[0]}: it is missing. IMAP_SERVER, EMAIL_USER and EMAIL_PASS create the "
                "first account together; set all three or none"
            )
            raise ValueError(message)
        return self

    @property
    def data_dir(self) -> Path:
        """The data folder as an absolute path; it may not exist yet."""
        chosen = self.vexmail_data_dir or default_data_dir()
        return Path.cwd() / chosen.expanduser()

    @property
    def port_was_asked_for(self) -> bool:
        """Whether VEXMAIL_PORT was set, so that no other port will do."""
        return "vexmail_port" in self.model_fields_set

    def with_changes(self, **changes: object) -> Self:
        """Return a copy with other values, checked like any value."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(_env_file=None, **(said | changes))

    def environment(self) -> dict[str, str]:
        """Return what was said as environment variables, secrets included, for a child process."""
        return {
            name.upper(): _as_text(getattr(self, name))
            for name in sorted(self.model_fields_set)
            if getattr(self, name) is not None
        }


def load_settings() -> Settings:
    """Read the environment and ``.env``.

    Raises:
        BadSettings: one line for each value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [_line(problem["loc"], problem["msg"]) for problem in error.errors()]
        raise BadSettings("\n".join(dict.fromkeys(lines))) from None


def _line(where: tuple[int | str, ...], message: str) -> str:
    """Turn one of pydantic's findings into a line for a person: what, why."""
    reason = message.removeprefix("Value error, ")
    if not where:  # a rule over several fields names them itself
        return f"{reason}."
    return f"{str(where[0]).upper()}: {reason[0].lower()}{reason[1:]}."


def _as_text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
