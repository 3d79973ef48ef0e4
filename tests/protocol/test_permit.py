"""Without a permit not one command goes out, and the connection ends."""

from dataclasses import dataclass

import pytest

from tests.support.live_mailbox import LiveMailbox
from vexmail.domain.errors import LeaseLost, VexMailError
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import Uid
from vexmail.domain.server_address import Credentials, Security, ServerAddress
from vexmail.imap.encode import LONG_LITERAL
from vexmail.imap.server import AioimaplibMailServer

LOGIN = Credentials("ann", "pw")
LONG = b"Subject: late\r\n\r\n" + b"x" * LONG_LITERAL
READ = FlagEdit(add=frozenset({SEEN}))


@dataclass
class Warden:
    """Permits until told otherwise, or so many times."""

    is_open: bool = True
    permits_left: int = 1000

    def __call__(self) -> None:
        self.permits_left -= 1
        if not self.is_open or self.permits_left < 0:
            raise LeaseLost("no more")


async def test_a_session_without_a_permit_is_not_opened():
    async with LiveMailbox() as mailbox:
        address = ServerAddress("127.0.0.1", mailbox.port, Security.NONE)

        with pytest.raises(LeaseLost):
            async with AioimaplibMailServer().connect(address, LOGIN, Warden(is_open=False)):
                pytest.fail("opened")

        assert mailbox.sessions == []


async def test_a_permit_that_ends_stops_the_next_command_and_the_session():
    warden = Warden()
    async with LiveMailbox() as mailbox:
        mailbox.deliver(b"Subject: still unread\r\n\r\n")
        address = ServerAddress("127.0.0.1", mailbox.port, Security.NONE)
        async with AioimaplibMailServer().connect(address, LOGIN, warden) as session:
            await session.select("INBOX")
            said = len(mailbox.commands)
            warden.is_open = False

            with pytest.raises(LeaseLost):
                await session.store_flags([Uid(1)], READ)

            warden.is_open = True
            with pytest.raises(VexMailError):  # it does not come back to life
                await session.store_flags([Uid(1)], READ)
        assert mailbox.commands[said:] == []
        assert mailbox.messages[0].flags == set()


async def test_a_literal_announced_under_a_permit_is_not_sent_without_one():
    warden = Warden()
    async with LiveMailbox() as mailbox:
        address = ServerAddress("127.0.0.1", mailbox.port, Security.NONE)
        async with AioimaplibMailServer().connect(address, LOGIN, warden) as session:
            warden.permits_left = 1  # the announcement; the server waits for the rest
            with pytest.raises(LeaseLost):
                await session.append("INBOX", LONG, frozenset(), None)
        assert mailbox.messages == []
