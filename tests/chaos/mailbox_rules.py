"""What our user may do with mailboxes, and about wishes that were not carried out."""

from collections.abc import Awaitable, Callable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.chaos.history import History
from tests.support.mail_account import a_message
from vexmail.domain.errors import PermanentError
from vexmail.domain.flags import SEEN
from vexmail.domain.ids import IntentId, MailboxId
from vexmail.usecases.change_mailboxes import MailboxChange, MailboxOutcome
from vexmail.usecases.reconsider_wishes import Selection

which = st.integers(0, 10_000)
few = st.integers(0, 3)


class MailboxRules(History):
    """Acts through the use cases that the API calls; what cannot be is refused at once."""

    @rule(number=few, below=st.none() | which)
    def user_creates_mailbox(self, number: int, below: int | None) -> None:
        """Create a mailbox, at the top or below another one."""
        self.run(self._create(f"Box{number}", below))

    @rule(one=which, number=few)
    def user_renames_mailbox(self, one: int, number: int) -> None:
        """Give a mailbox another name."""
        self.run(self._change(one, MailboxChange(name=f"Box{number}")))

    @rule(one=which, below=st.none() | which)
    def user_moves_mailbox(self, one: int, below: int | None) -> None:
        """Put a mailbox below another one, or at the top."""
        self.run(self._put(one, below))

    @rule(one=which, wanted=st.booleans())
    def user_subscribes(self, one: int, wanted: bool) -> None:  # noqa: FBT001 - drawn
        """Subscribe to a mailbox, or end that."""
        self.run(self._change(one, MailboxChange(subscribed=wanted)))

    @rule(one=which, permanent=st.booleans())
    def user_deletes_mailbox(self, one: int, permanent: bool) -> None:  # noqa: FBT001 - drawn
        """Delete a mailbox with all below it."""
        self.run(self._delete(one, permanent=permanent))

    @rule(to=which, read=st.booleans())
    def user_imports(self, to: int, read: bool) -> None:  # noqa: FBT001 - drawn
        """Add a message."""
        self.run(self._import(to, read=read))

    @rule()
    def user_tries_again(self) -> None:
        """Retry all that was given up."""
        self.run(self._reconsider(None))

    @rule(one=which)
    def user_drops_a_wish(self, one: int) -> None:
        """Forget a wish that was given up, or take back one that waits."""
        self.run(self._reconsider(one))

    async def _create(self, name: str, below: int | None) -> None:
        parent = None if below is None else await self._chosen(below)
        create = self.stage.changing.create
        await self._tried(lambda: create(self.stage.owner, self.account, name, parent))

    async def _put(self, one: int, below: int | None) -> None:
        parent = None if below is None else await self._chosen(below)
        await self._change(one, MailboxChange(parent_id=parent))

    async def _change(self, one: int, change: MailboxChange) -> None:
        box = await self._chosen(one)
        await self._tried(lambda: self.stage.changing.change(self.stage.owner, box, change))

    async def _delete(self, one: int, *, permanent: bool) -> None:
        box = await self._chosen(one)
        if permanent:
            async with self.stage.built.reader() as driver:
                rows = await driver.fetch(
                    "SELECT DISTINCT m.subject FROM mailboxes p JOIN mailboxes b ON b.id = p.id"
                    " OR b.account_id = p.account_id AND starts_with(b.name, p.name || p.delimiter)"
                    " JOIN mailbox_entries e ON e.mailbox_id = b.id"
                    " JOIN messages m ON m.id = e.message_id WHERE p.id = $1",
                    box,
                )
            for row in rows:
                self.ledger.disturbed(row["subject"])
        delete = self.stage.changing.delete
        await self._tried(lambda: delete(self.stage.owner, box, permanent=permanent))

    async def _tried(self, act: Callable[[], Awaitable[MailboxOutcome]]) -> None:
        try:
            done = await act()
        except PermanentError as refusal:
            self.tell(f"refused: {refusal.code}")
            return
        self.operations.append(done.operation_id)

    async def _import(self, to: int, *, read: bool) -> None:
        box = await self._chosen(to)
        self.imported += 1
        subject = f"Import {self.imported}"
        flags = frozenset({SEEN} if read else ())
        raw, arrival = a_message(subject), (flags, None)
        try:
            done = await self.stage.imports(self.stage.owner, box, raw, arrival)
        except PermanentError as refusal:
            self.tell(f"refused: {refusal.code}")
            return
        self.operations.append(done.operation_id)
        self.ledger.wished(subject, SEEN, value=read)

    async def _reconsider(self, one: int | None) -> None:
        async with self.stage.built.reader() as driver:
            rows = await driver.fetch(
                "SELECT i.id, m.subject FROM intents i LEFT JOIN messages m ON m.id = i.message_id"
                " WHERE i.account_id = $1 AND i.state IN ('parked', 'rejected', 'pending')"
                " AND ($2 OR i.state <> 'pending') ORDER BY i.id",
                self.account,
                one is not None,
            )
        if not rows:
            return
        # What is wished for again comes after wishes that were made meanwhile.
        for row in rows:
            self.ledger.unsure(row["subject"])
        if one is not None:
            dropped = IntentId(rows[one % len(rows)]["id"])
            self.tell(f"drop {dropped}")
            await self.stage.wishes.drop(self.stage.owner, Selection(ids=[dropped]))
            return
        again = Selection(account_id=self.account)
        try:
            done = await self.stage.wishes.retry(self.stage.owner, again)
        except PermanentError as refusal:
            self.tell(f"refused: {refusal.code}")
            return
        if done.operation_id is not None:
            self.operations.append(done.operation_id)

    async def _chosen(self, one: int) -> MailboxId:
        async with self.stage.built.reader() as driver:
            rows = await driver.fetch(
                "SELECT id, name FROM mailboxes WHERE account_id = $1 AND deleted_by IS NULL"
                " ORDER BY name LIKE 'Box%' DESC, name",
                self.account,
            )
        # Those without a duty may be changed: they are meant twice as often as chance has it.
        row = rows[one % len(rows)] if one % 2 else rows[(one // 2) % min(3, len(rows))]
        self.tell(f"mailbox {row['id']} {row['name']}")
        return MailboxId(row["id"])
