"""The ways in: what is sent, in which order, and what is believed."""

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login, transcript
from vexmail.ports.mail_server import Credentials

PLAIN = "AGFubgBzM2NyZXQgcGFzcw=="  # NUL ann NUL s3cret pass


async def test_capabilities_are_asked_again_after_login_where_the_server_does_not_tell() -> None:
    script = transcript(
        """
        S: * OK [CAPABILITY IMAP4rev1] hello
        C: LOGIN "ann" "s3cret pass"
        S: {tag} OK welcome
        C: CAPABILITY
        S: * CAPABILITY IMAP4rev1 idle CONDSTORE
        S: {tag} OK done
        """
    )

    async with session_with(script) as session:
        assert session.capabilities == {"IMAP4REV1", "IDLE", "CONDSTORE"}
        assert session.has_condstore


async def test_capabilities_told_by_the_tagged_ok_are_read_without_its_bracket() -> None:
    async with session_with(after_login(capabilities="MOVE MULTIAPPEND")) as session:
        assert session.capabilities == {"IMAP4REV1", "MOVE", "MULTIAPPEND"}


async def test_plain_goes_with_the_command_where_sasl_ir_is_offered() -> None:
    script = transcript(
        f"""
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR LOGINDISABLED] hello
        C: AUTHENTICATE PLAIN {PLAIN}
        S: * CAPABILITY IMAP4rev1 IDLE
        S: {{tag}} OK welcome
        """
    )

    async with session_with(script) as session:
        assert "IDLE" in session.capabilities


async def test_plain_waits_for_the_server_where_sasl_ir_is_not_offered() -> None:
    async def script(peer: Peer) -> None:
        await peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello")
        await peer.command("AUTHENTICATE PLAIN")
        await peer.send("+ ")
        assert await peer.line() == PLAIN.encode()
        await peer.send("{tag} OK [CAPABILITY IMAP4rev1] welcome")

    async with session_with(script) as session:
        assert session.capabilities == {"IMAP4REV1"}


async def test_login_is_tried_where_the_server_does_not_understand_authenticate() -> None:
    script = transcript(
        """
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello
        C: AUTHENTICATE PLAIN *
        S: {tag} BAD what?
        C: LOGIN *
        S: {tag} OK [CAPABILITY IMAP4rev1] welcome
        """
    )

    async with session_with(script) as session:
        assert session.capabilities == {"IMAP4REV1"}


@pytest.mark.parametrize("plus", [True, False], ids=["literal+", "literal"])
async def test_a_password_that_is_not_ascii_goes_as_a_literal(plus: bool) -> None:  # noqa: FBT001 - a column of the table
    extra = " LITERAL+" if plus else ""

    async def script(peer: Peer) -> None:
        await peer.send(f"* OK [CAPABILITY IMAP4rev1{extra}] hello")
        await peer.command('LOGIN "ann" {5+}' if plus else 'LOGIN "ann" {5}')
        if not plus:
            await peer.send("+ go on")
        assert await peer.line() == "höll".encode()
        await peer.send("{tag} OK [CAPABILITY IMAP4rev1] welcome")

    async with session_with(script, credentials=Credentials("ann", "höll")) as session:
        assert session.capabilities


async def test_preauth_needs_no_login() -> None:
    script = transcript("S: * PREAUTH [CAPABILITY IMAP4rev1 IDLE] welcome back")

    async with session_with(script) as session:
        assert "IDLE" in session.capabilities
