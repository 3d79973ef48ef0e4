"""What our user may do at any moment."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.chaos.history import History
from vexmail.domain.errors import Conflict
from vexmail.domain.flags import FLAGGED, SEEN, FlagEdit
from vexmail.domain.ids import MailboxId, MessageId
from vexmail.usecases.act_on_emails import Action, Request

_FLAG_ACTS = {
    Action.READ: (SEEN, True),
    Action.UNREAD: (SEEN, False),
    Action.STAR: (FLAGGED, True),
    Action.UNSTAR: (FLAGGED, False),
    Action.FLAG: ("$Important", True),
    Action.LABEL: ("holiday", True),
    Action.UNLABEL: ("holiday", False),
}
_MOVES = (Action.ARCHIVE, Action.SPAM, Action.NOT_SPAM, Action.DELETE)

which = st.integers(0, 10_000)
few = st.integers(0, 3)


class UserRules(History):
    """Acts through the use cases that the API calls."""

    @rule(act=st.sampled_from(sorted(_FLAG_ACTS)), one=which, more=few)
    def user_marks(self, act: Action, one: int, more: int) -> None:
        """Read, star, label; one or several."""
        self.run(self._act(Request(act, label="holiday"), one, more))

    @rule(act=st.sampled_from(sorted(_MOVES)), one=which, more=few)
    def user_files(self, act: Action, one: int, more: int) -> None:
        """Archive, spam, trash."""
        self.run(self._act(Request(act), one, more))

    @rule(act=st.sampled_from((Action.MOVE, Action.COPY)), one=which, more=few, to=which)
    def user_moves(self, act: Action, one: int, more: int, to: int) -> None:
        """Move or copy to any mailbox."""
        self.run(self._act(Request(act), one, more, to))

    @rule(one=which)
    def user_deletes_for_good(self, one: int) -> None:
        """Delete without the trash."""
        self.run(self._act(Request(Action.DELETE, permanent=True), one, 0))

    @rule(one=which, read=st.booleans())
    def user_reads(self, one: int, read: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        """The single-message call of the API."""
        self.run(self._read(one, read=read))

    @rule(one=which)
    def user_takes_back(self, one: int) -> None:
        """Undo one of the last acts."""
        self.run(self._undo(one))

    async def _read(self, one: int, *, read: bool) -> None:
        chosen = await self.emails(one, 0)
        for key, subject in chosen:
            names = frozenset({SEEN})
            edit = FlagEdit(add=names) if read else FlagEdit(remove=names)
            await self.stage.intents(self.stage.owner, key, edit)
            self.ledger.wished(subject, SEEN, value=read)

    async def _act(self, request: Request, one: int, more: int, to: int | None = None) -> None:
        chosen = await self.emails(one, more)
        if to is not None:
            boxes = await self.mailboxes()
            request = Request(request.action, boxes[to % len(boxes)])
        self.tell(f"{request}: {chosen}")
        done = await self.stage.actions(self.stage.owner, [key for key, _ in chosen], request)
        self.operations.append(done.operation_id)
        if request.action in _FLAG_ACTS:
            flag, value = _FLAG_ACTS[request.action]
            for _, subject in chosen:
                self.ledger.wished(subject, flag, value=value)

    async def _undo(self, one: int) -> None:
        if not self.operations:
            return
        operation = self.operations[-1 - one % min(3, len(self.operations))]
        async with self.stage.built.reader() as driver:
            rows = await driver.fetch(
                "SELECT m.subject FROM intents i JOIN messages m ON m.id = i.message_id"
                " WHERE i.operation_id = $1",
                operation,
            )
        try:
            done = await self.stage.undo(self.stage.owner, operation)
        except Conflict:
            return  # taken back already
        self.operations.append(done.operation_id)
        for row in rows:
            self.ledger.unsure(row["subject"])

    async def emails(self, one: int, more: int) -> list[tuple[MessageId, str]]:
        async with self.stage.built.reader() as driver:
            rows = await driver.fetch(
                "SELECT DISTINCT m.id, m.subject FROM messages m JOIN mailbox_entries e"
                " ON e.message_id = m.id AND e.hidden_by IS NULL"
                " WHERE m.account_id = $1 ORDER BY m.id",
                self.account,
            )
        found = [(MessageId(r["id"]), str(r["subject"])) for r in rows]
        start = one % len(found) if found else 0
        return found[start : start + 1 + more]

    async def mailboxes(self) -> list[MailboxId]:
        async with self.stage.built.reader() as driver:
            rows = await driver.fetch(
                "SELECT id FROM mailboxes WHERE account_id = $1 AND selectable ORDER BY id",
                self.account,
            )
        return [MailboxId(r["id"]) for r in rows]
