"""The independent witness notices every way in which a mirror can be wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.imap_truth import MailboxView, ServerMessage, compare

Items = list[dict[str, Any]]


def a_view() -> MailboxView:
    """A mailbox of four: one read, one starred with a label, one undecidable, one twin."""
    return MailboxView(
        7,
        (
            ServerMessage(1, frozenset({"\\Seen"}), 100, "<a@x>", "Grüße"),
            ServerMessage(2, frozenset({"\\Flagged", "work"}), 200, "<b@x>", "Plan"),
            ServerMessage(5, frozenset(), 300, "", None),
            ServerMessage(9, frozenset(), 200, "<c@x>", "Plan"),
        ),
    )


def an_item(number: int, size: int, subject: str, *marks: str) -> dict[str, Any]:
    """An item as ``GET /api/emails`` gives it."""
    item: dict[str, Any] = {"id": str(number), "size": size, "subject": subject, "labels": []}
    for name in ("is_read", "is_starred", "is_flagged", "is_answered", "is_draft"):
        item[name] = name in marks
    return item


def a_mirror() -> Items:
    """The items that mirror ``a_view``."""
    starred = an_item(12, 200, "Plan", "is_starred")
    starred["labels"] = ["work"]
    return [
        an_item(14, 200, "Plan"),
        an_item(13, 300, "what we made of broken bytes"),
        starred,
        an_item(11, 100, "Grüße", "is_read"),
    ]


def test_a_true_mirror_has_no_differences() -> None:
    assert compare(a_view(), a_mirror()) == []


def drop(items: Items) -> None:
    """Lose a message."""
    items.pop()


def double(items: Items) -> None:
    """List a message twice."""
    items.append(items[0])


def unread(items: Items) -> None:
    """Forget that a message was read."""
    items[3]["is_read"] = False


def unlabel(items: Items) -> None:
    """Forget a keyword."""
    items[2]["labels"] = []


def rename(items: Items) -> None:
    """Show another subject."""
    items[0]["subject"] = "5 3 2"


def grow(items: Items) -> None:
    """Tell another size of the undecidable one."""
    items[1]["size"] = 301


@pytest.mark.parametrize("damage", [drop, double, unread, unlabel, rename, grow])
def test_a_damaged_mirror_is_noticed(damage: Callable[[Items], None]) -> None:
    items = a_mirror()

    damage(items)

    assert compare(a_view(), items) != []
