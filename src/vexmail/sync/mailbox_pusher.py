"""Carries out wishes about mailboxes; what an earlier try has done already is done."""

from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import (
    CommandRefused,
    MailboxGone,
    MailboxNotEmpty,
    UidValidityChanged,
)
from vexmail.domain.intent import MailboxWishKind, PendingMailboxIntent
from vexmail.domain.mailbox import LocalMailbox
from vexmail.domain.mailbox_name import is_below, moved
from vexmail.ports.mail_server import MailSession
from vexmail.sync.sync_state import AccountContext

_AWAY = "INBOX"  # selected while another mailbox is renamed or deleted; every account has it


class MailboxPusher:
    """CREATE, RENAME, DELETE and SUBSCRIBE over one session."""

    def __init__(self, context: AccountContext, session: MailSession) -> None:
        self._context = context
        self._tools = context.tools
        self._session = session

    async def push(self, intent: PendingMailboxIntent) -> None:
        """Carry a wish out and close it.

        Raises:
            PermanentError: the server would not; TransientError: not now.
            UidValidityChanged: the mailbox is not known well enough to be deleted.
        """
        box = await self._tools.plan.mailbox(intent.wish.mailbox_id)
        if box is None:
            raise MailboxGone("The mailbox is not there any more.")
        if not await self._tools.plan.mark_sent(intent):
            return
        crash_point("mailbox.marked")
        wire_name = await self._carry_out(intent, box)
        crash_point("mailbox.done")
        await self._tools.settle_intent.mailbox_settled(self._context.id, intent, wire_name)
        crash_point("mailbox.settled")
        self._context.signals.sync_now.set()

    async def _carry_out(self, intent: PendingMailboxIntent, box: LocalMailbox) -> str:
        match intent.wish.kind:
            case MailboxWishKind.CREATE:
                return await self._create(intent.wish.name)
            case MailboxWishKind.RENAME:
                return await self._rename(box, intent)
            case MailboxWishKind.DELETE:
                await self._delete(box)
            case MailboxWishKind.SUBSCRIBE:
                await self._session.subscribe(box.wire_name, wanted=True)
            case MailboxWishKind.UNSUBSCRIBE:
                await self._session.subscribe(box.wire_name, wanted=False)
        return box.wire_name

    async def _create(self, path: str) -> str:
        """A mailbox that is there already is what was wished for (RFC 5530 §3 ALREADYEXISTS)."""
        try:
            return await self._session.create_mailbox(path)
        except CommandRefused:
            for found in await self._session.list_mailboxes():
                if found.name == path and "\\nonexistent" not in found.attributes:
                    await self._session.subscribe(found.wire_name, wanted=True)
                    return found.wire_name
            raise

    async def _rename(self, box: LocalMailbox, intent: PendingMailboxIntent) -> str:
        """A source that is gone while the target is there was renamed by an earlier try."""
        path = intent.wish.name
        try:
            await self._session.select(_AWAY, read_only=True)
            wire_name = await self._session.rename_mailbox(box.wire_name, path)
        except (CommandRefused, MailboxGone):
            listed = await self._session.list_mailboxes()
            target = next((found for found in listed if found.name == path), None)
            if target is None or any(found.wire_name == box.wire_name for found in listed):
                raise
            wire_name = target.wire_name
        if intent.was_sent:
            await self._subscribe_again(box, wire_name)
        return wire_name

    async def _subscribe_again(self, box: LocalMailbox, wire_name: str) -> None:
        """Finish what a rename that was cut off may have left: subscriptions go by name."""
        for one in await self._tools.plan.mailboxes(self._context.id):
            here = one.id == box.id or is_below(one.wire_name, box.wire_name, box.delimiter)
            if here and one.subscribed:
                name = moved(one.wire_name, box.wire_name, wire_name, box.delimiter)
                await self._session.subscribe(name, wanted=True)

    async def _delete(self, box: LocalMailbox) -> None:
        """Delete what is proved to hold nothing but what the wish took out of view."""
        listed = await self._session.list_mailboxes()
        found = next((one for one in listed if one.wire_name == box.wire_name), None)
        if found is None or "\\nonexistent" in found.attributes:
            return
        if found.selectable:
            await self._refuse_surprises(box)
        await self._session.select(_AWAY, read_only=True)
        try:
            await self._session.delete_mailbox(box.wire_name)
        except MailboxGone:
            return

    async def _refuse_surprises(self, box: LocalMailbox) -> None:
        selected = await self._session.select(box.wire_name, read_only=True)
        if not selected.exists:
            return
        if selected.uid_validity != box.uid_validity:
            raise UidValidityChanged("The server numbered this mailbox anew.")
        expected = await self._tools.plan.expected_uids(box.id)
        unseen = set(await self._session.all_uids()) - expected
        if unseen:
            raise MailboxNotEmpty(
                f"{len(unseen)} messages lie in {box.server_name} that were not there when it was"
                " deleted. Look at them, then delete it again."
            )
