"""Accounts are shared out evenly, and the sharing comes to rest."""

from hypothesis import given
from hypothesis import strategies as st

from vexmail.domain.ids import ProcessId
from vexmail.domain.lease import Share, share_out

ANN, BEN, CAT = ProcessId("ann"), ProcessId("ben"), ProcessId("cat")


def test_one_process_takes_everything_at_once():
    assert share_out({ANN: 0}, 1000, ANN) == Share(take=1000)


def test_a_process_that_joins_gets_its_share_part_by_part():
    held = {ANN: 100, BEN: 0}

    assert share_out(held, 0, ANN) == Share(give=10)
    assert share_out(held, 0, BEN) == Share()
    assert share_out({ANN: 90, BEN: 0}, 10, BEN) == Share(take=10)


def test_one_account_of_three_is_given_at_once():
    assert share_out({ANN: 2, BEN: 1, CAT: 0}, 0, ANN) == Share(give=1)


def test_nothing_is_moved_for_an_odd_one():
    held = {ANN: 2, BEN: 1}

    assert share_out(held, 0, ANN) == share_out(held, 0, BEN) == Share()


def test_a_new_account_goes_to_exactly_one_process():
    held = {ANN: 1, BEN: 1, CAT: 1}

    assert sorted(share_out(held, 1, p).take for p in held) == [0, 0, 1]


def test_the_accounts_of_a_dead_process_are_shared_by_the_others():
    held = {ANN: 10, BEN: 10}

    assert [share_out(held, 10, p) for p in held] == [Share(take=5), Share(take=5)]


_counts = st.dictionaries(
    st.text("abcdef", min_size=1).map(ProcessId), st.integers(0, 500), min_size=1, max_size=8
)


@given(_counts, st.integers(0, 500))
def test_all_free_accounts_find_a_taker(held: dict[ProcessId, int], free: int):
    shares = [share_out(held, free, p) for p in held]

    assert sum(s.take for s in shares) >= free
    if not any(s.give for s in shares):
        assert sum(s.take for s in shares) == free


@given(_counts, st.integers(0, 500))
def test_sharing_ends_even_and_stays_so(held: dict[ProcessId, int], free: int):
    for _ in range(200):
        before = dict(held)
        for process in held:  # one after another, as their transactions are
            share = share_out(held, free, process)
            held[process] += share.take - share.give
            free += share.give - share.take
        if held == before:
            break

    assert held == before
    assert free == 0
    assert max(held.values()) - min(held.values()) <= 1
