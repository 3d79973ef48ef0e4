"""Compare an account's mirror with its server: UIDs and flags of every mailbox."""

from dataclasses import dataclass

from vexmail.domain.account import Account
from vexmail.domain.errors import MailboxGone
from vexmail.domain.mailbox import LocalMailbox
from vexmail.ports.mail_server import MailServer, MailSession
from vexmail.store import entries
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.read_sync_plan import ReadSyncPlan

NAMED = 5  # UIDs given as examples in a difference


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a mailbox here is not the mailbox on the server."""

    mailbox: str
    what: str


class CompareWithServer:
    """Reads both sides and tells the differences; changes nothing."""

    def __init__(self, uow: UnitOfWork, plan: ReadSyncPlan, server: MailServer) -> None:
        self._uow = uow
        self._plan = plan
        self._server = server

    async def __call__(self, account: Account) -> list[Difference]:
        """Return every difference; pending wishes are not counted as one.

        Raises:
            VexMailError: the server cannot be reached or read.
        """
        credentials = self._plan.credentials(account)
        async with self._server.connect(account.imap, credentials) as session:
            remote = {m.wire_name: m for m in await session.list_mailboxes() if m.selectable}
            local = {m.wire_name: m for m in await self._plan.mailboxes(account.id)}
            found = [
                Difference(remote[name].name, "is on the server and missing here")
                for name in sorted(remote.keys() - local.keys())
            ]
            found += [
                Difference(local[name].name, "is here and not on the server")
                for name in sorted(local.keys() - remote.keys())
                if local[name].selectable
            ]
            for name in sorted(remote.keys() & local.keys()):
                found += await self._mailbox(session, local[name])
        return found

    async def _mailbox(self, session: MailSession, box: LocalMailbox) -> list[Difference]:
        try:
            selected = await session.select(box.wire_name, read_only=True)
        except MailboxGone as error:
            return [Difference(box.name, f"cannot be opened on the server: {error}")]
        if selected.uid_validity != box.uid_validity:
            return [Difference(box.name, "was numbered anew and is not synced again yet")]
        theirs = {f.uid: f.flags for f in await session.all_flags()}
        async with self._uow() as tx:
            ours = await entries.server_flags(tx, box.id)
        kinds = {
            "missing here": sorted(theirs.keys() - ours.keys()),
            "not on the server": sorted(ours.keys() - theirs.keys()),
            "with other flags": sorted(
                u for u in theirs.keys() & ours.keys() if theirs[u] != ours[u]
            ),
        }
        return [
            Difference(
                box.name,
                f"{len(uids)} messages {kind} (UID {', '.join(map(str, uids[:NAMED]))})",
            )
            for kind, uids in kinds.items()
            if uids
        ]
