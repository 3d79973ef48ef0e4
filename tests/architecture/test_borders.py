"""Libraries stay in their rooms, ports have suites, changes have handlers."""

from pathlib import Path

import pytest

from tests.support import border_rules
from tests.support.repository import ROOT
from vexmail.app.settings import Settings

# One room per library. `typing_extensions` and the logger carry no outside world with them.
EVERYWHERE = frozenset(
    {
        "app", "web", "sync", "jobs", "usecases", "store", "imap", "blobs", "feed", "mime",
        "ports", "domain",
    }
)  # fmt: skip
LIBRARY_ROOMS: dict[str, frozenset[str]] = {
    "typing_extensions": EVERYWHERE,
    "structlog": EVERYWHERE - {"domain", "ports"},
    "aioimaplib": frozenset({"imap"}),
    "aiosmtpd": frozenset({"app.demo"}),
    "alembic": frozenset({"app"}),
    "sqlalchemy": frozenset({"store", "app"}),
    "asyncpg": frozenset({"store", "app"}),
    "redis": frozenset({"feed", "jobs", "app"}),
    "arq": frozenset({"jobs", "app"}),
    "cryptography": frozenset({"store", "app"}),
    "charset_normalizer": frozenset({"mime"}),
    "nh3": frozenset({"mime"}),
    "selectolax": frozenset({"mime"}),
    "fastapi": frozenset({"web", "app"}),
    "starlette": frozenset({"web"}),
    "sse_starlette": frozenset({"web"}),
    "pydantic": frozenset({"web", "app"}),
    "pydantic_core": frozenset({"web"}),
    "pydantic_settings": frozenset({"app"}),
    "typer": frozenset({"app"}),
    "uvicorn": frozenset({"app"}),
    "uvloop": frozenset({"app"}),
}
PURE = frozenset(
    {
        "collections", "dataclasses", "datetime", "enum", "functools", "hashlib", "hmac",
        "itertools", "math", "re", "string", "types", "typing", "typing_extensions", "unicodedata",
        "bisect", "operator", "abc", "email", "html",
    }
)  # fmt: skip


def plant(root: Path, name: str, text: str) -> None:
    """Write a file of a made-up checkout."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_every_library_lives_in_one_room() -> None:
    assert border_rules.misplaced_libraries(ROOT, LIBRARY_ROOMS) == []


def test_a_library_outside_of_its_room_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/sync/follower.py", "import aioimaplib\nimport requests\n")
    plant(tmp_path, "src/vexmail/imap/session.py", "from aioimaplib import aioimaplib\n")

    assert border_rules.misplaced_libraries(tmp_path, LIBRARY_ROOMS) == [
        "src/vexmail/sync/follower.py imports aioimaplib, which lives in imap",
        "src/vexmail/sync/follower.py imports requests, which has no room yet",
    ]


def test_the_domain_knows_no_outside_world() -> None:
    assert border_rules.impure_domain(ROOT, PURE) == []


def test_a_clock_in_the_domain_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/domain/backoff.py", "import random\nimport time\n")

    assert len(border_rules.impure_domain(tmp_path, PURE)) == 2


def test_every_port_has_a_contract_suite() -> None:
    assert border_rules.ports_without_contract(ROOT) == []


def test_a_port_without_a_suite_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/ports/clock.py", "")
    plant(tmp_path, "src/vexmail/ports/blob_store.py", "")
    plant(tmp_path, "tests/contracts/test_blob_store.py", "def test_put_then_get(): ...\n")

    assert border_rules.ports_without_contract(tmp_path) == [
        "ports/clock.py has no suite tests/contracts/test_clock.py"
    ]


def test_every_change_has_a_handler_in_the_browser() -> None:
    assert border_rules.change_types(ROOT), "no changes found: the check looks at the wrong place"
    assert border_rules.unhandled_changes(ROOT) == []


def test_a_change_without_a_handler_is_noticed(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "src/vexmail/domain/change.py",
        "class A:\n    type: ClassVar[str] = 'email_read'\n"
        "class B:\n    type: ClassVar[str] = 'reset'\n"
        "class C:\n    type: ClassVar[str] = 'email_moved'\n",
    )
    plant(
        tmp_path,
        "frontend/src/store/applyChange.ts",
        'switch (change.type) {\n  case "email_read":\n}\nconst table = {\n  reset: refetch,\n};\n',
    )

    assert border_rules.unhandled_changes(tmp_path) == [
        "change 'email_moved' has no handler in frontend/src"
    ]


def test_every_setting_is_shown_in_the_example_environment() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    fields = frozenset(name.upper() for name in Settings.model_fields)

    assert border_rules.settings_drift(example, fields) == []


@pytest.mark.parametrize(
    ("example", "offences"),
    [
        ("IMAP_SERVER=\n# SECRET_KEY=\n", []),
        ("IMAP_SERVER=\n", [".env.example does not show SECRET_KEY"]),
        (
            "IMAP_SERVER=\nSECRET_KEY=\nOLD=1\n",
            [".env.example shows OLD, which nothing reads"],
        ),
    ],
)
def test_a_setting_that_is_not_shown_or_not_read_is_noticed(
    example: str, offences: list[str]
) -> None:
    fields = frozenset({"IMAP_SERVER", "SECRET_KEY"})

    assert border_rules.settings_drift(example, fields) == offences
