"""Take over the server's list of mailboxes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from vexmail.domain.change import MailboxCreated, MailboxDeleted, MailboxUpdated
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AccountId, MailboxId, UserId
from vexmail.domain.mailbox import LocalMailbox, RemoteMailbox
from vexmail.domain.mailbox_identity import renamed
from vexmail.domain.mailbox_name import is_below, shown_path
from vexmail.store import entries, mailbox_intents, mailbox_shapes, mailboxes, messages
from vexmail.store.queries import mailboxes as views
from vexmail.store.unit_of_work import Transaction, UnitOfWork


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
            await take_list(tx, user_id, account_id, remote, sure=sure)
            boxes = await mailboxes.of_account(tx, account_id)
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
) -> None:
    """Apply a complete LIST answer within a transaction that holds the account's lock."""
    renamings = await mailbox_intents.renamings(tx, account_id)
    wished = await mailbox_intents.with_subscription_wish(tx, account_id)
    wished |= await _follow_our_renames(tx, account_id, remote)
    ours = {box.wire_name: box for box in await mailboxes.all_of_account(tx, account_id)}
    _follow_renames(ours, remote)
    awaited = {b.server_name: b for b in ours.values() if b.created_by is not None}
    for found in remote:
        box = ours.pop(found.wire_name, None)
        if box is None and found.name in awaited:
            box = ours.pop(awaited[found.name].wire_name)
            await mailbox_shapes.came(tx, box.id, found.wire_name)
        since = 0 if box is None else box.created_by or 0
        path = shown_path(found.name, found.delimiter or "", renamings, since=since)
        if box is None:
            mailbox_id = await mailboxes.add(tx, account_id, found)
            if path != found.name:
                await mailboxes.describe(tx, mailbox_id, found, shown_as=path)
            view = await views.one(tx.driver, mailbox_id)
            tx.tell(user_id, MailboxCreated(account_id, mailbox_id, view or {}))
            continue
        if box.id in wished:
            found = replace(found, subscribed=box.subscribed)  # noqa: PLW2901 - laid over
        if await mailboxes.describe(tx, box.id, found, shown_as=path):
            view = await views.one(tx.driver, box.id)
            if view is not None:
                tx.tell(user_id, MailboxUpdated(account_id, box.id, view))
    for box in _gone(ours.values()):
        if box.total and not sure:
            continue
        orphans = await entries.remove_all(tx, box.id)
        await messages.mark_orphans(tx, orphans)
        await mailboxes.delete(tx, [box.id])
        tx.tell(user_id, MailboxDeleted(account_id, box.id))


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
