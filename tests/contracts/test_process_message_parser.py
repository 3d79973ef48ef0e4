"""The parser pool keeps the contract, and its promises about processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.message_parser import TWO_PARTS, MessageParserContract
from tests.support.waiting import eventually
from vexmail.domain.errors import Defect
from vexmail.mime.parser_pool import ProcessMessageParser
from vexmail.mime.raw_text import TOO_EXPENSIVE
from vexmail.mime.sanitise import sanitise


@pytest.fixture(scope="module")
async def long_lived() -> AsyncIterator[ProcessMessageParser]:
    async with ProcessMessageParser(children=1) as pool:
        yield pool


@pytest.fixture
async def parser() -> AsyncIterator[ProcessMessageParser]:
    async with ProcessMessageParser(children=1) as pool:
        yield pool


class TestProcessMessageParser(MessageParserContract):
    """The contract, one pool for all of its tests."""

    @pytest.fixture
    def parser(self, long_lived: ProcessMessageParser) -> ProcessMessageParser:
        return long_lived


def process_of(pool: ProcessMessageParser) -> int:
    return pool._idle[0]._process.pid


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


async def gone(pid: int) -> bool:
    async def look() -> bool:
        return not is_running(pid)

    return await eventually(look, what=f"the end of process {pid}")


async def test_a_child_is_started_by_the_first_question_and_used_again(
    parser: ProcessMessageParser,
):
    assert parser._idle == []

    await parser.parse(TWO_PARTS)
    first = process_of(parser)
    await parser.parse(TWO_PARTS)

    assert process_of(parser) == first


async def test_a_question_over_its_time_is_answered_with_text_and_its_child_is_killed():
    async with ProcessMessageParser(children=1, seconds=0.5) as pool:
        await pool.parse(TWO_PARTS)
        pid = process_of(pool)
        os.kill(pid, signal.SIGSTOP)  # hangs for certain, whatever the machine's speed

        record = await pool.parse(TWO_PARTS)

        assert record.defects == (TOO_EXPENSIVE,)
        assert "Hello, see the file." in record.text
        assert record.headers[0] == ("Subject", "Grüße")
        assert await gone(pid)
        assert (await pool.parse(TWO_PARTS)).defects == ()


async def test_html_over_its_time_comes_back_as_its_text():
    async with ProcessMessageParser(children=1, seconds=0.5) as pool:
        await pool.sanitise("first")
        os.kill(process_of(pool), signal.SIGSTOP)

        safe = await pool.sanitise("<p>visible &lt;words&gt;</p><script>x()</script>")

        assert 'data-vx-notice="too-complex"' in safe
        assert "visible &lt;words&gt;" in safe
        assert sanitise(safe) == safe


async def test_a_child_that_died_while_idle_costs_nothing(parser: ProcessMessageParser):
    await parser.parse(TWO_PARTS)
    os.kill(process_of(parser), signal.SIGKILL)

    record = await parser.parse(TWO_PARTS)

    assert record.defects == ()


async def test_a_caller_that_gives_up_leaves_no_answer_for_the_next(
    parser: ProcessMessageParser,
):
    await parser.parse(TWO_PARTS)
    pid = process_of(parser)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await parser.parse(b"Subject: first\r\n\r\nfirst")

    record = await parser.parse(b"Subject: second\r\n\r\nsecond")

    assert record.text == "second"
    assert await gone(pid)


async def test_several_children_work_side_by_side_and_answers_are_not_mixed_up():
    async with ProcessMessageParser(children=2) as pool, asyncio.TaskGroup() as tasks:
        answers = [
            tasks.create_task(pool.parse(f"Subject: {n}\r\n\r\nbody {n}".encode()))
            for n in range(60)
        ]

    assert [answer.result().text for answer in answers] == [f"body {n}" for n in range(60)]


async def test_memory_beyond_the_limit_costs_the_child_and_not_the_machine():
    raw = b"Content-Type: text/plain; charset=utf-16-le\r\n\r\n" + b"ab" * 10_000_000

    async with ProcessMessageParser(children=1, mebibytes=24, seconds=60) as pool:
        record = await pool.parse(raw)
        after = await pool.parse(TWO_PARTS)

    assert record.defects == (TOO_EXPENSIVE,)
    assert after.defects == ()


async def test_closing_ends_the_children(parser: ProcessMessageParser):
    await parser.parse(TWO_PARTS)
    pid = process_of(parser)

    await parser.aclose()

    assert not is_running(pid)
    with pytest.raises(Defect):
        await parser.parse(TWO_PARTS)


async def test_nothing_secret_is_in_a_childs_environment(
    parser: ProcessMessageParser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SECRET_KEY", "do-not-pass-on")
    await parser.parse(TWO_PARTS)

    environment = Path(f"/proc/{process_of(parser)}/environ").read_bytes()

    assert b"do-not-pass-on" not in environment


async def test_children_die_with_their_owner(tmp_path: Path):
    program = tmp_path / "owner.py"
    program.write_text(
        "import asyncio, os, signal\n"
        "from vexmail.mime.parser_pool import ProcessMessageParser\n"
        "async def main():\n"
        "    pool = ProcessMessageParser()\n"
        "    await pool.parse(b'x')\n"
        "    pid = pool._idle[0]._process.pid\n"
        "    os.kill(pid, signal.SIGSTOP)\n"
        "    print(pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )

    owner = subprocess.run(
        [sys.executable, str(program)], stdout=subprocess.PIPE, timeout=60, check=False
    )

    pid = int(owner.stdout)
    assert owner.returncode == -signal.SIGKILL
    assert await gone(pid)  # stopped, so it never saw its pipe close: the system killed it


def test_a_child_starts_quickly_and_does_not_import_what_it_seldom_needs():
    code = (
        "import sys; import vexmail.mime.child; "
        "print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    started = time.perf_counter()
    out = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=60, check=True, text=True
    )
    seconds = time.perf_counter() - started

    modules = set(out.stdout.split())
    assert not modules & {"asyncio", "structlog", "charset_normalizer", "email", "socket"}
    assert seconds < 5, "far above the 0.15 s it takes, to be safe on a busy machine"
