"""A second look before much is removed: positive proof from another session (rule S3)."""

import structlog

from vexmail.domain.errors import TooManyConnections, TransientError, UidValidityChanged
from vexmail.domain.ids import Uid
from vexmail.domain.mailbox import LocalMailbox
from vexmail.ports.mail_server import MailSession
from vexmail.sync.sync_state import AccountContext, Doubted

log = structlog.get_logger()


async def missing_again(
    context: AccountContext, session: MailSession, box: LocalMailbox, uids: set[Uid]
) -> set[Uid]:
    """Return those of ``uids`` that are missing from the list of another session, too.

    Args:
        context: whose mailbox it is.
        session: the one that missed them. Where the server allows no other beside it, what it
            missed is remembered and it is given up; the next session is the other one.
        box: the mailbox.
        uids: what we hold and the session's complete list lacks.

    Raises:
        UidValidityChanged: the mailbox was numbered anew meanwhile.
        VexMailError: no second list could be had; nothing may be removed.
    """
    doubted = context.signals.doubted.pop(box.id, None)
    if doubted is not None and doubted.session is not session:
        confirmed = uids & doubted.uids
    else:
        try:
            confirmed = uids.difference(await _second_list(context, box))
        except TooManyConnections as error:
            context.signals.doubted[box.id] = Doubted(session, frozenset(uids))
            raise TransientError("Many messages are missing; another list is asked for.") from error
    log.info(
        "sync.loss_examined",
        account_id=context.id,
        mailbox_id=box.id,
        missing=len(uids),
        confirmed=len(confirmed),
    )
    return confirmed


async def _second_list(context: AccountContext, box: LocalMailbox) -> list[Uid]:
    # Not from the pool: a connection that another lane gave up would be no new session.
    async with context.tools.server.connect(context.address, context.credentials) as session:
        selected = await session.select(box.wire_name, read_only=True)
        if selected.uid_validity != box.uid_validity:
            raise UidValidityChanged("The server numbered this mailbox anew.")
        return await session.all_uids()
