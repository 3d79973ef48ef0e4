"""The demo as a process: restarts, ports, new mail, submission, and its end."""

import asyncio
import json
import os
import signal
import smtplib
import socket
import stat
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.integration.demo.conftest import SILENT, a_client
from tests.support.repository import ROOT
from tests.support.waiting import eventually
from vexmail.app.demo.demo_state import DemoAccount
from vexmail.app.demo.pace import DeliveryPace
from vexmail.app.demo.servers import DemoMailServers, DemoStartError, demo_servers

QUICK = DeliveryPace(first_after=0.2, every=(0.1, 0.2))

PARENT = """
import asyncio, sys
from pathlib import Path
from vexmail.app.demo.servers import DemoMailServers

async def main():
    servers = DemoMailServers(Path(sys.argv[1]))
    async with servers:
        Path(sys.argv[2]).write_text(str(servers.pid))
        await asyncio.sleep(600)

asyncio.run(main())
"""


def flags_by_uid(account: DemoAccount) -> tuple[int, dict[int, set[bytes]]]:
    """Return UIDVALIDITY and the flags of INBOX; blocking."""
    with a_client(account) as client:
        selected = client.select_folder("INBOX", readonly=True)
        rows = client.fetch(client.search("ALL"), ["FLAGS"])
        return selected[b"UIDVALIDITY"], {uid: set(row[b"FLAGS"]) for uid, row in rows.items()}


def star(account: DemoAccount, uid: int) -> None:
    """Star a message and delete the one before it; blocking."""
    with a_client(account) as client:
        client.select_folder("INBOX")
        client.add_flags([uid], ["\\Flagged", "keep"])
        client.add_flags([uid - 1], ["\\Deleted"])
        client.uid_expunge([uid - 1])


async def test_uids_flags_ports_and_password_outlive_a_restart(state_dir: Path) -> None:
    async with demo_servers(state_dir, pace=SILENT) as first:
        await asyncio.to_thread(star, first, 100)
        before = await asyncio.to_thread(flags_by_uid, first)

    async with demo_servers(state_dir, pace=SILENT) as second:
        after = await asyncio.to_thread(flags_by_uid, second)

    assert after == before
    assert {b"\\Flagged", b"keep"} <= after[1][100]
    assert 99 not in after[1]
    assert second == first


async def test_a_taken_port_is_replaced_and_reported(state_dir: Path) -> None:
    async with demo_servers(state_dir, pace=SILENT) as first:
        pass

    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind((first.host, first.imap_port))
        squatter.listen()
        async with demo_servers(state_dir, pace=SILENT) as second:
            assert second.ports_changed
            assert second.imap_port != first.imap_port
            assert second.smtp_port == first.smtp_port

    async with demo_servers(state_dir, pace=SILENT) as third:
        assert (third.imap_port, third.ports_changed) == (second.imap_port, False)


async def test_a_second_demo_of_the_same_folder_says_that_it_is_in_use(
    demo_folder: Path, silent_demo: DemoAccount
) -> None:
    with pytest.raises(DemoStartError, match="in use"):
        await DemoMailServers(demo_folder, pace=SILENT).__aenter__()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_first_start_takes_less_than_five_seconds_of_one_core(tmp_path: Path) -> None:
    servers = DemoMailServers(tmp_path / "fresh", pace=SILENT)
    async with servers as account:
        fields = Path(f"/proc/{servers.pid}/stat").read_text().rsplit(")", 1)[1].split()
        _, flags = await asyncio.to_thread(flags_by_uid, account)

    user, system = int(fields[11]), int(fields[12])  # proc(5): utime and stime, in ticks
    assert (user + system) / os.sysconf("SC_CLK_TCK") < 5.0
    assert len(flags) > 1000


def test_the_password_is_kept_for_its_owner_only(
    demo_folder: Path, silent_demo: DemoAccount
) -> None:
    path = demo_folder / "demo.json"

    assert json.loads(path.read_text("utf-8"))["password"] == silent_demo.password
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert silent_demo.password not in repr(silent_demo)


def watch_deliveries(account: DemoAccount) -> list[tuple[float, float]]:
    """IDLE on INBOX for three arrivals: (seconds from INTERNALDATE's second, when told)."""
    with a_client(account) as client:
        client.select_folder("INBOX", readonly=True)
        known = max(client.search("ALL"))
        told: list[tuple[float, float]] = []
        client.idle()
        while len(told) < 3:
            if any(row[1] == b"EXISTS" for row in client.idle_check(timeout=30)):
                told.append((time.time(), time.monotonic()))
        client.idle_done()
        fresh = [uid for uid in client.search("ALL") if uid > known]
        rows = client.fetch(fresh, ["INTERNALDATE", "ENVELOPE", "FLAGS"])
    assert len(fresh) >= 3
    assert all(b"\\Seen" not in row[b"FLAGS"] for row in rows.values())
    return told


