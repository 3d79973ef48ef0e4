"""Our web application in the test's own process, on a loopback port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
from fastapi import FastAPI

from tests.support.answer_shapes import check_shape
from tests.support.databases import SECRET_KEY
from tests.support.product import TOKEN
from tests.support.waiting import eventually
from vexmail.app.http import create_app
from vexmail.app.listening import open_listener
from vexmail.app.settings import Settings
from vexmail.app.web_server import WebServer
from vexmail.usecases.sign_in import SignIn
from vexmail.web.services import WebServices


@dataclass(frozen=True, slots=True)
class Web:
    """A running application."""

    url: str
    app: FastAPI
    database_url: str

    @property
    def services(self) -> WebServices:
        """What its routes work with."""
        found: WebServices = self.app.state.services
        return found

    @property
    def sign_in(self) -> SignIn:
        """The use case that makes links and tokens."""
        return self.services.sign_in

    @property
    def database(self) -> str:
        """The name of its database."""
        return urlsplit(self.database_url).path.removeprefix("/")

    async def sql(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        """Run a statement on its database, past the product."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return [dict(row) for row in await connection.fetch(statement, *arguments)]
        finally:
            await connection.close()


@asynccontextmanager
async def running_web(
    database_url: str,
    redis_url: str,
    data_dir: Path,
    **settings: Any,  # noqa: ANN401 - whatever the setting takes
) -> AsyncIterator[Web]:
    """Serve on a free port, with ``TOKEN`` for the API, without a worker; ``settings`` win."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "redis_url": redis_url,
        "secret_key": SECRET_KEY,
        "vexmail_data_dir": data_dir,
        "vexmail_token": TOKEN,
    }
    chosen = Settings(_env_file=None, **(values | settings))
    ready = asyncio.Event()
    app = create_app(chosen)
    server = WebServer(app, on_ready=lambda _: ready.set())
    with open_listener("127.0.0.1", 0, exactly=True) as listener:
        port = listener.getsockname()[1]
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.run_on(listener), name="web")

            async def is_up() -> bool:
                return ready.is_set()

            await eventually(is_up, what="the application")
            try:
                yield Web(f"http://127.0.0.1:{port}", app, database_url)
            finally:
                server.should_exit = True
                await asyncio.wait([serving])


@asynccontextmanager
async def a_stranger(web: Web) -> AsyncIterator[httpx.AsyncClient]:
    """A client without credentials; what it is answered is held to the models, too."""
    hooks = {"response": [check_shape]}
    async with httpx.AsyncClient(
        base_url=web.url, trust_env=False, timeout=60.0, event_hooks=hooks, verify=False
    ) as client:
        yield client
