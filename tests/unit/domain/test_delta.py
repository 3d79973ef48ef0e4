"""A delta that says little moves nothing."""

from vexmail.domain.delta import MailboxDelta
from vexmail.domain.ids import UidValidity
from vexmail.domain.mailbox import RemoteMailbox


def test_a_delta_without_facts_moves_no_cursor_and_ends_no_pass() -> None:
    delta = MailboxDelta(UidValidity(7))

    assert (delta.messages, delta.flags, delta.vanished) == ((), (), ())
    assert (delta.uid_next, delta.highest_modseq, delta.sync_total) == (None, None, None)
    assert not delta.complete


def test_a_mailbox_that_is_only_a_name_cannot_be_selected() -> None:
    def listed(*attributes: str) -> RemoteMailbox:
        return RemoteMailbox("Work", "Work", "/", frozenset(attributes))

    assert listed("\\haschildren").selectable
    assert not listed("\\noselect").selectable
    assert not listed("\\nonexistent").selectable
