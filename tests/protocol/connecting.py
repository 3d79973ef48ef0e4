"""Connecting in vain, for tests of how that fails."""

import ssl

import pytest

from tests.support.imap_session import USER, at
from tests.support.scripted_imap import Script, ScriptedImap, transcript
from vexmail.domain.errors import (
    VexMailError,
)
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Credentials, Security, ServerAddress

LOGIN = """
S: * OK [CAPABILITY IMAP4rev1] hello
C: LOGIN *
"""


async def failure(
    address: ServerAddress,
    credentials: Credentials = USER,
    context: ssl.SSLContext | None = None,
) -> VexMailError:
    """Return the error of connecting."""
    server = AioimaplibMailServer(context)
    with pytest.raises(VexMailError) as caught:
        async with server.connect(address, credentials):
            pass
    assert credentials.password not in str(caught.value)
    return caught.value


async def scripted_failure(
    script: Script | str, security: Security = Security.NONE, credentials: Credentials = USER
) -> VexMailError:
    """Return the error of connecting to a script."""
    follow = transcript(script) if isinstance(script, str) else script
    async with ScriptedImap(follow) as server:
        return await failure(at(server.port, security), credentials)
