"""What listeners are told, as JSON."""

import json

import pytest

from vexmail.domain.change import (
    AccountStateChanged,
    Change,
    EmailDeleted,
    EmailFlagged,
    EmailMoved,
    EmailRead,
    EmailReceived,
    EmailStarred,
    EmailUnread,
    EmailUpdated,
    IntentClosed,
    IntentRejected,
    Json,
    MailboxCreated,
    MailboxDeleted,
    MailboxUpdated,
    OperationUpdated,
    Reset,
    SyncProgress,
)
from vexmail.domain.ids import AccountId, IntentId, MailboxId, MessageId, OperationId

ACCOUNT, BOX, OTHER, EMAIL = AccountId(1), MailboxId(2), MailboxId(3), MessageId(2**53 + 1)
KEY = "9007199254740993"
"""A number that a JSON number would lose in a browser."""

SHAPES: list[tuple[Change, str, Json]] = [
    (
        EmailReceived(ACCOUNT, EMAIL, BOX, {"id": KEY}),
        "email_received",
        {"email_id": KEY, "mailbox_id": "2", "email": {"id": KEY}},
    ),
    (EmailRead(ACCOUNT, EMAIL), "email_read", {"email_id": KEY}),
    (EmailUnread(ACCOUNT, EMAIL), "email_unread", {"email_id": KEY}),
    (
        EmailStarred(ACCOUNT, EMAIL, is_starred=True),
        "email_starred",
        {"email_id": KEY, "is_starred": True},
    ),
    (
        EmailFlagged(ACCOUNT, EMAIL, is_flagged=False),
        "email_flagged",
        {"email_id": KEY, "is_flagged": False},
    ),
    (EmailUpdated(ACCOUNT, (EMAIL, MessageId(4))), "email_updated", {"email_ids": [KEY, "4"]}),
    (
        EmailMoved(ACCOUNT, EMAIL, None, OTHER),
        "email_moved",
        {"email_id": KEY, "from_mailbox_id": None, "to_mailbox_id": "3"},
    ),
    (
        EmailMoved(ACCOUNT, EMAIL, BOX, OTHER),
        "email_moved",
        {"email_id": KEY, "from_mailbox_id": "2", "to_mailbox_id": "3"},
    ),
    (EmailDeleted(ACCOUNT, EMAIL, BOX), "email_deleted", {"email_id": KEY, "mailbox_id": "2"}),
    (
        MailboxCreated(ACCOUNT, BOX, {"name": "Work"}),
        "mailbox_created",
        {"mailbox_id": "2", "mailbox": {"name": "Work"}},
    ),
    (
        MailboxUpdated(ACCOUNT, BOX, {"unread": 3}),
        "mailbox_updated",
        {"mailbox_id": "2", "mailbox": {"unread": 3}},
    ),
    (MailboxDeleted(ACCOUNT, BOX), "mailbox_deleted", {"mailbox_id": "2"}),
    (
        AccountStateChanged(ACCOUNT, "removed", None, None),
        "account_state_changed",
        {"state": "removed", "error": None, "account": None},
    ),
    (
        SyncProgress(ACCOUNT, BOX, "envelopes", 50, 200, 75.5, None),
        "sync_progress",
        {
            "mailbox_id": "2",
            "phase": "envelopes",
            "done": 50,
            "total": 200,
            "rate": 75.5,
            "estimate_s": None,
        },
    ),
    (
        IntentRejected(
            ACCOUNT, IntentId(9), EMAIL, None, "move", "command_refused", "The server said no."
        ),
        "intent_rejected",
        {
            "intent_id": "9",
            "email_id": KEY,
            "mailbox_id": None,
            "kind": "move",
            "code": "command_refused",
            "message": "The server said no.",
        },
    ),
    (
        IntentClosed(ACCOUNT, (IntentId(9), IntentId(10))),
        "intent_closed",
        {"intent_ids": ["9", "10"]},
    ),
    (
        OperationUpdated(None, OperationId(4), {"id": "4"}),
        "operation_updated",
        {"operation_id": "4", "operation": {"id": "4"}},
    ),
    (Reset(None, "log_cut", None), "reset", {"reason": "log_cut", "mailbox_id": None}),
]


@pytest.mark.parametrize(("change", "kind", "data"), SHAPES, ids=lambda v: getattr(v, "type", ""))
def test_ids_travel_as_strings_and_the_rest_as_it_is(change: Change, kind: str, data: Json) -> None:
    assert change.type == kind
    assert change.data() == data
    assert json.loads(json.dumps(change.data())) == data


def test_every_kind_of_change_is_in_the_table() -> None:
    kinds = {kind.__name__ for kind in Change.__subclasses__()}

    assert {type(change).__name__ for change, _, _ in SHAPES} == kinds
