"""Changes by polling and as a stream: the same rows, resumable, in order."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.api_client import ApiClient
from tests.support.product import TOKEN
from tests.support.waiting import eventually
from tests.support.web import Web

Sent = dict[str, str]


@pytest_asyncio.fixture
async def key(api: ApiClient) -> str:
    """Some email."""
    found: str = (await api.get("/api/emails", limit=1, offset=3))["items"][0]["id"]
    return found


async def position(api: ApiClient) -> int:
    """Return the newest number of the log."""
    page = await api.get("/api/changes", since=0, limit=500)
    while page["items"]:
        page = await api.get("/api/changes", since=page["next_since"], limit=500)
    last: int = page["next_since"]
    return last


async def toggle(api: ApiClient, key: str, times: int = 1) -> None:
    """Make changes."""
    for _ in range(times):
        await api.post(f"/api/emails/{key}/star")


# ---- polling ----


async def test_polled_pages_are_the_whole_log_in_order(api: ApiClient, key: str) -> None:
    start = await position(api)
    await toggle(api, key, 5)

    at_once = await api.get("/api/changes", since=start, limit=500)
    one_by_one: list[dict[str, Any]] = []
    since = start
    while len(one_by_one) < len(at_once["items"]):
        page = await api.get("/api/changes", since=since, limit=1)
        one_by_one += page["items"]
        since = page["next_since"]

    assert one_by_one == at_once["items"]
    starred = [c["is_starred"] for c in at_once["items"] if c["type"] == "email_starred"]
    assert starred in ([True, False] * 2 + [True], [False, True] * 2 + [False])
    numbers = [c["seq"] for c in at_once["items"]]
    assert numbers == sorted(set(numbers))
    assert at_once["reset"] is False
    await toggle(api, key)


async def test_polling_at_the_end_gives_nothing_and_the_same_position(api: ApiClient) -> None:
    end = await position(api)

    page = await api.get("/api/changes", since=end)

    assert page["items"] == [] or page["items"][0]["seq"] == end + 1
    assert page["reset"] is False


@pytest.mark.parametrize("ahead", [1_000, 10**12, 10**30])
async def test_a_position_that_was_never_given_is_a_reset(api: ApiClient, ahead: int) -> None:
    end = await position(api)

    page = await api.get("/api/changes", since=end + ahead)

    assert (page["items"], page["reset"]) == ([], True)
    assert page["next_since"] >= end


async def test_a_position_that_was_forgotten_is_a_reset(web: Web, foreign: dict[str, str]) -> None:
    owner = (await web.sql("SELECT user_id FROM api_tokens WHERE name = 'eve'"))[0]["user_id"]
    await web.sql(
        "WITH s AS (UPDATE users SET change_seq = change_seq + 1000 WHERE id = $1"
        " RETURNING change_seq) INSERT INTO change_log (user_id, seq, account_id, type, data)"
        " SELECT $1, change_seq, $2, 'email_read', '{\"email_id\": \"1\"}' FROM s",
        owner,
        int(foreign["account"]),
    )
    await web.sql(
        "DELETE FROM change_log WHERE user_id = $1 AND seq <"
        " (SELECT max(seq) FROM change_log WHERE user_id = $1 AND type = 'email_read')",
        owner,
    )
    headers = {"Authorization": f"Bearer {foreign['token']}"}

    async with httpx.AsyncClient(base_url=web.url, headers=headers, verify=False) as eve:
        page = (await eve.get("/api/changes?since=1")).json()
        after_gap = (await eve.get(f"/api/changes?since={page['next_since']}")).json()

    assert (page["items"], page["reset"]) == ([], True)
    assert after_gap["reset"] is False


# ---- streaming ----


@asynccontextmanager
async def stream(
    web: Web, headers: Sent | None = None, query: str = ""
) -> AsyncIterator[AsyncIterator[Sent]]:
    """Open the stream raw: each event as its fields, comments as the field "comment"."""
    authorization = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        httpx.AsyncClient(base_url=web.url, timeout=60.0, verify=False) as client,
        client.stream(
            "GET", f"/api/events{query}", headers={**authorization, **(headers or {})}
        ) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Sent]:
    fields: Sent = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(":")
        if line:
            fields[name or "comment"] = value.removeprefix(" ")
        elif fields:
            yield fields
            fields = {}


async def changes_of(events: AsyncIterator[Sent], count: int) -> list[dict[str, Any]]:
    """Read this many changes; each event's id is its change's number."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        async for event in events:
            if "data" in event:
                assert "event" not in event
                found.append(json.loads(event["data"]))
                assert event["id"] == str(found[-1]["seq"])
            if len(found) == count:
                break
    return found


