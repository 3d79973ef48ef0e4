"""Wishes that are not done, and operations, as the API lists them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.api_client import ApiClient
from tests.support.web import Web

REASON = "The server said no: not yours."


@pytest_asyncio.fixture
async def wishes(web: Web, api: ApiClient) -> AsyncIterator[dict[str, str]]:
    """Three wishes of Ann's: one on its way, one given up, one refused; by their states."""
    (item,) = (await api.get("/api/emails", limit=1))["items"]
    rows = await web.sql(
        "INSERT INTO intents (account_id, message_id, kind, add_flags, remove_flags,"
        " source_mailbox_id, state, attempts, error_code, error_message, next_attempt_at)"
        # The pending one changes nothing when it is laid over: it goes without being taken back.
        " SELECT $1, $2, v.kind, v.flags, '{never-there}', $3, v.state, v.attempts, v.code,"
        " v.words, now() + interval '1 hour' FROM (VALUES"
        " (1, 'flags', '{}'::text[], 'pending', 2, '', ''),"
        " (2, 'move', '{}'::text[], 'parked', 20, 'connection_lost', 'The line broke.'),"
        f" (3, 'flags', ARRAY['\\Flagged'], 'rejected', 1, 'command_refused', '{REASON}'))"
        " AS v(place, kind, flags, state, attempts, code, words) ORDER BY v.place"
        " RETURNING id, state",
        int(item["account_id"]),
        int(item["id"]),
        int(item["mailbox_ids"][0]),
    )
    made = {row["state"]: str(row["id"]) for row in rows}
    yield made | {"email": item["id"], "account": item["account_id"]}
    await web.sql(
        "DELETE FROM intents WHERE id = ANY($1::bigint[])", [int(i) for i in made.values()]
    )


async def test_they_are_listed_newest_first_with_what_when_and_why(
    api: ApiClient, wishes: dict[str, str]
) -> None:
    page = await api.get("/api/intents")

    assert page["total"] == 3
    assert [item["state"] for item in page["items"]] == ["rejected", "parked", "pending"]
    refused, parked, pending = page["items"]
    assert (refused["kind"], refused["add_flags"]) == ("flags", ["\\Flagged"])
    assert (refused["code"], refused["message"]) == ("command_refused", REASON)
    assert refused["email_id"] == wishes["email"]
    assert refused["subject"]
    assert refused["sender"]["address"]
    assert (parked["kind"], parked["attempts"]) == ("move", 20)
    assert parked["from_mailbox"]["name"] == "INBOX"
    assert parked["to_mailbox"] is None
    assert parked["next_attempt_at"] is None
    assert pending["next_attempt_at"] > pending["created_at"]


async def test_a_list_is_narrowed_by_state_kind_and_account(
    api: ApiClient, wishes: dict[str, str]
) -> None:
    async def states(**query: str) -> list[str]:
        return [item["state"] for item in (await api.get("/api/intents", **query))["items"]]

    assert await states(state="pending") == ["pending"]
    given_up = await api.http.get("/api/intents?state=parked&state=rejected")
    assert [item["state"] for item in given_up.json()["items"]] == ["rejected", "parked"]
    assert await states(kind="move") == ["parked"]
    assert len(await states(account=wishes["account"])) == 3
    others = [a["id"] for a in (await api.get("/api/accounts"))["items"]]
    others.remove(wishes["account"])
    assert await states(account=others[0]) == []


async def test_pages_of_wishes_join_without_gap_or_overlap(
    api: ApiClient, wishes: dict[str, str]
) -> None:
    seen = [item["id"] for item in await api.all_items("/api/intents", limit=1)]

    assert seen == [wishes["rejected"], wishes["parked"], wishes["pending"]]


@pytest.mark.parametrize("path", ["/api/intents", "/api/operations"])
async def test_a_foreign_cursor_is_refused(api: ApiClient, path: str) -> None:
    answer = await api.http.get(path, params={"cursor": "xyz"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_those_of_one_kind_are_dropped_together_and_listeners_are_told(
    api: ApiClient, web: Web, wishes: dict[str, str]
) -> None:
    ends = await web.sql("SELECT change_seq AS seq FROM users WHERE role = 'owner' ORDER BY id")

    done = await api.post("/api/intents/drop", {"kind": "flags"})

    left = [item["id"] for item in (await api.get("/api/intents"))["items"]]
    assert done == {"dropped": 1}  # not what is still on its way
    assert left == [wishes["parked"], wishes["pending"]]
    (told,) = (await api.get("/api/changes", since=ends[0]["seq"]))["items"]
    assert (told["type"], told["intent_ids"]) == ("intent_closed", [wishes["rejected"]])


async def test_nothing_that_is_anothers_is_dropped_or_tried_again(
    api: ApiClient, web: Web, foreign: dict[str, str]
) -> None:
    for verb in ("retry", "drop"):
        await api.post(f"/api/intents/{verb}", {"ids": [foreign["wish"]]})
        await api.post(f"/api/intents/{verb}", {"account_id": foreign["account"]}, status=404)
        await api.post(f"/api/intents/{verb}", {})

    rows = await web.sql("SELECT state FROM intents WHERE id = $1", int(foreign["wish"]))
    assert [row["state"] for row in rows] == ["rejected"]


async def test_operations_are_listed_newest_first_with_their_progress(api: ApiClient) -> None:
    items = (await api.get("/api/emails", limit=2))["items"]
    ids = [item["id"] for item in items]
    done = await api.post("/api/emails/batch", {"ids": ids, "action": "label", "label": "kept"})
    await api.post("/api/emails/batch", {"ids": ids, "action": "unlabel", "label": "kept"})

    page = await api.get("/api/operations", limit=1)
    older = await api.get("/api/operations", limit=1, cursor=page["next_cursor"])

    assert [item["action"] for item in page["items"]] == ["unlabel"]
    assert [item["id"] for item in older["items"]] == [done["operation_id"]]
    (first,) = older["items"]
    assert first["matched"] == first["changed"] == 2
    assert first["pending"] + first["settled"] == 2
