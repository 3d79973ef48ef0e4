"""What the sync engine works with, built from the container."""

from vexmail.app.container import Container
from vexmail.ports.mail_server import MailServer
from vexmail.sync.sync_state import SyncTools
from vexmail.usecases.apply_mailbox_delta import ApplyMailboxDelta
from vexmail.usecases.apply_mailbox_list import ApplyMailboxList
from vexmail.usecases.read_sync_plan import ReadSyncPlan
from vexmail.usecases.reset_mailbox import ResetMailbox
from vexmail.usecases.set_account_state import SetAccountState
from vexmail.usecases.settle_intent import SettleIntent
from vexmail.usecases.store_bodies import StoreBodies


def sync_tools(built: Container, server: MailServer) -> SyncTools:
    """Return the tools of all runners of this process."""
    return SyncTools(
        server=server,
        clock=built.clock,
        plan=ReadSyncPlan(built.uow, built.box),
        apply_delta=ApplyMailboxDelta(built.uow),
        apply_list=ApplyMailboxList(built.uow),
        reset_mailbox=ResetMailbox(built.uow),
        set_state=SetAccountState(built.uow),
        settle_intent=SettleIntent(built.uow),
        store_bodies=StoreBodies(built.uow, built.blobs, built.queue, built.clock),
    )
