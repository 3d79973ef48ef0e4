"""Database URLs as people and providers write them."""

import pytest
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from vexmail.app.database_address import parse_database_url


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        (
            "postgresql://me:p%40ss%2Fword@db.example.org:5433/mail?sslmode=require",
            {
                "host": "db.example.org",
                "port": 5433,
                "database": "mail",
                "user": "me",
                "password": "p@ss/word",
                "ssl": "require",
            },
        ),
        ("postgres://me@db/mail", {"host": "db", "database": "mail", "user": "me"}),
        ("postgresql+asyncpg://db/mail", {"host": "db", "database": "mail"}),
        (
            "postgresql://me@[::1]:5432/mail",
            {"host": "::1", "port": 5432, "database": "mail", "user": "me"},
        ),
        (
            "postgresql://me@/mail?host=/run/a folder&port=5433",
            {"host": "/run/a folder", "port": 5433, "database": "mail", "user": "me"},
        ),
    ],
)
def test_both_drivers_get_the_same_address(url: str, arguments: dict[str, object]):
    address = parse_database_url(url)

    assert address.asyncpg_arguments == arguments
    _, for_sqlalchemy = dialect().create_connect_args(make_url(address.sqlalchemy_url))
    assert for_sqlalchemy == arguments


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://db/mail", "is not PostgreSQL"),
        ("postgresql://db", "names no database"),
        ("postgresql:///mail", "names no host"),
        ("postgresql://db:port/mail", "port is not a number"),
        ("postgresql://db/mail?port=x", "'port' is not a number"),
        ("postgresql://db/mail?target_session_attrs=any", "'target_session_attrs' is not"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_the_reason(url: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        parse_database_url(url)


def test_the_password_is_never_shown():
    address = parse_database_url("postgresql://me:hunter2@db/mail")

    assert "hunter2" not in repr(address)
    assert "hunter2" not in address.shown
