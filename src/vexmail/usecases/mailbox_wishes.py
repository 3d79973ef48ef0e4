"""Recording and withdrawing wishes about mailboxes, within one transaction."""

from collections.abc import Sequence

from vexmail.domain.change import MailboxCreated, MailboxDeleted, MailboxUpdated
from vexmail.domain.errors import (
    MailboxExists,
    MailboxProtected,
    MailboxUnknown,
    NoSuchRole,
)
from vexmail.domain.ids import AccountId, IntentId, MailboxId, OperationId, UserId
from vexmail.domain.intent import (
    AnyIntent,
    MailboxWish,
    MailboxWishKind,
    PendingMailboxIntent,
)
from vexmail.domain.mailbox import LocalMailbox, MailboxRole
from vexmail.domain.mailbox_name import is_below, is_inbox
from vexmail.store import (
    entries,
    listed_mailboxes,
    mailbox_intents,
    mailbox_shapes,
    mailboxes,
    messages,
    placeholders,
)
from vexmail.store.queries import mailboxes as views
from vexmail.store.unit_of_work import Transaction
from vexmail.usecases import wishes as message_wishes
from vexmail.usecases.wishes import Wishes


class MailboxWishes:
    """Writes and withdraws wishes about mailboxes; the caller holds the account's lock.

    What becomes of messages goes through ``wishes``, whose ``finish`` the caller awaits last.
    """

    def __init__(self, tx: Transaction, user_id: UserId, account_id: AccountId) -> None:
        self._tx = tx
        self._user_id = user_id
        self.account_id = account_id
        self.wishes = Wishes(tx, user_id, account_id)

    async def shown(self) -> list[LocalMailbox]:
        """Return the mailboxes that a person sees."""
        found = await mailboxes.all_of_account(self._tx, self.account_id)
        return [box for box in found if box.deleted_by is None]

    async def create(
        self, path: str, like: LocalMailbox, operation_id: OperationId | None
    ) -> MailboxId:
        """Show a mailbox at ``path`` and wish for it; ``like`` lends namespace and delimiter.

        Raises:
            MailboxExists: there is one already.
        """
        await self._refuse_taken(path)
        mailbox_id = await mailbox_shapes.anticipate(self._tx, self.account_id, path, like)
        wish = MailboxWish(MailboxWishKind.CREATE, mailbox_id, name=path)
        intent_id = await self._write(wish, operation_id)
        await mailbox_shapes.made_by(self._tx, mailbox_id, intent_id)
        await self._tell_created(mailbox_id)
        return mailbox_id

    async def rename(self, box: LocalMailbox, path: str, operation_id: OperationId | None) -> bool:
        """Show a mailbox and all below it at another path; False if it is there already.

        Raises:
            MailboxExists, MailboxProtected: it must not go there, or not go at all.
        """
        if path == box.name:
            return False
        self._refuse_protected(await self._subtree(box), "renamed or moved")
        await self._refuse_taken(path, but=box)
        wish = MailboxWish(MailboxWishKind.RENAME, box.id, name=path, old_name=box.name)
        await self._write(wish, operation_id)
        await self._retitle()
        return True

    async def subscribe(
        self, box: LocalMailbox, operation_id: OperationId | None, *, wanted: bool
    ) -> bool:
        """Show a subscription or its end; False if it is so already."""
        if not await mailbox_shapes.set_subscribed(self._tx, box.id, wanted=wanted):
            return False
        kind = MailboxWishKind.SUBSCRIBE if wanted else MailboxWishKind.UNSUBSCRIBE
        await self._write(MailboxWish(kind, box.id), operation_id)
        await self._tell_updated(box.id)
        return True

    async def delete(
        self, box: LocalMailbox, operation_id: OperationId | None, *, permanent: bool
    ) -> None:
        """Stop showing a mailbox and all below it; their messages go to Trash, or for good.

        Raises:
            MailboxProtected: the account needs one of them.
            MailboxUnknown: they may hold messages that nobody has seen.
            NoSuchRole: messages must go somewhere first.
        """
        doomed = sorted(await self._subtree(box), key=lambda b: b.name, reverse=True)
        self._refuse_protected(doomed, "deleted")
        if any([await self._is_unknown(one) for one in doomed]):
            raise MailboxUnknown(
                "What lies in this mailbox is not known yet. Wait until it is synced, then try"
                " again."
            )
        for one in doomed:
            held = bool(one.total)
            if held and not permanent:
                await self.wishes.move_all(one.id, await self._trash(), operation_id)
            wish = MailboxWish(
                MailboxWishKind.DELETE,
                one.id,
                old_name=one.name,
                permanent=permanent and held,
            )
            grace = message_wishes.DELETE_GRACE if wish.permanent else 0.0
            intent_id = await self._write(wish, operation_id, grace)
            self.wishes.shift(await placeholders.hide_all(self._tx, intent_id, one.id))
            await mailbox_shapes.set_deleted_by(self._tx, one.id, intent_id)
            self._tx.tell(self._user_id, MailboxDeleted(self.account_id, one.id))

    async def withdraw(self, intent: AnyIntent) -> None:
        """Show again what was there before a wish that was closed without being carried out."""
        if not isinstance(intent, PendingMailboxIntent):
            await self.wishes.withdraw(intent)
            return
        mailbox_id = intent.wish.mailbox_id
        match intent.wish.kind:
            case MailboxWishKind.CREATE:
                await self.forget([mailbox_id])
            case MailboxWishKind.RENAME:
                await self._retitle()
            case MailboxWishKind.DELETE:
                if await mailbox_shapes.set_deleted_by(self._tx, mailbox_id, None):
                    self.wishes.shift(await placeholders.withdraw(self._tx, intent.id))
                    await self._tell_created(mailbox_id)
            case MailboxWishKind.SUBSCRIBE | MailboxWishKind.UNSUBSCRIBE as kind:
                wanted = kind is MailboxWishKind.UNSUBSCRIBE
                if await mailbox_shapes.set_subscribed(self._tx, mailbox_id, wanted=wanted):
                    await self._tell_updated(mailbox_id)

    async def confirm(self, intent: PendingMailboxIntent, wire_name: str) -> None:
        """Keep what a wish that was carried out had anticipated."""
        wish = intent.wish
        box = await mailboxes.lock(self._tx, wish.mailbox_id)
        if box is None:
            return
        match wish.kind:
            case MailboxWishKind.CREATE:
                if box.created_by is not None:
                    await self._supplant([(box.id, wire_name)])
                    await mailbox_shapes.came(self._tx, box.id, wire_name)
            case MailboxWishKind.RENAME:
                if box.wire_name != wire_name:
                    renamed = [
                        (one.id, wire_name + one.wire_name.removeprefix(box.wire_name))
                        for one in await mailboxes.of_account(self._tx, self.account_id)
                        if one.wire_name == box.wire_name
                        or is_below(one.wire_name, box.wire_name, box.delimiter)
                    ]
                    await self._supplant(renamed)
                    await mailbox_shapes.follow_rename(self._tx, box, wire_name, wish.name)
                await self._retitle()
            case MailboxWishKind.DELETE:
                await self.forget([box.id])
                return
            case MailboxWishKind.SUBSCRIBE | MailboxWishKind.UNSUBSCRIBE:
                return
        await self._tell_updated(wish.mailbox_id)

    async def forget(self, mailbox_ids: Sequence[MailboxId]) -> None:
        """Remove mailboxes that are not there."""
        for mailbox_id in mailbox_ids:
            box = await mailboxes.lock(self._tx, mailbox_id)
            if box is None:
                continue
            orphans = await entries.remove_all(self._tx, [mailbox_id])
            await messages.mark_orphans(self._tx, orphans)
            await listed_mailboxes.delete(self._tx, [mailbox_id])
            if box.deleted_by is None:
                self._tx.tell(self._user_id, MailboxDeleted(self.account_id, mailbox_id))

    # ---- inside ----

    async def _write(
        self, wish: MailboxWish, operation_id: OperationId | None, grace: float = 0.0
    ) -> IntentId:
        return await mailbox_intents.record(
            self._tx, self.account_id, wish, operation_id=operation_id, grace=grace
        )

    async def _subtree(self, box: LocalMailbox) -> list[LocalMailbox]:
        return [
            one
            for one in await self.shown()
            if one.id == box.id or is_below(one.name, box.name, box.delimiter)
        ]

    async def _is_unknown(self, box: LocalMailbox) -> bool:
        """Tell whether a mailbox may hold more than is shown; not if we have just made it."""
        if not box.selectable or box.created_by is not None or box.sync_state == "live":
            return False
        return not await mailbox_intents.has_made(self._tx, box.id)

    async def _supplant(self, names: Sequence[tuple[MailboxId, str]]) -> None:
        """Make room for wire names that a list of the server brought under other rows."""
        wanted, keep = {name for _, name in names}, {mailbox_id for mailbox_id, _ in names}
        await self.forget(
            [
                box.id
                for box in await mailboxes.of_account(self._tx, self.account_id)
                if box.wire_name in wanted and box.id not in keep
            ]
        )

    async def _refuse_taken(self, path: str, but: LocalMailbox | None = None) -> None:
        for box in await self.shown():
            if but is not None and is_below(path, but.name, but.delimiter):
                raise MailboxProtected("A mailbox cannot be moved below itself.")
            if box is not but and (box.name == path or (is_inbox(box.name) and is_inbox(path))):
                raise MailboxExists("There is a mailbox of this name already. Choose another name.")

    @staticmethod
    def _refuse_protected(boxes: Sequence[LocalMailbox], what: str) -> None:
        for box in boxes:
            if box.role is MailboxRole.INBOX or is_inbox(box.name):
                raise MailboxProtected(f"The inbox cannot be {what}.")
            if box.role is not None:
                raise MailboxProtected(
                    f"{box.name} is this account's mailbox for {box.role.value} and cannot be"
                    f" {what}."
                )

    async def _trash(self) -> MailboxId:
        for box in await self.shown():
            if box.role is MailboxRole.TRASH:
                return box.id
        raise NoSuchRole(
            "This account has no Trash for the messages of this mailbox. Move them first, or"
            " delete them for good with `permanent=true`."
        )

    async def _retitle(self) -> None:
        renamings = await mailbox_intents.renamings(self._tx, self.account_id)
        for mailbox_id in await mailbox_shapes.retitle(self._tx, self.account_id, renamings):
            await self._tell_updated(mailbox_id)

    async def _tell_created(self, mailbox_id: MailboxId) -> None:
        view = await views.one(self._tx.driver, mailbox_id)
        if view is not None:
            told = MailboxCreated(self.account_id, mailbox_id, view)
            self._tx.tell(self._user_id, told)

    async def _tell_updated(self, mailbox_id: MailboxId) -> None:
        view = await views.one(self._tx.driver, mailbox_id)
        if view is not None:
            told = MailboxUpdated(self.account_id, mailbox_id, view)
            self._tx.tell(self._user_id, told)
