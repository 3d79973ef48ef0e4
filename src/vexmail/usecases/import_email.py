"""Add a message to a mailbox: bytes first, then the wish, shown at once."""

from dataclasses import dataclass
from datetime import datetime

from vexmail.domain.change import Json
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import Conflict, NotFound
from vexmail.domain.flags import FlagEdit, Flags
from vexmail.domain.ids import BlobId, MailboxId, MessageId, ModSeq, OperationId, Uid, UserId
from vexmail.domain.intent import Wish, WishKind
from vexmail.domain.mailbox import LocalMailbox
from vexmail.domain.message import ParsedMessage, RemoteMessage
from vexmail.domain.new_message import envelope_of, prepared
from vexmail.ports.account_sync import AccountSync
from vexmail.ports.blob_store import BlobStore
from vexmail.ports.clock import Clock
from vexmail.ports.message_parser import MessageParser
from vexmail.store import appends, bodies, mailboxes, operations
from vexmail.store.queries import emails
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.answer_once import NO_PROMISE, Promise
from vexmail.usecases.wishes import Wishes


@dataclass(frozen=True, slots=True)
class ImportedEmail:
    """What undo takes, and the email as a list shows it."""

    operation_id: OperationId
    message_id: MessageId
    email: Json

    def answer(self) -> Json:
        """Return it in the shape of the API."""
        return {"operation_id": str(self.operation_id), "email": self.email}


class ImportEmail:
    """Records the wish that a mailbox hold a message that we bring."""

    def __init__(
        self,
        uow: UnitOfWork,
        sync: AccountSync,
        blobs: BlobStore,
        parser: MessageParser,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._sync = sync
        self._blobs = blobs
        self._parser = parser
        self._clock = clock

    async def __call__(
        self,
        user_id: UserId,
        mailbox_id: MailboxId,
        raw: bytes,
        arrival: tuple[Flags, datetime | None] = (frozenset(), None),
        promise: Promise = NO_PROMISE,
    ) -> ImportedEmail:
        """Add the message ``raw``; ``arrival`` has its flags and when it came, None for now.

        Raises:
            NotFound: the mailbox is not this user's.
            Conflict: it can hold no messages.
            NotAMessage: the bytes are no email.
            TransientError: the blob store is unreachable or full.
        """
        async with self._uow() as tx:
            self._refuse(await mailboxes.lock(tx, mailbox_id), user_id)
        flags, received_at = arrival
        raw, name = prepared(raw)
        parsed = await self._parser.parse(raw)
        blob_id = await self._blobs.put(raw)
        crash_point("import.blob_stored")
        message = RemoteMessage(
            uid=Uid(0),
            flags=flags,
            mod_seq=ModSeq(0),
            received_at=received_at or self._clock.now().replace(microsecond=0),
            size=len(raw),
            envelope=envelope_of(parsed.headers, name),
            has_attachments=any(not a.inline for a in parsed.attachments),
        )
        async with self._uow() as tx:
            box = self._refuse(await mailboxes.lock(tx, mailbox_id), user_id)
            done = await self._write(tx, box, message, parsed, blob_id)
            await promise.keep(tx, 201, done.answer())
        crash_point("import.committed")
        self._sync.push_intents(box.account_id)
        return done

    @staticmethod
    def _refuse(box: LocalMailbox | None, user_id: UserId) -> LocalMailbox:
        if box is None or box.user_id != user_id or box.deleted_by is not None:
            raise NotFound("There is no such mailbox.")
        if not box.selectable:
            raise Conflict("That mailbox holds only other mailboxes.")
        return box

    @staticmethod
    async def _write(
        tx: Transaction,
        box: LocalMailbox,
        message: RemoteMessage,
        parsed: ParsedMessage,
        blob_id: BlobId,
    ) -> ImportedEmail:
        operation = await operations.begin(tx, box.user_id, "import", 1)
        message_id = await appends.make(tx, box.account_id, message, blob_id)
        wishes = Wishes(tx, box.user_id, box.account_id)
        wish = Wish(WishKind.APPEND, FlagEdit(add=message.flags), target=box.id)
        await wishes.append(message_id, wish, blob_id, operation)
        await bodies.record(tx, [(message_id, parsed)])
        await wishes.finish()
        await operations.set_changed(tx, operation, 1)
        views = await emails.by_ids(tx.driver, box.user_id, [message_id])
        return ImportedEmail(operation, message_id, views[message_id])
