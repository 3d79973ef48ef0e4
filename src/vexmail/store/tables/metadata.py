"""The metadata object and the column shapes that tables have in common."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, MetaData, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key() -> Column[int]:
    """Return a surrogate key named ``id``."""
    return Column("id", BigInteger, Identity(), primary_key=True)


def owned_by(
    target: str, name: str, *, index: bool = False, primary_key: bool = False
) -> Column[int]:
    """Return a reference that goes away with the row it points to."""
    return Column(
        name,
        BigInteger,
        ForeignKey(target, ondelete="CASCADE"),
        nullable=False,
        index=index or None,
        primary_key=primary_key,
    )


def words(name: str) -> Column[str]:
    """Return a text column that is empty by default."""
    return Column(name, Text, nullable=False, server_default=text("''"))


def word_list(name: str) -> Column[Any]:
    """Return a text array that is empty by default."""
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


def moment(name: str, *, optional: bool = False) -> Column[Any]:
    """Return an aware timestamp; required ones default to the transaction's time."""
    default = None if optional else text("now()")
    return Column(name, DateTime(timezone=True), nullable=optional, server_default=default)
