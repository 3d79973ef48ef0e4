"""What the sync engine needs to know before it talks to a server."""

from collections.abc import Collection, Sequence
from datetime import datetime

from vexmail.domain.account import Account
from vexmail.domain.errors import VexMailError
from vexmail.domain.ids import AccountId, IntentId, MailboxId, MessageId, Uid
from vexmail.domain.intent import AnyIntent, Appending, AppendMark, PendingIntent, Place
from vexmail.domain.mailbox import LocalMailbox
from vexmail.domain.server_address import Credentials
from vexmail.store import (
    accounts,
    appends,
    bodies,
    intents,
    mailbox_intents,
    mailbox_shapes,
    mailboxes,
    placeholders,
)
from vexmail.store.secret_box import SecretBox
from vexmail.store.unit_of_work import UnitOfWork


class ReadSyncPlan:
    """Reads accounts, cursors and open work; every answer is as of its own moment.

    Args:
        uow: reads need no fence: what is concluded from them is written under one.
        fenced: for what is written here, where a runner is at work.
    """

    def __init__(self, uow: UnitOfWork, box: SecretBox, fenced: UnitOfWork | None = None) -> None:
        self._uow = uow
        self._box = box
        self._fenced = fenced or uow

    async def accounts(self) -> list[Account]:
        """Return all accounts."""
        async with self._uow() as tx:
            return await accounts.all_accounts(tx)

    def credentials(self, account: Account) -> Credentials:
        """Return how to log in.

        Raises:
            SecretUnreadable: the password was sealed with another key.
        """
        sealed = account.imap_password_sealed
        password = self._box.open(sealed, account.imap, account.imap_username)
        return Credentials(account.imap_username, password)

    async def mailboxes(self, account_id: AccountId) -> list[LocalMailbox]:
        """Return an account's mailboxes, the inbox first."""
        async with self._uow() as tx:
            return await mailboxes.of_account(tx, account_id)

    async def local_uids(self, mailbox_id: MailboxId) -> set[Uid]:
        """Return every UID that we hold of a mailbox."""
        async with self._uow() as tx:
            return await mailboxes.local_uids(tx, mailbox_id)

    async def count_held(self, mailbox_id: MailboxId) -> int:
        """Return how many UIDs we hold of a mailbox."""
        async with self._uow() as tx:
            return await mailboxes.count_held(tx, mailbox_id)

    async def missing_bodies(
        self,
        account_id: AccountId,
        limit: int,
        after: tuple[datetime, MessageId] | None = None,
    ) -> bodies.Missing:
        """Return where bodies that we lack can be fetched, newest first."""
        async with self._uow() as tx:
            return await bodies.missing(tx, account_id, limit, after)

    async def places_of(self, message_ids: Sequence[MessageId]) -> dict[MessageId, list[Place]]:
        """Return for each of the messages every UID on the server that is it."""
        async with self._uow() as tx:
            return await bodies.places_of(tx, message_ids)

    async def awaited_in(self, message_id: MessageId) -> list[LocalMailbox]:
        """Return the mailboxes on the server where a message is shown without a UID yet."""
        async with self._uow() as tx:
            ids = await placeholders.awaited_in(tx, message_id)
            found = [await mailboxes.by_id(tx, mailbox_id) for mailbox_id in ids]
        return [box for box in found if box is not None and box.created_by is None]

    async def behind_copies(self, group: Sequence[PendingIntent]) -> set[IntentId]:
        """Return which wishes are about a message whose older copy has no UID yet."""
        async with self._uow() as tx:
            return await placeholders.behind_copies(tx, group)

    async def due_intents(self, account_id: AccountId) -> list[AnyIntent]:
        """Return the wishes to carry out now, in the order they were made."""
        async with self._uow() as tx:
            return await intents.next_pending(tx, account_id)

    async def seconds_until_due(self, account_id: AccountId) -> float | None:
        """Return how long until a wish can be carried out; None when none is open."""
        async with self._uow() as tx:
            return await intents.seconds_until_due(tx, account_id)

    async def is_rebuilding(self, account_id: AccountId) -> bool:
        """Tell whether mail that we do not see now may turn up when a pass ends."""
        async with self._uow() as tx:
            return await mailboxes.is_rebuilding(tx, account_id)

    async def mailbox(self, mailbox_id: MailboxId) -> LocalMailbox | None:
        """Return a mailbox as it is held now, or None when it is gone."""
        async with self._uow() as tx:
            return await mailboxes.by_id(tx, mailbox_id)

    async def in_order(
        self, account_id: AccountId, mailbox_ids: Collection[MailboxId]
    ) -> list[MailboxId]:
        """Return those of some mailboxes that are on the server, the inbox first."""
        async with self._uow() as tx:
            return await mailboxes.in_order(tx, account_id, mailbox_ids)

    async def named(
        self, account_id: AccountId, wire_names: Collection[str]
    ) -> dict[str, MailboxId]:
        """Return the mailboxes that the server calls so."""
        async with self._uow() as tx:
            return await mailboxes.named(tx, account_id, wire_names)

    async def expected_uids(self, mailbox_id: MailboxId) -> set[Uid]:
        """Return the UIDs that may be lost with a mailbox: wishes took them out of view."""
        async with self._uow() as tx:
            return await mailbox_shapes.expected_uids(tx, mailbox_id)

    async def is_held_up(self, intent: AnyIntent) -> bool:
        """Tell whether an earlier wish, of this very moment, must be carried out first."""
        async with self._uow() as tx:
            return await mailbox_intents.is_held_up(tx, intent.id)

    async def appending(self, intent: PendingIntent) -> Appending | None:
        """Return all that an APPEND needs, or None when its mailbox is gone."""
        async with self._uow() as tx:
            return await appends.read(tx, intent.id)

    async def still_pending(self, group: Sequence[AnyIntent]) -> set[IntentId]:
        """Return those that nobody has taken back since they were read."""
        async with self._uow() as tx:
            return await intents.still_pending(tx, [intent.id for intent in group])

    async def mark_append(self, intent: PendingIntent, mark: AppendMark) -> bool:
        """Remember where the mailbox stood, as an APPEND is about to be sent.

        False if the wish was taken back: then it may not be sent.
        """
        return intent.id in await self.mark_filing([intent], mark)

    async def mark_sent(self, intent: AnyIntent) -> bool:
        """Remember that a command that must not be repeated blindly is about to be sent.

        False if the wish was taken back: then it may not be sent.
        """
        async with self._fenced() as tx:
            return bool(await appends.mark(tx, [intent.id], None))

    async def mark_filing(
        self, group: Sequence[PendingIntent], mark: AppendMark | None
    ) -> set[IntentId]:
        """Remember where the target stood, as these wishes are about to be sent.

        Answers those that may be sent: the others were taken back in the meantime.
        """
        if not group:
            return set()
        async with self._fenced() as tx:
            return await appends.mark(tx, [intent.id for intent in group], mark)

    async def postpone(
        self, group: Sequence[AnyIntent], delay: float, reason: VexMailError | None = None
    ) -> None:
        """Try wishes again, together, in ``delay`` seconds; ``reason`` is shown to who asks."""
        code, words = ("", "") if reason is None else (reason.code, str(reason))
        async with self._fenced() as tx:
            await intents.postpone(tx, [intent.id for intent in group], delay, code, words)
