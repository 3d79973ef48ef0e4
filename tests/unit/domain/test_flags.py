"""Flags and wishes laid over them, as laws."""

from hypothesis import given
from hypothesis import strategies as st

from vexmail.domain.flags import (
    FLAGGED,
    IMPORTANT,
    SEEN,
    FlagEdit,
    Flags,
    effective,
    is_label,
    normalise,
)

names = st.sampled_from([SEEN, FLAGGED, IMPORTANT, "\\Draft", "holiday", "Work"])
flags = st.frozensets(names)
edits = st.builds(FlagEdit, add=flags, remove=flags)
wishes = st.lists(edits, max_size=6)


@given(flags, edits)
def test_a_wish_carried_out_holds_what_it_added_and_lacks_what_it_only_removed(
    before: Flags, edit: FlagEdit
) -> None:
    after = edit.apply(before)

    assert after >= edit.add
    assert not after & (edit.remove - edit.add)


@given(flags, edits)
def test_a_wish_touches_nothing_that_it_does_not_name(before: Flags, edit: FlagEdit) -> None:
    assert (edit.apply(before) ^ before) <= edit.add | edit.remove


@given(flags, edits)
def test_carrying_a_wish_out_twice_is_carrying_it_out_once(before: Flags, edit: FlagEdit) -> None:
    assert edit.apply(edit.apply(before)) == edit.apply(before)


@given(flags, wishes)
def test_the_overlay_survives_that_the_server_has_carried_out_its_first_wish(
    server: Flags, pending: list[FlagEdit]
) -> None:
    shown = effective(server, pending)

    for edit in pending[:1]:
        server = edit.apply(server)

    assert effective(server, pending[1:]) == shown


@given(flags, wishes)
def test_the_overlay_stays_when_the_server_carried_all_out_and_none_is_settled(
    server: Flags, pending: list[FlagEdit]
) -> None:
    shown = effective(server, pending)

    assert effective(shown, pending) == shown


@given(flags, wishes, edits)
def test_the_newest_wish_wins(server: Flags, pending: list[FlagEdit], newest: FlagEdit) -> None:
    shown = effective(server, [*pending, newest])

    assert shown >= newest.add
    assert not shown & (newest.remove - newest.add)


@given(flags)
def test_without_wishes_the_server_is_shown(server: Flags) -> None:
    assert effective(server, []) == server


@given(st.frozensets(st.sampled_from(["\\SEEN", "\\seen", "\\Flagged", "\\recent", "\\Recent"])))
def test_system_flags_have_one_spelling_and_recent_is_no_state(told: Flags) -> None:
    assert normalise(told) <= {SEEN, FLAGGED}
    assert (SEEN in normalise(told)) == any(name.lower() == "\\seen" for name in told)


def test_keywords_keep_the_spelling_of_the_server() -> None:
    assert normalise(["Work", "$important"]) == {"Work", IMPORTANT}


def test_only_words_of_people_are_labels() -> None:
    told = [SEEN, IMPORTANT, "$Forwarded", "holiday"]

    assert [name for name in told if is_label(name)] == ["holiday"]