async def test_what_happens_is_streamed_at_once_as_it_can_be_polled(
    web: Web, api: ApiClient, key: str
) -> None:
    start = await position(api)
    async with stream(web) as events:
        hello = await anext(events)
        begun = time.monotonic()
        await toggle(api, key, 2)
        live = await changes_of(events, 2)
        took = time.monotonic() - begun

    assert int(hello["id"]) >= start
    assert "data" not in hello, "it sets the position and tells nothing"
    assert int(hello["retry"]) <= 5_000
    polled = (await api.get("/api/changes", since=live[0]["seq"] - 1, limit=2))["items"]
    assert live == polled
    assert took < 10, "not only when somebody looks again"


@pytest.mark.parametrize("way", ["header", "query", "both"])
async def test_a_stream_goes_on_where_it_was_left(
    web: Web, api: ApiClient, key: str, way: str
) -> None:
    start = await position(api)
    await toggle(api, key, 4)
    headers = {} if way == "query" else {"Last-Event-ID": str(start)}
    # EventSource sends the header when it comes back by itself: then the query is old.
    query = {"header": "", "query": f"?last_event_id={start}", "both": "?last_event_id=0"}[way]

    async with stream(web, headers, query) as events:
        missed = await changes_of(events, 4)

    assert missed == (await api.get("/api/changes", since=start, limit=4))["items"]


async def test_a_long_absence_is_made_up_for_in_order(web: Web, api: ApiClient) -> None:
    end = await position(api)

    async with stream(web, {"Last-Event-ID": "0"}) as events:
        everything = await changes_of(events, end)

    assert [change["seq"] for change in everything] == list(range(1, end + 1))


@pytest.mark.parametrize(
    "lost", ["999999999", "9" * 40, "-1", "abc", "\u00b2", "1.5", "0x1", "1 2"]
)
@pytest.mark.parametrize("way", ["header", "query"])
async def test_an_unknown_position_is_told_to_fetch_everything_again(
    web: Web, api: ApiClient, key: str, lost: str, way: str
) -> None:
    end = await position(api)
    headers = {"Last-Event-ID": lost.encode("latin-1")} if way == "header" else {}
    query = str(httpx.QueryParams({"last_event_id": lost})) if way == "query" else ""

    async with stream(web, headers, f"?{query}") as events:  # type: ignore[arg-type] - raw octets
        (reset,) = await changes_of(events, 1)
        await toggle(api, key, 2)
        (then, _) = await changes_of(events, 2)

    assert (reset["type"], reset["mailbox_id"]) == ("reset", None)
    assert reset["seq"] >= end
    assert then["seq"] > end


async def test_an_idle_stream_is_kept_open_by_comments(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.web.routes.changes.HEARTBEAT", 0.1)
    async with stream(web, {"Last-Event-ID": "999999999"}) as events, asyncio.timeout(30):
        await changes_of(events, 1)
        beats = [await anext(events) for _ in range(3)]

    assert [set(beat) for beat in beats] == [{"comment"}] * 3


async def test_two_streams_of_one_person_tell_the_same(web: Web, api: ApiClient, key: str) -> None:
    async with stream(web) as one, stream(web) as other:
        await anext(one)
        await anext(other)
        assert (await api.get("/api/stats"))["sse_clients"] >= 2
        await toggle(api, key, 2)
        seen = [await changes_of(events, 2) for events in (one, other)]

    assert seen[0] == seen[1]

    async def are_gone() -> bool:
        stats: int = (await api.get("/api/stats"))["sse_clients"]
        return stats == 0

    await toggle(api, key, 2)  # what cannot be sent shows that nobody is there
    await eventually(are_gone, what="closed streams forgotten")


async def test_one_persons_changes_reach_nobody_else(
    web: Web, api: ApiClient, key: str, foreign: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {foreign['token']}"}
    async with stream(web, headers) as hers, stream(web) as mine:
        hello = await anext(hers)
        await anext(mine)
        await toggle(api, key, 2)
        await changes_of(mine, 2)
        told: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(1):
                async for event in hers:
                    told += [json.loads(event["data"])] if "data" in event else []
        except TimeoutError:
            pass

    assert hello["id"].isdigit()
    assert {change["account_id"] for change in told} <= {foreign["account"]}


async def test_a_stream_ends_after_a_while_so_that_it_does_not_outlive_its_session(
    web: Web, api: ApiClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.web.routes.changes.LONGEST", 0.0)
    async with stream(web) as events, asyncio.timeout(30):
        await toggle(api, key, 2)
        rest = [event async for event in events]

    assert rest, "it began, and ended by itself"
