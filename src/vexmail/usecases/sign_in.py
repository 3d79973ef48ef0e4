"""One-time links, sessions and tokens."""

import secrets
from datetime import timedelta

from vexmail.domain.errors import PermanentError
from vexmail.ports.clock import Clock
from vexmail.store import access
from vexmail.store.queries.access import UserRow
from vexmail.store.unit_of_work import UnitOfWork

LINK_LIFE = timedelta(hours=24)  # long enough to start a server and come back to it
SESSION_LIFE = timedelta(days=30)


class LinkInvalid(PermanentError):
    """The one-time link is unknown, used, or out of date."""

    code = "link_invalid"


class SignIn:
    """Lets people and programs in."""

    def __init__(self, uow: UnitOfWork, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def owner(self) -> UserRow:
        """Return the owner of this installation, made on first call."""
        async with self._uow() as tx:
            return await access.owner(tx)

    async def has_been_used(self) -> bool:
        """Tell whether anybody ever signed in here with a link."""
        async with self._uow() as tx:
            return await access.any_link_used(tx)

    async def make_link(self) -> str:
        """Return the secret of a fresh one-time link for the owner."""
        token = secrets.token_urlsafe(24)
        async with self._uow() as tx:
            owner = await access.owner(tx)
            await access.add_login_link(tx, owner.id, token, self._clock.now() + LINK_LIFE)
        return token

    async def use_link(self, token: str, user_agent: str) -> tuple[UserRow, str]:
        """Use a link up; answer who it lets in and the secret of the new session.

        Raises:
            LinkInvalid: it does not let anybody in.
        """
        session = secrets.token_urlsafe(32)
        async with self._uow() as tx:
            user = await access.use_login_link(tx, token)
            if user is None:
                raise LinkInvalid(
                    "This sign-in link was used already or is out of date."
                    " Run `vexmail login-link` on the server for a new one."
                )
            expires_at = self._clock.now() + SESSION_LIFE
            await access.add_session(tx, user.id, session, expires_at, user_agent)
        return user, session

    async def sign_out(self, session: str) -> None:
        """End a session."""
        async with self._uow() as tx:
            await access.end_session(tx, session)

    async def make_token(self, name: str) -> str:
        """Return a new API token of the owner; it is not stored and cannot be shown again."""
        token = "vex_" + secrets.token_urlsafe(32)
        async with self._uow() as tx:
            owner = await access.owner(tx)
            await access.add_api_token(tx, owner.id, name, token)
        return token

    async def accept_environment_token(self, token: str | None) -> None:
        """Accept ``VEXMAIL_TOKEN`` from now on, and no earlier one."""
        async with self._uow() as tx:
            owner = await access.owner(tx)
            await access.set_environment_token(tx, owner.id, token)
