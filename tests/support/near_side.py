"""What our tables hold of one account, read directly, and how it differs from the far side."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.support.far_side import HeldMailbox
from vexmail.domain.ids import AccountId
from vexmail.store.driver import Driver

_ENTRIES = """
SELECT b.wire_name, e.uid, e.server_flags, e.flags, e.hidden_by, m.blob_id, m.body_state, m.subject
  FROM mailboxes b JOIN mailbox_entries e ON e.mailbox_id = b.id
  JOIN messages m ON m.id = e.message_id
 WHERE b.account_id = $1
"""
_EVERYTHING = {
    "mailboxes": """
SELECT id, name, uid_validity AS generation, uid_next, highest_modseq, total, unread, sync_state,
       created_by, deleted_by
  FROM mailboxes WHERE account_id = $1 ORDER BY id""",
    "entries": """
SELECT b.name, e.uid, m.id, m.subject, e.server_flags, e.flags, e.hidden_by
  FROM mailbox_entries e JOIN mailboxes b ON b.id = e.mailbox_id
  JOIN messages m ON m.id = e.message_id WHERE b.account_id = $1 ORDER BY b.id, e.uid""",
    "wishes": """
SELECT i.id, i.operation_id, i.kind, i.state, i.message_id, m.subject, i.add_flags, i.remove_flags,
       i.source_mailbox_id AS source, i.target_mailbox_id AS target, i.mailbox_id, i.old_name,
       i.name, i.attempts, i.sent_at, i.finished_at, i.error_code
  FROM intents i LEFT JOIN messages m ON m.id = i.message_id
 WHERE i.account_id = $1 ORDER BY i.id""",
}


async def differences(
    driver: Driver, account_id: AccountId, truth: Mapping[str, HeldMailbox]
) -> list[str]:
    """Say how the mirror differs from the server: mailboxes, UIDs, flags, contents."""
    boxes = await driver.fetch(
        "SELECT wire_name, uid_validity, sync_state, subscribed FROM mailboxes"
        " WHERE account_id = $1 AND selectable",
        account_id,
    )
    ours = {row["wire_name"]: row for row in boxes}
    found = [f"{name} is not here" for name in sorted(truth.keys() - ours.keys())]
    found += [f"{name} is not there" for name in sorted(ours.keys() - truth.keys())]
    entries: dict[str, dict[int, Any]] = {name: {} for name in ours}
    for row in await driver.fetch(_ENTRIES, account_id):
        entries.setdefault(row["wire_name"], {})[row["uid"]] = row
    for name in sorted(ours.keys() & truth.keys()):
        if ours[name]["uid_validity"] != truth[name].uid_validity:
            found.append(f"{name} is of generation {ours[name]['uid_validity']}")
        elif ours[name]["sync_state"] != "live":
            found.append(f"{name} is {ours[name]['sync_state']}")
        elif name != "INBOX" and ours[name]["subscribed"] != truth[name].subscribed:
            found.append(f"{name} is subscribed to: {ours[name]['subscribed']}")
        else:
            found += [f"{name}: {what}" for what in _unlike(entries[name], truth[name])]
    return found


def _unlike(ours: Mapping[int, Any], theirs: HeldMailbox) -> list[str]:
    missing = sorted(theirs.messages.keys() - ours.keys())
    extra = sorted(ours.keys() - theirs.messages.keys())
    found = [f"UID {uid} is not here: {theirs.messages[uid].subject}" for uid in missing]
    found += [f"UID {uid} is not there: {ours[uid]['subject']}" for uid in extra]
    for uid in sorted(ours.keys() & theirs.messages.keys()):
        row, held = ours[uid], theirs.messages[uid]
        if frozenset(row["server_flags"]) != held.flags or row["hidden_by"] is not None:
            found.append(
                f"UID {uid} has {sorted(row['server_flags'])} (hidden by {row['hidden_by']}),"
                f" there {sorted(held.flags)}: {held.subject}"
            )
        elif frozenset(row["flags"]) != held.flags:
            found.append(f"UID {uid} shows {sorted(row['flags'])}: {held.subject}")
        elif row["body_state"] != "parsed":
            found.append(f"UID {uid} has a body that is {row['body_state']}: {held.subject}")
        elif row["blob_id"] != held.digest:
            found.append(f"UID {uid} has another content: {held.subject}")
    return found


async def wishes_by_subject(
    driver: Driver, account_id: AccountId
) -> dict[str, Counter[tuple[str, str]]]:
    """Return how many wishes of each kind ended in each state, by the message's subject.

    Those that were taken back when their command may have been sent already are ``recalled``.
    """
    found: dict[str, Counter[tuple[str, str]]] = {}
    for row in await driver.fetch(
        "SELECT m.subject, i.kind, CASE WHEN i.state = 'cancelled' AND i.sent_at IS NOT NULL"
        " THEN 'recalled' ELSE i.state END AS state, count(*) FROM intents i"
        " JOIN messages m ON m.id = i.message_id WHERE i.account_id = $1 GROUP BY 1, 2, 3",
        account_id,
    ):
        counter = found.setdefault(row["subject"], Counter())
        counter[row["kind"], row["state"]] += row["count"]
    return found


async def given_up_wishes(driver: Driver, account_id: AccountId) -> dict[str, str]:
    """Return the kinds of wishes that wait for a person, by their ids."""
    rows = await driver.fetch(
        "SELECT id, kind FROM intents WHERE account_id = $1 AND state IN ('rejected', 'parked')",
        account_id,
    )
    return {str(row["id"]): row["kind"] for row in rows}


async def shown_mailboxes(driver: Driver, account_id: AccountId) -> set[str]:
    """Return the paths of the mailboxes that a person sees and can open."""
    rows = await driver.fetch(
        "SELECT name FROM mailboxes WHERE account_id = $1 AND deleted_by IS NULL AND selectable",
        account_id,
    )
    return {row["name"] for row in rows}


async def everything(driver: Driver, account_id: AccountId) -> str:
    """Return all that may tell how an account came to be as it is: for who reads a failure."""
    lines = []
    for title, query in _EVERYTHING.items():
        rows = await driver.fetch(query, account_id)
        lines += [f"{title}:", *("  " + " ".join(f"{k}={v}" for k, v in r.items()) for r in rows)]
    return "\n".join(lines)
