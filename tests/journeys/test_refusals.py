"""Each way in which a mail server can say no has its own words, on the screen and in the API."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.journeys.screens import add_account
from tests.support.api_client import ApiClient, api_client
from tests.support.browser import Watch
from tests.support.dovecot import Dovecot
from tests.support.mail_account import PASSWORD, MailAccount, an_account
from tests.support.product import Product, free_port
from tests.support.scripted_imap import ScriptedImap, transcript
from tests.support.waiting import eventually

pytestmark = pytest.mark.dovecot


@pytest_asyncio.fixture
async def api(product: Product) -> AsyncIterator[ApiClient]:
    """A program with a token."""
    async with api_client(product.url) as client:
        yield client


@pytest.fixture
def account(dovecot: Dovecot) -> MailAccount:
    """Ann's account, empty."""
    return an_account(dovecot, "ann")


async def refusal(api: ApiClient, body: dict[str, object]) -> tuple[str, str]:
    """Ask for an account that cannot be; return the stable code and the words for a person."""
    problem = await api.post("/api/accounts", body, status=422)
    return problem["code"], problem["detail"]


async def test_a_wrong_password(api: ApiClient, account: MailAccount) -> None:
    code, words = await refusal(api, account.request(password="guessed"))

    assert code == "authentication_failed"
    assert "password" in words
    assert "guessed" not in words


async def test_a_host_that_does_not_exist(api: ApiClient, account: MailAccount) -> None:
    code, words = await refusal(api, account.request(host="imap.nowhere.invalid"))

    assert code == "host_not_found"
    assert "imap.nowhere.invalid" in words


async def test_a_port_where_nobody_listens(api: ApiClient, account: MailAccount) -> None:
    port = free_port()

    code, words = await refusal(api, account.request(port=port))

    assert code == "connection_refused"
    assert str(port) in words


async def test_a_certificate_nobody_vouches_for(api: ApiClient, account: MailAccount) -> None:
    body = account.request(port=account.dovecot.tls_port, security="tls")

    code, words = await refusal(api, body)

    assert code == "certificate_rejected"
    assert "certificate" in words


async def test_tls_asked_of_a_server_that_speaks_clear_text(
    api: ApiClient, account: MailAccount
) -> None:
    code, words = await refusal(api, account.request(security="tls"))

    assert code == "tls_failed"
    assert re.search("TLS|encrypt", words)


async def test_a_server_that_says_bye(api: ApiClient, account: MailAccount) -> None:
    async with ScriptedImap(transcript("S: * BYE closed for today\n! close")) as server:
        code, words = await refusal(api, account.request(port=server.port))

    assert code == "server_said_bye"
    assert "closed for today" in words


async def test_a_server_that_speaks_no_imap(api: ApiClient, account: MailAccount) -> None:
    async with ScriptedImap(transcript("S: 220 mail.example ESMTP\n! silence")) as server:
        code, _ = await refusal(api, account.request(port=server.port))

    assert code == "protocol_violation"


@pytest.mark.browser
async def test_the_form_shows_the_reason_and_lets_a_person_correct_it(
    page: Page, product: Product, account: MailAccount, watch: Watch
) -> None:
    watch.excuse("/api/accounts")  # the browser logs the 422 that is provoked here
    await page.goto(product.link)

    await add_account(page, account, password="guessed")
    reason = page.get_by_text(re.compile("refused.*password"))
    await expect(reason.first).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Add account").click()

    await expect(page.get_by_role("region", name="Messages")).to_be_visible()


async def test_a_password_that_stops_working_is_told_and_not_tried_again_and_again(
    api: ApiClient, account: MailAccount, product: Product
) -> None:
    await api.post("/api/accounts", account.request(), status=201)
    await account_in_state(api, "live")

    account.dovecot.add_user("ann", "changed elsewhere")
    account.dovecot.stop()
    account.dovecot.__enter__()

    told = await account_in_state(api, "needs_attention")
    assert told["error"]["code"] == "authentication_failed"
    await asyncio.sleep(5)  # time in which a retry storm would show
    attempts = account.dovecot.log.count("auth failed")
    assert 1 <= attempts <= 3, account.dovecot.log
    assert "authentication_failed" in logged_codes(product)
    account.dovecot.add_user("ann", PASSWORD)
    await api.post("/api/sync", {}, status=202)
    await account_in_state(api, "live")


async def account_in_state(api: ApiClient, state: str) -> dict[str, dict[str, str]]:
    """Wait until the only account is in a state, and return it."""

    async def look() -> dict[str, dict[str, str]]:
        (only,) = (await api.get("/api/accounts"))["items"]
        assert only["state"] == state, only
        return dict(only)

    return await eventually(look, what=f"an account that is {state}")


def logged_codes(product: Product) -> set[str]:
    """Return the error codes that the log names."""
    lines = (line for line in product.output.splitlines() if line.startswith("{"))
    return {str(json.loads(line).get("code")) for line in lines}


def test_our_certificate_is_really_unknown_to_this_machine(dovecot: Dovecot) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.get_server_certificate(
            (dovecot.host, dovecot.tls_port), ca_certs=ssl.get_default_verify_paths().cafile
        )
