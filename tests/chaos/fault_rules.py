"""What may go wrong at any moment: network, server, and the life of our engine."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.chaos.history import History
from tests.support.far_live import LiveFarSide

which = st.integers(0, 10_000)
MESSAGE_VERBS = ("UID STORE", "UID MOVE", "UID COPY", "UID EXPUNGE", "APPEND")
MAILBOX_VERBS = ("CREATE", "RENAME", "DELETE", "SUBSCRIBE", "UNSUBSCRIBE")
verbs = st.sampled_from((*MESSAGE_VERBS, *MAILBOX_VERBS))


class FaultRules(History):
    """Faults last until the next rest, which heals what would never heal of itself."""

    @rule(count=st.integers(0, 3000), said_by=st.sampled_from(("server", "client")))
    def network_drops_at_byte(self, count: int, said_by: str) -> None:
        """Reset every connection once so many bytes have passed."""
        self.server.network.drop_after(count, said_by=said_by)

    @rule()
    def network_is_cut(self) -> None:
        """Nothing passes until the next rest."""
        self.server.network.cut()

    @rule()
    def network_is_silent(self) -> None:
        """Everything is swallowed until the next rest."""
        self.server.network.silence()

    @rule()
    def network_stalls(self) -> None:
        """What is connected hears nothing any more, and nobody is told."""
        self.server.network.stall()

    @rule()
    def server_says_bye(self) -> None:
        """Every session ends."""
        self.server.network.say_bye()

    @rule(one=which)
    def server_numbers_anew(self, one: int) -> None:
        """A mailbox gets another UIDVALIDITY."""
        self.run(self.by_another(self._number_anew(one)))

    async def _number_anew(self, one: int) -> None:
        truth = await self.truth()
        name = sorted(truth)[one % len(truth)]
        await self.server.number_anew(name)

    @precondition(lambda self: isinstance(self.far, LiveFarSide))
    @rule()
    def server_loses_mod_seqs(self) -> None:
        """CONDSTORE is not offered any more."""
        assert isinstance(self.far, LiveFarSide)
        self.far.forget_mod_seqs()

    @precondition(lambda self: isinstance(self.far, LiveFarSide))
    @rule(one=which)
    def server_counts_mod_seqs_again(self, one: int) -> None:
        """Mod-sequences start at 1 again."""
        assert isinstance(self.far, LiveFarSide)
        names = sorted(self.far.server.mailboxes)
        self.far.mod_seqs_back(names[one % len(names)])

    @precondition(lambda self: isinstance(self.far, LiveFarSide))
    @rule(verb=verbs)
    def server_refuses(self, verb: str) -> None:
        """A command is answered NO until the next rest."""
        assert isinstance(self.far, LiveFarSide)
        self.far.server.refuse(verb, "[OVERQUOTA] the mailbox is full")

    @precondition(lambda self: isinstance(self.far, LiveFarSide))
    @rule(verb=verbs)
    def server_obeys_and_hangs_up(self, verb: str) -> None:
        """A command is carried out, and its answer lost."""
        assert isinstance(self.far, LiveFarSide)
        self.far.hang_up_after(verb)

    @rule()
    def engine_is_killed(self) -> None:
        """SIGKILL; a new engine takes over."""
        self.stage.engine.kill()
        self.stage.engine.start()
