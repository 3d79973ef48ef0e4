"""What another client of the same account may do at any moment."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.chaos.history import History
from vexmail.domain.flags import SEEN

_FLAGS = (SEEN, "\\Answered", "holiday", "$Forwarded")

which = st.integers(0, 10_000)
few = st.integers(0, 3)


class OtherRules(History):
    """Acts on the server, past everything of ours."""

    @rule(to=which, number=st.integers(0, 12))
    def other_appends(self, to: int, number: int) -> None:
        """Put a message in; one that is there already becomes a twin."""
        self.run(self.by_another(self._other_appends(to, number)))

    @rule(one=which, flag=st.sampled_from(_FLAGS), wanted=st.booleans())
    def other_flags(self, one: int, flag: str, wanted: bool) -> None:  # noqa: FBT001 - drawn
        """Change a flag."""
        self.run(self.by_another(self._other_flags(one, flag, wanted=wanted)))

    @rule(one=which)
    def other_expunges(self, one: int) -> None:
        """Remove a message for good."""
        self.run(self.by_another(self._other_expunges(one)))

    @rule(one=which, to=which)
    def other_moves(self, one: int, to: int) -> None:
        """Move a message."""
        self.run(self.by_another(self._other_moves(one, to)))

    @rule(number=few)
    def other_creates_mailbox(self, number: int) -> None:
        """Create a mailbox."""
        self.run(self.by_another(self._other_creates(f"Box{number}")))

    @rule(one=which, number=few)
    def other_renames_mailbox(self, one: int, number: int) -> None:
        """Give a mailbox another name."""
        self.run(self.by_another(self._other_renames(one, f"Box{number}")))

    @rule(one=which)
    def other_deletes_mailbox(self, one: int) -> None:
        """Delete a mailbox and all in it."""
        self.run(self.by_another(self._other_deletes(one)))

    @rule(one=which, wanted=st.booleans())
    def other_subscribes(self, one: int, wanted: bool) -> None:  # noqa: FBT001 - drawn
        """Subscribe to a mailbox, or end that."""
        self.run(self.by_another(self._other_subscribes(one, wanted=wanted)))

    async def _other_appends(self, to: int, number: int) -> None:
        names = sorted(await self.truth())
        await self.append(names[to % len(names)], number)

    async def _other_flags(self, one: int, flag: str, *, wanted: bool) -> None:
        for mailbox, uid, subject in await self.theirs(one):
            self.tell(f"{flag} of {mailbox} {uid} {subject}")
            await self.server.flag(mailbox, uid, flag, wanted=wanted)
            self.ledger.unsure(subject)

    async def _other_expunges(self, one: int) -> None:
        for mailbox, uid, subject in await self.theirs(one):
            self.tell(f"expunge {mailbox} {uid} {subject}")
            unsettled = await self.unsettled()
            await self.server.expunge(mailbox, uid)
            self.lost([subject], unsettled)

    async def _other_moves(self, one: int, to: int) -> None:
        names = sorted(await self.truth())
        for mailbox, uid, subject in await self.theirs(one):
            target = names[to % len(names)]
            if target != mailbox:
                self.ledger.disturbed(subject)
                if subject in await self.unsettled():
                    self.ledger.may_double(subject)
                self.tell(f"move {mailbox} {uid} {subject} to {target}")
                await self.server.move(mailbox, uid, target)

    async def _other_creates(self, name: str) -> None:
        if name not in await self.truth():
            self.tree_is_ours = False
            await self.server.create(name)

    async def _other_renames(self, one: int, name: str) -> None:
        truth = await self.truth()
        boxes = sorted(n for n in truth if n.startswith("Box"))
        if boxes and name not in truth:
            chosen = boxes[one % len(boxes)]
            for held in truth[chosen].messages.values():
                self.ledger.disturbed(held.subject)
            self.tell(f"rename {chosen}")
            self.tree_is_ours = False
            await self.server.rename(chosen, name)

    async def _other_deletes(self, one: int) -> None:
        truth = await self.truth()
        boxes = sorted(n for n in truth if n.startswith("Box"))
        if boxes:
            chosen = boxes[one % len(boxes)]
            self.tell(f"delete {chosen}")
            self.tree_is_ours = False
            subjects = [held.subject for held in truth[chosen].messages.values()]
            unsettled = await self.unsettled()
            await self.server.delete(chosen)
            self.lost(subjects, unsettled)

    async def _other_subscribes(self, one: int, *, wanted: bool) -> None:
        names = sorted(await self.truth())
        await self.server.subscribe(names[one % len(names)], wanted=wanted)
