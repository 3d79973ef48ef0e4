"""Health and numbers."""

import asyncio

from fastapi import APIRouter, Response

from vexmail.domain.ids import AccountId
from vexmail.store.queries import accounts, fleet, statistics
from vexmail.web.answer import json_answer
from vexmail.web.auth import CurrentUser
from vexmail.web.problem import ApiError, answers
from vexmail.web.schemas.problems import Problem
from vexmail.web.schemas.system import Alive, Statistics, Status
from vexmail.web.services import Services, WebServices

router = APIRouter(tags=["system"])

PROBE_DEADLINE = 3.0  # seconds; a component that answers later is as good as down


@router.get("/api/status", response_model=Status, responses=answers())
async def status(user: CurrentUser, services: Services) -> Response:
    """Tell how every component and account fares; degraded still serves mail."""
    components = await _examine(services)
    views = []
    holders: dict[AccountId, str] = {}
    if components["database"]["state"] == "ok":
        async with services.reader() as driver:
            views = await accounts.of_user(driver, user.id)
            holders = await fleet.run_by(driver, user.id)
    down = [name for name, c in components.items() if c["state"] != "ok"]
    overall = "down" if "database" in down else "degraded" if down else "ok"
    return json_answer(
        {
            "status": overall,
            "version": services.version,
            "process": services.process,
            "uptime_s": round(services.clock.monotonic() - services.started_at, 1),
            "components": components,
            "accounts": [
                {key: a[key] for key in ("id", "email", "state", "error", "paused")}
                | {"run_by": holders.get(AccountId(int(a["id"])))}
                for a in views
            ],
        }
    )


@router.get("/api/stats", response_model=Statistics, responses=answers())
async def stats(user: CurrentUser, services: Services) -> Response:
    """Count emails, mailboxes, accounts and open streams, and tell how far sync has come."""
    async with services.reader() as driver:
        counts = await statistics.statistics(driver, user.id)
    return json_answer({**counts, "sse_clients": services.tails.streams})


@router.get("/healthz", response_model=Alive)
async def alive() -> Response:
    """Tell that the process answers."""
    return json_answer({"status": "ok"})


@router.get("/readyz", response_model=Alive, responses={503: {"model": Problem}})
async def ready(services: Services) -> Response:
    """Tell whether requests can be served: the database answers."""
    database = await _probe(services, "database")
    if database["state"] != "ok":
        raise ApiError(
            503, "not_ready", f"The database does not answer: {database['detail']}", retry_after=5
        )
    return json_answer({"status": "ok"})


async def _examine(services: WebServices) -> dict[str, dict[str, object]]:
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(_probe(services, name)) for name in services.probes}
    return {name: task.result() for name, task in tasks.items()}


async def _probe(services: WebServices, name: str) -> dict[str, object]:
    began = services.clock.monotonic()
    try:
        async with asyncio.timeout(PROBE_DEADLINE):
            detail = await services.probes[name]()
    except TimeoutError:
        detail = f"no answer within {PROBE_DEADLINE:.0f} s"
        return {"state": "down", "latency_ms": None, "detail": detail}
    except Exception as error:  # noqa: BLE001 - boundary: whatever it is, the component is down
        return {"state": "down", "latency_ms": None, "detail": str(error) or repr(error)}
    latency = round((services.clock.monotonic() - began) * 1000, 2)
    return {"state": "ok", "latency_ms": latency, "detail": detail}
