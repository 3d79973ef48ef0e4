"""What every ``FleetBell`` must do; a test class per implementation inherits these tests."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tests.support.waiting import eventually
from vexmail.domain.ids import AccountId, MessageId
from vexmail.ports.fleet_bell import Errand, FleetBell, Knock

HERE_AND_THERE = Knock(Errand.SYNC, AccountId(7))
BODY = Knock(Errand.BODY, AccountId(7), MessageId(9))


class OpensBells(Protocol):
    """Opens one process's bell, running; what it hears is appended to the list."""

    def __call__(self, heard: list[Knock]) -> AbstractAsyncContextManager[FleetBell]:
        """Open one."""
        ...


async def listening(here: FleetBell, heard_there: list[Knock]) -> None:
    """Return once the other process hears; it may still be subscribing."""

    async def hears() -> bool:
        here.ring(HERE_AND_THERE)
        return HERE_AND_THERE in heard_there

    await eventually(hears, what="a knock in the other process")


class FleetBellContract:
    """Inherit, and give a fixture ``open_bell``."""

    async def test_a_knock_is_heard_in_another_process_as_it_was_rung(self, open_bell: OpensBells):
        there: list[Knock] = []
        async with open_bell([]) as here, open_bell(there):
            await listening(here, there)

            here.ring(BODY)

            async def heard() -> bool:
                return BODY in there

            await eventually(heard, what="the knock")

    async def test_nobody_hears_a_knock_of_its_own(self, open_bell: OpensBells):
        own: list[Knock] = []
        there: list[Knock] = []
        async with open_bell(own) as here, open_bell(there) as other:
            await listening(here, there)
            await listening(other, own)  # so this process hears others
            own.clear()

            here.ring(BODY)

            async def heard() -> bool:
                return BODY in there

            await eventually(heard, what="the knock elsewhere")
            assert BODY not in own

    async def test_knocks_are_heard_in_the_order_they_were_rung(self, open_bell: OpensBells):
        rung = [Knock(Errand.INTENTS, AccountId(n)) for n in range(1, 30)]
        there: list[Knock] = []
        async with open_bell([]) as here, open_bell(there):
            await listening(here, there)

            for knock in rung:
                here.ring(knock)

            async def heard() -> bool:
                return [k for k in there if k.errand is Errand.INTENTS] == rung

            await eventually(heard, what="all knocks in order")

    async def test_who_begins_to_listen_is_told_to_look_at_everything(self, open_bell: OpensBells):
        there: list[Knock] = []
        async with open_bell(there):

            async def told() -> bool:
                return Knock(Errand.ACCOUNTS) in there

            await eventually(told, what="the errand to look")

    async def test_what_was_rung_last_is_sent_before_an_end(self, open_bell: OpensBells):
        there: list[Knock] = []
        async with open_bell(there):
            async with open_bell([]) as here:
                await listening(here, there)
                here.ring(BODY)
                await here.flush()

            async def heard() -> bool:
                return BODY in there

            await eventually(heard, what="the last knock")
