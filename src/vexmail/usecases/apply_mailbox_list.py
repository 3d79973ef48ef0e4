"""Take over the server's list of mailboxes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vexmail.domain.change import MailboxCreated, MailboxDeleted, MailboxUpdated, Reset
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AccountId, MailboxId, UserId
from vexmail.domain.mailbox import LocalMailbox, RemoteMailbox
from vexmail.domain.mailbox_identity import renamed
from vexmail.domain.mailbox_name import is_below, shown_path
from vexmail.store import (
    entries,
    listed_mailboxes,
    mailbox_intents,
    mailbox_shapes,
    mailboxes,
    messages,
)
from vexmail.store.portions import unhurried
from vexmail.store.queries import mailboxes as views
from vexmail.store.unit_of_work import Transaction, UnitOfWork

TOLD_ONE_BY_ONE = 100  # mailboxes; more are told as "fetch the account again"


class ApplyMailboxList:
    """Adds, describes and removes mailboxes so that ours are the server's."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(
        self, account_id: AccountId, remote: Sequence[RemoteMailbox], *, sure: bool = True
    ) -> list[LocalMailbox]:
        """Apply a complete LIST answer; answer the mailboxes as they are now.

        Args:
            account_id: whose list it is.
            remote: what the server lists; with counters, a renamed mailbox is known again.
            sure: what is not listed is gone. Without it, mailboxes in which we hold mail stay
                until somebody made sure.

        Raises:
            NotFound: the account was removed.
        """
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                raise NotFound("The account was removed.")
            boxes = await take_list(tx, user_id, account_id, remote, sure=sure)
            crash_point("list.written")
        crash_point("list.committed")
        return boxes


async def take_list(
    tx: Transaction,
    user_id: UserId,
    account_id: AccountId,
    remote: Sequence[RemoteMailbox],
    *,
    sure: bool = True,
) -> list[LocalMailbox]:
    """Apply a complete LIST answer within a transaction that holds the account's lock."""
    renamings = await mailbox_intents.renamings(tx, account_id)
    wished = await mailbox_intents.with_subscription_wish(tx, account_id)
    wished |= await _follow_our_renames(tx, account_id, remote)
    all_ours = await mailboxes.all_of_account(tx, account_id)
    ours = {box.wire_name: box for box in all_ours}
    _follow_renames(ours, remote)
    awaited = {b.server_name: b for b in ours.values() if b.created_by is not None}
    fresh: list[tuple[RemoteMailbox, str]] = []
    described: list[MailboxId] = []
    object_ids: dict[MailboxId, str] = {}
    async for found in unhurried(remote):
        box = ours.pop(found.wire_name, None)
        if box is None and found.name in awaited:
            box = ours.pop(awaited[found.name].wire_name)
            await mailbox_shapes.came(tx, box.id, found.wire_name)
        since = 0 if box is None else box.created_by or 0
        path = shown_path(found.name, found.delimiter or "", renamings, since=since)
        if box is None:
            fresh.append((found, path))
            continue
        if found.counters and found.counters.object_id not in {"", box.object_id}:
            object_ids[box.id] = found.counters.object_id
        if box.id in wished:
            found = replace(found, subscribed=box.subscribed)  # noqa: PLW2901 - laid over
        if not listed_mailboxes.is_described(
            box, found, shown_as=path
        ) and await listed_mailboxes.describe(tx, box.id, found, shown_as=path):
            described.append(box.id)
    await listed_mailboxes.note_object_ids(tx, object_ids)
    added = await listed_mailboxes.add(tx, account_id, fresh)
    gone = [box.id for box in _gone(ours.values()) if sure or not box.total]
    if gone:
        await messages.mark_orphans(tx, await entries.remove_all(tx, gone))
        await listed_mailboxes.delete(tx, gone)
    await _tell(tx, user_id, account_id, _Altered(added, described, gone))
    if not (added or described or gone or object_ids or awaited):
        return [box for box in all_ours if box.created_by is None]
    return await mailboxes.of_account(tx, account_id)


@dataclass(frozen=True, slots=True)
class _Altered:
    """What a list changed."""

    added: list[MailboxId]
    described: list[MailboxId]
    gone: list[MailboxId]


async def _tell(tx: Transaction, user_id: UserId, account_id: AccountId, altered: _Altered) -> None:
    """Tell what changed, one by one unless it is so much that fetching all again is less."""
    added, described, gone = altered.added, altered.described, altered.gone
    if len(added) + len(described) + len(gone) > TOLD_ONE_BY_ONE:
        tx.tell(user_id, Reset(account_id, "many_changes", None))
        return
    shown = await views.several(tx.driver, [*added, *described])
    tx.tell(user_id, *(MailboxCreated(account_id, i, shown.get(i, {})) for i in added))
    tx.tell(user_id, *(MailboxUpdated(account_id, i, shown[i]) for i in described if i in shown))
    tx.tell(user_id, *(MailboxDeleted(account_id, i) for i in gone))


def _gone(unlisted: Iterable[LocalMailbox]) -> list[LocalMailbox]:
    """Leave out what is not there yet, or whose deletion is closed by the wish for it."""
    return [box for box in unlisted if box.created_by is None and box.deleted_by is None]


def _follow_renames(ours: dict[str, LocalMailbox], remote: Sequence[RemoteMailbox]) -> None:
    """Put mailboxes that another client renamed under their new wire names."""
    listed = {found.wire_name for found in remote}
    gone = _gone(box for name, box in ours.items() if name not in listed)
    awaited = {box.server_name for box in ours.values() if box.created_by is not None}
    fresh = [m for m in remote if m.wire_name not in ours and m.name not in awaited]
    for old, new in renamed(gone, fresh):
        ours[new.wire_name] = ours.pop(old.wire_name)


async def _follow_our_renames(
    tx: Transaction, account_id: AccountId, remote: Sequence[RemoteMailbox]
) -> set[MailboxId]:
    """Recognise mailboxes that a pending wish of ours has renamed on the server already.

    Answers those that such wishes concern: their subscriptions may not have followed yet.
    """
    wished = await mailbox_intents.renamed_to(tx, account_id)
    if not wished:
        return set()
    boxes = await mailboxes.of_account(tx, account_id)
    listed = {found.wire_name for found in remote}
    known = {box.wire_name for box in boxes}
    new = {found.name: found.wire_name for found in remote if found.wire_name not in known}
    concerned: set[MailboxId] = set()
    for box in boxes:
        path = wished.get(box.id)
        if path is None:
            continue
        concerned |= {
            one.id
            for one in boxes
            if one.id == box.id or is_below(one.wire_name, box.wire_name, box.delimiter)
        }
        if path in new and box.wire_name not in listed:
            await mailbox_shapes.follow_rename(tx, box, new[path], path)
    return concerned
