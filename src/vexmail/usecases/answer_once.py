"""Answer a repeated request with the first answer: ``Idempotency-Key``.

A key is held while its request is worked on. The answer is kept in the transaction of the work
itself, so a key that is held without an answer proves that nothing was done: after a crash
the next request takes it over.
"""

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vexmail.domain.change import Json
from vexmail.domain.errors import Conflict, PermanentError
from vexmail.domain.ids import UserId
from vexmail.store import idempotency
from vexmail.store.unit_of_work import Transaction, UnitOfWork

PATIENCE = 30.0  # seconds to wait for the answer of a request that is being worked on
LOOK = 0.1  # seconds between looks at it


class KeyReused(PermanentError):
    """The key stands for another request."""

    code = "idempotency_key_reused"


class KeyInUse(Conflict):
    """The first request with this key is still being worked on."""

    code = "idempotency_key_in_use"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body."""

    status: int
    body: Json


@dataclass(frozen=True, slots=True)
class Promise:
    """That the answer of this request will be the answer of its repetitions, too."""

    user_id: UserId | None = None
    key: str = ""
    holder: str = ""

    async def keep(self, tx: Transaction, status: int, body: Json) -> None:
        """Write the answer down with what it answers.

        Raises:
            KeyInUse: another request took the key over meanwhile; nothing may be written.
        """
        if self.user_id is not None and not await idempotency.keep(
            tx, self.user_id, self.key, self.holder, status, body
        ):
            raise KeyInUse("This request took too long; another one with its key goes on.")


NO_PROMISE = Promise()
Work = Callable[[Promise], Awaitable[Answer]]


class AnswerOnce:
    """Carries work out for the first request with a key, and repeats the answer."""

    def __init__(self, uow: UnitOfWork, secret: bytes) -> None:
        self._uow = uow
        self._secret = secret

    async def __call__(
        self, user_id: UserId, key: str | None, request: bytes, work: Work
    ) -> Answer:
        """Answer a request; ``request`` is a digest of what it asks for.

        Work that fails keeps nothing: the next request with the key tries again.

        Raises:
            KeyReused: the key stands for another request.
            KeyInUse: the first one is still being worked on after ``PATIENCE``.
        """
        if key is None:
            return await work(NO_PROMISE)
        holder = secrets.token_hex(8)
        # A request may hold a password; what is kept of it must not let anybody guess.
        request = hmac.digest(self._secret, b"request " + request, "sha256")
        found = await self._hold(user_id, key, request, holder)
        if found is not None:
            return found
        try:
            return await work(Promise(user_id, key, holder))
        except BaseException:
            async with self._uow() as tx:
                await idempotency.let_go(tx, user_id, key, holder)
            raise

    async def _hold(self, user_id: UserId, key: str, request: bytes, holder: str) -> Answer | None:
        """Get hold of the key, or the answer that was given."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    async with self._uow() as tx:
                        held = await idempotency.hold(tx, user_id, key, request, holder)
                    if held.request != request:
                        raise KeyReused(
                            "This Idempotency-Key was used for another request. Take a new one."
                        )
                    if held.status:
                        return Answer(held.status, held.answer)
                    if held.holder == holder:
                        return None
                    await asyncio.sleep(LOOK)
        except TimeoutError as error:
            raise KeyInUse("The first request with this key is still being worked on.") from error
