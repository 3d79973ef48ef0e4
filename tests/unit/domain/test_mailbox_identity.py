"""Renamed mailboxes are known again, however many were renamed at once."""

from vexmail.domain.ids import AccountId, MailboxId, ModSeq, Uid, UidValidity, UserId
from vexmail.domain.mailbox import (
    LocalMailbox,
    MailboxCounters,
    MailboxNamespace,
    RemoteMailbox,
)
from vexmail.domain.mailbox_identity import renamed

MANY = 3000


def ours(number: int, *, name: str = "", generation: int = 7) -> LocalMailbox:
    """A mailbox that we hold."""
    path = name or f"Old/Box {number}"
    return LocalMailbox(
        id=MailboxId(number),
        account_id=AccountId(1),
        name=path,
        wire_name=path,
        role=None,
        selectable=True,
        uid_validity=UidValidity(generation),
        uid_next=Uid(1),
        highest_modseq=ModSeq(1),
        total=0,
        unread=0,
        sync_state="live",
        user_id=UserId(1),
        server_name=path,
        delimiter="/",
        prefix="",
        namespace=MailboxNamespace.PERSONAL,
        attributes=frozenset(),
        subscribed=True,
        created_by=None,
        deleted_by=None,
    )


def theirs(number: int, *, name: str = "", generation: int = 7) -> RemoteMailbox:
    """The same as the server lists it under its new name."""
    path = name or f"New/Box {number}"
    counters = MailboxCounters(0, 0, Uid(1), UidValidity(generation), ModSeq(1))
    return RemoteMailbox(path, path, "/", frozenset(), counters=counters)


def test_thousands_below_a_renamed_parent_are_known_again_at_once() -> None:
    old = [ours(number, generation=number) for number in range(1, MANY)]
    new = [theirs(number, generation=number) for number in range(1, MANY)]

    pairs = renamed(old, new)

    assert {(box.id, mailbox.name) for box, mailbox in pairs} == {
        (MailboxId(number), f"New/Box {number}") for number in range(1, MANY)
    }


def test_mailboxes_of_one_second_are_told_apart_by_their_last_names() -> None:
    pairs = renamed([ours(1), ours(2)], [theirs(2), theirs(1)])

    assert [(box.id, mailbox.name) for box, mailbox in pairs] == [
        (MailboxId(1), "New/Box 1"),
        (MailboxId(2), "New/Box 2"),
    ]


def test_what_stays_unclear_is_not_paired() -> None:
    assert renamed([ours(1), ours(2)], [theirs(3, name="A"), theirs(4, name="B")]) == []
    alike = [ours(number) for number in range(1, MANY)]
    assert renamed(alike, [theirs(number) for number in range(1, MANY)]) == []