async def test_new_mail_wakes_an_idle_client(state_dir: Path) -> None:
    async with demo_servers(state_dir, pace=QUICK) as account:
        told = await asyncio.to_thread(watch_deliveries, account)

    assert told[2][1] - told[0][1] < 5.0


async def test_the_first_new_message_answers_a_thread_in_the_mailbox(state_dir: Path) -> None:
    def first_arrival() -> tuple[bytes, list[int]]:
        with a_client(account) as client:
            client.select_folder("INBOX", readonly=True)
            known = max(client.search("ALL"))
            client.idle()
            client.idle_check(timeout=30)
            client.idle_done()
            row = client.fetch([known + 1], ["ENVELOPE"])[known + 1]
            answered = row[b"ENVELOPE"].in_reply_to
            found = []
            for name in ("INBOX", "Sent", "Archive", "Travel"):
                client.select_folder(name, readonly=True)
                found += client.search(["HEADER", "Message-ID", answered])
            return answered, found

    async with demo_servers(state_dir, pace=DeliveryPace(0.3, (600, 600))) as account:
        answered, found = await asyncio.to_thread(first_arrival)

    assert answered
    assert found


async def test_no_more_than_the_daily_cap_is_delivered(state_dir: Path) -> None:
    def count() -> int:
        with a_client(account) as client:
            return int(client.folder_status("INBOX", ["UIDNEXT"])[b"UIDNEXT"])

    pace = DeliveryPace(first_after=0.05, every=(0.02, 0.03), daily_cap=4)
    async with demo_servers(state_dir, pace=pace) as account:
        before = await asyncio.to_thread(count)

        async def all_delivered() -> bool:
            return await asyncio.to_thread(count) >= before + 3

        await eventually(all_delivered)
        await asyncio.sleep(1.0)  # thirty more would have come by now
        after = await asyncio.to_thread(count)

    assert after <= before + 4


def submit(account: DemoAccount, to: str, subject: str, password: str = "") -> None:
    """Send a message by SMTP submission; blocking."""
    message = EmailMessage()
    message["From"] = account.email
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject.replace(' ', '-')}@vexmail.example>"
    message.set_content("Grüße aus dem Test\n")
    with smtplib.SMTP(account.host, account.smtp_port, timeout=30) as smtp:
        smtp.login(account.username, password or account.password)
        smtp.send_message(message)


def subjects(account: DemoAccount, text: str) -> list[int]:
    """Return the UIDs in INBOX whose subject contains ``text``; blocking."""
    with a_client(account) as client:
        client.select_folder("INBOX", readonly=True)
        return [int(uid) for uid in client.search(["SUBJECT", text])]


async def test_mail_to_oneself_arrives_and_mail_outside_is_kept(
    demo_folder: Path, silent_demo: DemoAccount
) -> None:
    await asyncio.to_thread(submit, silent_demo, silent_demo.email, "note to self")
    await asyncio.to_thread(submit, silent_demo, "who@where.example", "into the world")

    assert len(await asyncio.to_thread(subjects, silent_demo, "note to self")) == 1
    assert await asyncio.to_thread(subjects, silent_demo, "into the world") == []
    kept = [path.read_bytes() for path in (demo_folder / "outside").glob("*.eml")]
    assert sum(b"Subject: into the world\r\n" in raw for raw in kept) == 1


async def test_submission_needs_the_password(silent_demo: DemoAccount) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        await asyncio.to_thread(submit, silent_demo, "a@b.example", "no", "wrong")


async def test_a_friend_answers(state_dir: Path) -> None:
    async with demo_servers(state_dir, pace=DeliveryPace(0.3, (600, 600))) as account:
        await asyncio.to_thread(flags_by_uid, account)  # somebody has logged in
        await asyncio.to_thread(submit, account, "mila@brandt.example", "Soup on Friday")

        async def answered() -> bool:
            return bool(await asyncio.to_thread(subjects, account, "Re: Soup on Friday"))

        await eventually(answered, within=30)


def gone(pid: int) -> bool:
    """Tell whether a process has ended; one that only waits to be reaped counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_servers_die_with_their_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command = [sys.executable, "-c", PARENT, str(tmp_path / "state"), str(note)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    parent = await asyncio.create_subprocess_exec(*command, env=environment)
    try:

        async def started() -> int:
            return int(note.read_text()) if note.exists() and note.read_text() else 0

        pid = await eventually(started, what="the start of the demo servers")
        assert not gone(pid)
    finally:
        parent.send_signal(signal.SIGKILL)
        await parent.wait()

    async def ended() -> bool:
        return gone(pid)

    await eventually(ended, within=10, what="the end of the demo servers")


async def test_leaving_the_block_ends_the_child(state_dir: Path) -> None:
    servers = DemoMailServers(state_dir, pace=SILENT)
    async with servers:
        assert servers.running
        pid = servers.pid

    assert not servers.running
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
