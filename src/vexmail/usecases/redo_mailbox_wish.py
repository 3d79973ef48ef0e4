"""Make a wish about a mailbox from an old one: the same again, or the opposite."""

from collections.abc import Sequence

from vexmail.domain.errors import NotFound, PermanentError
from vexmail.domain.ids import MailboxId, OperationId
from vexmail.domain.intent import MailboxWish, MailboxWishKind
from vexmail.domain.mailbox import LocalMailbox, MailboxRole
from vexmail.usecases.mailbox_wishes import MailboxWishes


class DeletedForGood(PermanentError):
    """Nothing brings it back."""

    code = "deleted_for_good"


class RedoMailboxWish:
    """Makes wishes about mailboxes from old ones: the same again, or the opposite."""

    def __init__(self, made: MailboxWishes, operation_id: OperationId) -> None:
        self._made = made
        self._operation_id = operation_id
        self.made_id: MailboxId | None = None

    async def again(self, wish: MailboxWish) -> bool:
        """Wish for the same once more.

        Raises:
            PermanentError: it cannot be any more.
        """
        match wish.kind:
            case MailboxWishKind.CREATE:
                return await self._create(wish.name)
            case MailboxWishKind.RENAME:
                return await self._rename(wish.mailbox_id, wish.name)
            case MailboxWishKind.DELETE:
                return await self._delete(wish.mailbox_id, permanent=wish.permanent)
            case MailboxWishKind.SUBSCRIBE | MailboxWishKind.UNSUBSCRIBE:
                wanted = wish.kind is MailboxWishKind.SUBSCRIBE
                return await self._subscribe(wish.mailbox_id, wanted=wanted)

    async def reverse(self, wish: MailboxWish) -> bool:
        """Wish for what was before a wish that was carried out.

        Raises:
            PermanentError: it cannot be any more.
        """
        match wish.kind:
            case MailboxWishKind.CREATE:
                if await self._box(wish.mailbox_id) is not None:
                    return await self._delete(wish.mailbox_id, permanent=False)
                return False
            case MailboxWishKind.RENAME:
                return await self._rename(wish.mailbox_id, wish.old_name)
            case MailboxWishKind.DELETE if wish.permanent:
                raise DeletedForGood("The mailbox was deleted for good with its messages.")
            case MailboxWishKind.DELETE:
                return await self._create(wish.old_name)
            case MailboxWishKind.SUBSCRIBE | MailboxWishKind.UNSUBSCRIBE:
                wanted = wish.kind is MailboxWishKind.UNSUBSCRIBE
                return await self._subscribe(wish.mailbox_id, wanted=wanted)

    async def _create(self, path: str) -> bool:
        shown = await self._made.shown()
        inbox = next((box for box in shown if box.role is MailboxRole.INBOX), None)
        if inbox is None:
            raise NotFound("This account has no inbox to tell how mailboxes are called.")
        like = _nearest(shown, path) or inbox
        self.made_id = await self._made.create(path, like, self._operation_id)
        return True

    async def _rename(self, mailbox_id: MailboxId, path: str) -> bool:
        return await self._made.rename(await self._known(mailbox_id), path, self._operation_id)

    async def _delete(self, mailbox_id: MailboxId, *, permanent: bool) -> bool:
        box = await self._known(mailbox_id)
        await self._made.delete(box, self._operation_id, permanent=permanent)
        return True

    async def _subscribe(self, mailbox_id: MailboxId, *, wanted: bool) -> bool:
        box = await self._known(mailbox_id)
        return await self._made.subscribe(box, self._operation_id, wanted=wanted)

    async def _box(self, mailbox_id: MailboxId) -> LocalMailbox | None:
        return next((box for box in await self._made.shown() if box.id == mailbox_id), None)

    async def _known(self, mailbox_id: MailboxId) -> LocalMailbox:
        box = await self._box(mailbox_id)
        if box is None:
            raise NotFound("The mailbox is not there any more.")
        return box


def _nearest(shown: Sequence[LocalMailbox], path: str) -> LocalMailbox | None:
    """Return the mailbox right above a path, if there is one."""
    for box in shown:
        if box.delimiter and path.rpartition(box.delimiter)[0] == box.name:
            return box
    return None
