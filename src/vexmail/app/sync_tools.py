"""What the sync engine works with, built from the container."""

import asyncio
import os
import socket

from vexmail.app.container import Container
from vexmail.domain.lease import Lease
from vexmail.ports.mail_server import MailServer
from vexmail.sync.body_questions import BodyQuestions
from vexmail.sync.fleet import Fleet, ToolsFor
from vexmail.sync.lease_keeper import LeaseKeeper
from vexmail.sync.leased_mail_server import LeasedMailServer
from vexmail.sync.sync_state import CONNECTS_AT_ONCE, SyncTools
from vexmail.usecases.apply_mailbox_delta import ApplyMailboxDelta
from vexmail.usecases.apply_mailbox_list import ApplyMailboxList
from vexmail.usecases.ask_for_body import AskForBody
from vexmail.usecases.hold_leases import HoldLeases
from vexmail.usecases.meter_downloads import MeterDownloads
from vexmail.usecases.read_sync_plan import ReadSyncPlan
from vexmail.usecases.refresh_statistics import RefreshStatistics
from vexmail.usecases.reset_mailbox import DistrustMailbox, MendMailboxes, ResetMailbox
from vexmail.usecases.set_account_state import SetAccountState
from vexmail.usecases.settle_intent import SettleIntent
from vexmail.usecases.store_bodies import StoreBodies


def fleet_of(
    built: Container,
    server: MailServer,
    *,
    alone: bool = False,
) -> tuple[Fleet, ToolsFor]:
    """Return this process's fleet, not running yet, and what it is to be run with.

    Args:
        alone: no other process can be running accounts of this database, so whoever seems to
            is dead, and nobody waits for the end of its lease.
    """
    settings = built.settings
    leases = HoldLeases(built.uow, built.session_name, settings.vexmail_lease_seconds)
    name = f"{socket.gethostname()}:{os.getpid()}"
    keeper = LeaseKeeper(leases, built.clock, name, alone=alone)
    questions = BodyQuestions(AskForBody(built.uow), built.bell)
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)
    statistics = RefreshStatistics(built.uow.in_turn())
    megabytes = settings.vexmail_daily_download_mb

    def tools_for(lease: Lease) -> SyncTools:
        """Return the tools of one runner: what it writes is fenced, what it sends is permitted."""
        fenced = built.uow.fenced(lease)
        return SyncTools(
            server=LeasedMailServer(server, keeper.permit),
            clock=built.clock,
            plan=ReadSyncPlan(built.uow.in_turn(), built.box, fenced),
            apply_delta=ApplyMailboxDelta(fenced),
            apply_list=ApplyMailboxList(fenced),
            reset_mailbox=ResetMailbox(fenced),
            distrust_mailbox=DistrustMailbox(fenced),
            mend_mailboxes=MendMailboxes(fenced),
            set_state=SetAccountState(fenced),
            settle_intent=SettleIntent(fenced),
            store_bodies=StoreBodies(fenced, built.blobs, built.queue, built.clock),
            blobs=built.blobs,
            meter=MeterDownloads(fenced, built.clock),
            statistics=statistics,
            daily_bytes=None if megabytes is None else megabytes * 1_000_000,
            gate=gate,
        )

    return Fleet(keeper, built.bell, questions), tools_for
