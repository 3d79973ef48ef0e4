"""``vexmail serve`` with an application of two lines, so that start and stop are tried alone.

Run as a program, with the environment of the product.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from vexmail.app.console import complain
from vexmail.app.log_setup import set_up_logs
from vexmail.app.serve import serve
from vexmail.app.settings import Settings, load_settings
from vexmail.app.startup_problem import StartupProblem


def create_app(settings: Settings) -> FastAPI:
    """Return an application that answers with what it was given."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.startup_link = "/welcome#abc"
        yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    def given() -> dict[str, str]:
        return settings.environment()

    return app


if __name__ == "__main__":
    set_up_logs("json", "info", process="web")
    try:
        serve(load_settings(), create_app)
    except StartupProblem as problem:
        complain(str(problem))
        sys.exit(problem.exit_code)
