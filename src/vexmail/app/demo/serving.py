"""Puts the demo together inside its process: store, seed, IMAP, SMTP and the postman."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from vexmail.app.demo.content.world import MAILBOXES, World
from vexmail.app.demo.delivery import Postman
from vexmail.app.demo.demo_state import DEMO_EMAIL, DemoState, load_state
from vexmail.app.demo.imap_server import ImapServer, start_imap
from vexmail.app.demo.imap_session import Login
from vexmail.app.demo.mail_store import MailStore
from vexmail.app.demo.pace import DeliveryPace
from vexmail.app.demo.smtp_server import Submissions, make_smtp
from vexmail.ports.clock import Clock

_SEEDED_NOTE = "seeded_at"


def seed_store(store: MailStore, seed: int, now: datetime) -> World:
    """Fill an empty store, or leave a filled one as it is; answers its world.

    All of it is one transaction: a crash while seeding leaves an empty store, not half a mailbox.
    """
    seeded_at = store.note(_SEEDED_NOTE)
    if seeded_at is not None:
        return World(seed, datetime.fromisoformat(seeded_at))
    world = World(seed, now)
    with store.transaction():
        for name, special_use in MAILBOXES.items():
            store.create(name, special_use=special_use, uid_validity=int(now.timestamp()))
        for mailbox, letter in world.letters():
            received = int(letter.sent_at.timestamp())
            store.append(store.mailboxes[mailbox], letter.render(), letter.flags, received)
        store.remember(_SEEDED_NOTE, now.isoformat())
    return world


async def _listen(start: Callable[[int], Awaitable[asyncio.Server]], port: int) -> asyncio.Server:
    """Listen on the port of last time, or on a free one when it is taken."""
    try:
        return await start(port)
    except OSError:
        if port == 0:
            raise
        return await start(0)


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def serve(
    folder: Path,
    pace: DeliveryPace,
    clock: Clock,
    ready: Callable[[dict[str, int | str]], None],
) -> None:
    """Serve the demo of ``folder`` until cancelled.

    Args:
        folder: the state folder; its state file is there already.
        pace: delivery of new mail.
        clock: tells the "now" of the content and of deliveries.
        ready: told the ports in use and the number of messages once both servers listen.

    Raises:
        StoreInUseError: another process serves this folder.
        OSError: no port can be had, or the folder cannot be written.
    """
    started = clock.monotonic()
    state: DemoState = load_state(folder, seed=0)
    store = MailStore(folder / "mail.sqlite3")
    try:
        world = seed_store(store, state.seed, clock.now())
        login = Login(DEMO_EMAIL, state.password)
        postman = Postman(store, world, pace, clock)
        imap = ImapServer(store, login, on_login=postman.somebody_logged_in)
        imap_listener = await _listen(lambda port: start_imap(imap, port), state.imap_port)
        handler = Submissions(store, DEMO_EMAIL, folder / "outside", postman.sent_outside)
        loop = asyncio.get_running_loop()
        smtp_listener = await _listen(
            lambda port: loop.create_server(make_smtp(login, handler), "127.0.0.1", port),
            state.smtp_port,
        )
        ready(
            {
                "imap_port": _port(imap_listener),
                "smtp_port": _port(smtp_listener),
                "messages": sum(len(box.entries) for box in store.mailboxes.values()),
                "milliseconds": int((clock.monotonic() - started) * 1000),
            }
        )
        await postman.run()
        await asyncio.Event().wait()
    finally:
        store.close()
