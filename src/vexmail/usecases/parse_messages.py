"""Read stored messages into records: text, snippet, attachments."""

import asyncio
from collections.abc import Sequence
from itertools import groupby

from vexmail.domain.change import EmailUpdated
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import BlobMissing
from vexmail.domain.ids import AccountId, MessageId
from vexmail.domain.message import BodyState, ParsedMessage
from vexmail.ports.blob_store import BlobStore
from vexmail.ports.message_parser import MessageParser
from vexmail.store import bodies, mailboxes
from vexmail.store.bodies import Stored
from vexmail.store.unit_of_work import UnitOfWork


class ParseMessages:
    """Parses what is stored and not read yet; messages in any other state are left alone."""

    def __init__(self, uow: UnitOfWork, blobs: BlobStore, parser: MessageParser) -> None:
        self._uow = uow
        self._blobs = blobs
        self._parser = parser

    async def __call__(self, message_ids: Sequence[MessageId]) -> int:
        """Parse, then record each account's messages in one transaction; answer how many."""
        async with self._uow() as tx:
            found = await bodies.stored(tx, sorted(message_ids))
        todo = [s for s in found if s.state == BodyState.STORED]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._read(s)) for s in todo]
        read = [(s, t.result()) for s, t in zip(todo, tasks, strict=True)]
        by_account = sorted(read, key=lambda pair: (pair[0].account_id, pair[0].message_id))
        for account_id, pairs in groupby(by_account, key=lambda pair: pair[0].account_id):
            crash_point("parse.read")
            await self._record(account_id, list(pairs))
            crash_point("parse.committed")
        return len(read)

    async def _read(self, stored: Stored) -> ParsedMessage | None:
        try:
            raw = await self._blobs.get(stored.blob_id)
        except BlobMissing:
            return None
        return await self._parser.parse(raw)

    async def _record(
        self, account_id: AccountId, read: Sequence[tuple[Stored, ParsedMessage | None]]
    ) -> None:
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            readings = [(s.message_id, parsed) for s, parsed in read if parsed is not None]
            await bodies.record(tx, readings)
            for stored, parsed in read:
                if parsed is None:
                    await bodies.mark_missing(tx, stored.message_id)
            if readings:
                tx.tell(user_id, EmailUpdated(account_id, tuple(i for i, _ in readings)))
