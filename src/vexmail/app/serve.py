"""``vexmail serve``: everything in order, up and down."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from fastapi import FastAPI

from vexmail.app.console import say
from vexmail.app.data_folder import prepare_data_folder
from vexmail.app.embedded import EmbeddedServers
from vexmail.app.event_loop import new_event_loop
from vexmail.app.instance import Instance, holding_instance_lock
from vexmail.app.listening import address_of, open_listener
from vexmail.app.migrations import migrate
from vexmail.app.open_files import allow_many_connections
from vexmail.app.running_servers import embedded_where_needed, wants_embedded
from vexmail.app.runtime import Runtime
from vexmail.app.settings import Settings
from vexmail.app.startup_problem import StartupProblem
from vexmail.app.web_server import WebServer
from vexmail.app.worker_process import WorkerProcess

_OTHER_START_PATIENCE_S = 30.0  # a first start on a slow machine


def serve(settings: Settings, create_app: Callable[[Settings], FastAPI]) -> None:
    """Run VexMail until Ctrl-C or SIGTERM.

    Order: data folder, lock, port, servers, migration, worker, web server, link; and back.

    Args:
        settings: as the person gave them.
        create_app: makes the web application from settled settings. Once its lifespan has
            started, ``app.state.startup_link`` may hold the link for the person, as a whole or
            as a path.

    Raises:
        StartupProblem: VexMail cannot start.
    """
    prepare_data_folder(settings.data_dir)
    allow_many_connections()
    with ExitStack() as stack:
        instance = None
        if wants_embedded(settings):  # else any number may run, against the same servers
            lock = holding_instance_lock(settings.data_dir, patience_s=_OTHER_START_PATIENCE_S)
            instance = stack.enter_context(lock)
        with asyncio.Runner(loop_factory=new_event_loop()) as runner:
            runner.run(_Service(settings, create_app, instance).run())


class _Service:
    """One run, from the first server up to the last one down."""

    def __init__(
        self,
        settings: Settings,
        create_app: Callable[[Settings], FastAPI],
        instance: Instance | None,
    ) -> None:
        self._settings = settings
        self._create_app = create_app
        self._instance = instance
        self._stop_requested = False
        self._web: WebServer | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        starting = asyncio.current_task()
        assert starting is not None  # noqa: S101 - a coroutine always runs in a task
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, partial(self._stop, starting))
        try:
            with self._open_listener() as listener:
                async with embedded_where_needed(self._settings, say) as (settings, servers):
                    await self._serve(settings, servers, listener)
        except asyncio.CancelledError:
            if not self._stop_requested:
                raise

    def _stop(self, starting: asyncio.Task[None]) -> None:
        """Obey Ctrl-C or SIGTERM: the first asks politely, the next does not wait for browsers."""
        first, self._stop_requested = not self._stop_requested, True
        if self._web is not None:
            self._web.should_exit = True
            self._web.force_exit = not first
        elif first:
            starting.cancel()

    async def _serve(
        self, settings: Settings, servers: EmbeddedServers | None, listener: socket.socket
    ) -> None:
        await migrate(Runtime.of(settings).database)
        settings = settings.with_changes(vexmail_port=listener.getsockname()[1])
        url = address_of(listener, settings.vexmail_host)
        self._publish(settings, "")
        web = WebServer(self._create_app(settings), on_ready=partial(self._announce, settings, url))
        self._web = web
        async with asyncio.TaskGroup() as group:
            background = []
            if servers is not None:
                background.append(group.create_task(servers.supervise(), name="embedded"))
            if settings.vexmail_serve_worker:
                worker = WorkerProcess(settings.environment())
                background.append(group.create_task(worker.keep_running(), name="worker"))
            came_up = await web.run_on(listener)
            for task in background:
                task.cancel()
        if not came_up:
            raise StartupProblem("The web application did not start; the log above says why.")

    def _open_listener(self) -> socket.socket:
        wanted = self._settings.vexmail_port
        listener = open_listener(
            self._settings.vexmail_host, wanted, exactly=self._settings.port_was_asked_for
        )
        if (port := listener.getsockname()[1]) != wanted:
            say(f"Port {wanted} is taken, using {port}.")
        return listener

    def _announce(self, settings: Settings, url: str, app: FastAPI) -> None:
        link = str(getattr(app.state, "startup_link", None) or "/")
        self._publish(settings, url)
        say(f"VexMail is ready: {url + link if link.startswith('/') else link}")

    def _publish(self, settings: Settings, url: str) -> None:
        if self._instance is not None:
            self._instance.publish(
                url=url,
                database_url=settings.environment()["DATABASE_URL"],
                redis_url=settings.environment()["REDIS_URL"],
            )
