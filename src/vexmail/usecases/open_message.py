"""Open one message for reading, fetching and parsing it on the way if need be."""

from vexmail.domain.change import Json
from vexmail.domain.errors import BlobMissing, NotFound
from vexmail.domain.ids import AccountId, MessageId, UserId
from vexmail.domain.message import BodyState
from vexmail.ports.account_sync import AccountSync
from vexmail.ports.blob_store import BlobStore
from vexmail.ports.message_parser import MessageParser
from vexmail.store import bodies, mailboxes
from vexmail.store.queries.email_detail import detail
from vexmail.store.queries.reader import Reader
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.parse_messages import ParseMessages


class OpenMessage:
    """Answers a whole message; what is here already needs one read."""

    def __init__(
        self,
        reader: Reader,
        uow: UnitOfWork,
        sync: AccountSync,
        blobs: BlobStore,
        parser: MessageParser,
    ) -> None:
        self._reader = reader
        self._uow = uow
        self._sync = sync
        self._blobs = blobs
        self._parser = parser
        self._parse = ParseMessages(uow, blobs, parser)

    async def __call__(self, user_id: UserId, message_id: MessageId) -> Json:
        """Return the message in the shape of the API, its HTML sanitised.

        Raises:
            NotFound: the message is not this user's, or lies in no mailbox.
            TransientError: its body is not here and cannot be fetched now.
        """
        view = await self._view(user_id, message_id)
        if view["body_state"] in (BodyState.REMOTE, BodyState.STORED):
            await self._bring(AccountId(int(view["account_id"])), message_id, view["body_state"])
            view = await self._view(user_id, message_id)
        if view["html"] is None:
            async with self._uow() as tx:
                html = await bodies.html_to_clean(tx, message_id)
            if html is not None:
                safe = await self._parser.sanitise(html)
                async with self._uow() as tx:
                    await bodies.record_clean(tx, message_id, safe)
                view = await self._view(user_id, message_id)
        return view

    async def raw(self, user_id: UserId, message_id: MessageId) -> bytes:
        """Return the message's bytes as the server sent them.

        Raises:
            NotFound, TransientError: as above.
        """
        view = await self._view(user_id, message_id)
        account_id = AccountId(int(view["account_id"]))
        if view["body_state"] == BodyState.REMOTE:
            await self._sync.fetch_body(account_id, message_id)
        try:
            return await self._bytes(message_id)
        except BlobMissing:
            async with self._uow() as tx:
                await mailboxes.lock_account(tx, account_id)
                await bodies.mark_missing(tx, message_id)
            await self._sync.fetch_body(account_id, message_id)
            return await self._bytes(message_id)

    async def _bytes(self, message_id: MessageId) -> bytes:
        return await self._blobs.get((await self._stored(message_id)).blob_id)

    async def _stored(self, message_id: MessageId) -> bodies.Stored:
        async with self._uow() as tx:
            found = await bodies.stored(tx, [message_id])
        if not found:
            raise NotFound("There is no such email.")
        return found[0]

    async def _bring(self, account_id: AccountId, message_id: MessageId, state: str) -> None:
        if state == BodyState.STORED:
            await self._parse([message_id])
            state = (await self._stored(message_id)).state
        if state == BodyState.REMOTE:  # never fetched, or lost from the blob store
            await self._sync.fetch_body(account_id, message_id)
            await self._parse([message_id])

    async def _view(self, user_id: UserId, message_id: MessageId) -> Json:
        async with self._reader() as driver:
            view = await detail(driver, user_id, message_id)
        if view is None:
            raise NotFound("There is no such email.")
        return view
