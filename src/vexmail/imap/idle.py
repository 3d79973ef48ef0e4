"""Waiting for news: IDLE (RFC 2177), or NOOP where it is missing."""

import asyncio
from typing import Final

from vexmail.domain.errors import ConnectionTimedOut
from vexmail.imap.connection import Running
from vexmail.imap.exchange import Exchange
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Condition, Continuation, Response
from vexmail.imap.wording import command_refused
from vexmail.ports.mail_server import Wake

BEGIN: Final = 30.0  # seconds until the server says "+"
END: Final = 10.0  # seconds until DONE is answered; a dead network shows here
POLL: Final = 30.0  # seconds between NOOPs


async def wait_for_news(exchange: Exchange, seconds: float) -> frozenset[Wake]:
    """Return what changed, at most ``seconds`` from now; what came earlier counts at once."""
    exchange.drain()
    if exchange.watch.is_quiet and not exchange.interrupted:
        if "IDLE" in exchange.capabilities:
            await _Idle(exchange).run(seconds)
        else:
            await _poll(exchange, seconds)
    exchange.interrupted = False
    return exchange.watch.collect()


def interrupt(exchange: Exchange) -> None:
    """End a running ``wait_for_news``, or the next one if none runs, as if its time were over."""
    exchange.interrupted = True
    exchange.connection.wake()


async def _poll(exchange: Exchange, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while exchange.watch.is_quiet and not exchange.interrupted and (left := end - loop.time()) > 0:
        with exchange.guard():
            # A server may push without being asked (RFC 9051 §5.3); most wait for the NOOP.
            await exchange.connection.wait_for_unit(min(POLL, left))
        answer = await exchange.run("NOOP")
        if answer.tagged.status != "OK":
            raise command_refused("answer", answer.tagged)


class _Idle:
    """One IDLE command from its beginning to its tagged end."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._tagged: Condition | None = None

    async def run(self, seconds: float) -> None:
        exchange = self._exchange
        with exchange.guard():
            running = exchange.connection.begin("IDLE")
            await self._begin(running)
            if self._tagged is None:
                await self._listen(running, seconds)
            if self._tagged is None:
                await self._end(running)
        tagged = self._tagged
        # The news itself is kept in the watch; a NO to IDLE is told only if there is none.
        if tagged is not None and tagged.status != "OK" and exchange.watch.is_quiet:
            raise command_refused("tell news", tagged)

    async def _begin(self, running: Running) -> None:
        try:
            async with asyncio.timeout(BEGIN):
                while self._tagged is None:
                    if self._read(parse_response(await self._exchange.next_unit()), running):
                        return
        except TimeoutError as error:
            raise ConnectionTimedOut(_DEAD) from error

    async def _listen(self, running: Running, seconds: float) -> None:
        connection = self._exchange.connection
        loop = connection.loop
        end = loop.time() + seconds
        # Units already here are read first, even if the time is over: EXISTS and what comes
        # with it in one packet become one answer.
        while self._tagged is None:
            unit = connection.take()
            if unit is not None:
                self._read(parse_response(unit), running)
            elif (
                not self._exchange.watch.is_quiet
                or self._exchange.interrupted
                or (left := end - loop.time()) <= 0
            ):
                return
            else:
                await connection.wait_for_unit(left)

    async def _end(self, running: Running) -> None:
        self._exchange.connection.end_idle()
        try:
            async with asyncio.timeout(END):
                while self._tagged is None:
                    self._read(parse_response(await self._exchange.next_unit()), running)
        except TimeoutError as error:
            raise ConnectionTimedOut(_DEAD) from error

    def _read(self, response: Response, running: Running) -> bool:
        """Take one response in; tell whether it was the ``+`` that begins the waiting."""
        if isinstance(response, Continuation):
            return True
        if isinstance(response, Condition) and response.tag:
            if self._exchange.ends(response, running):
                self._tagged = response
            return False
        self._exchange.note(response)
        return False


_DEAD: Final = "The mail server stopped answering while waiting for mail. It will be tried again."
