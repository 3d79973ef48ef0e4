"""Recognising a mailbox that somebody renamed."""

from collections.abc import Sequence

from vexmail.domain.mailbox import LocalMailbox, RemoteMailbox


def renamed(
    gone: Sequence[LocalMailbox], fresh: Sequence[RemoteMailbox]
) -> list[tuple[LocalMailbox, RemoteMailbox]]:
    """Pair mailboxes that are not listed any more with listed ones that we do not know.

    MAILBOXID is certain (RFC 8474 §4). Without it the same UIDVALIDITY makes a candidate; since
    servers give one UIDVALIDITY to all mailboxes made within a second, two candidates are told
    apart by their last UID and number of messages, then by the last part of their names. What
    stays unclear is not paired: its messages are found again by their content.

    Args:
        gone: ours that the server does not list under their names.
        fresh: the server's whose names we do not know, with counters.
    """
    pairs: list[tuple[LocalMailbox, RemoteMailbox]] = []
    left = [box for box in gone if box.uid_validity]
    free = [mailbox for mailbox in fresh if mailbox.counters]
    for same in (_same_object, _same_content, _same_leaf, _same_generation):
        for box in list(left):
            fits = [mailbox for mailbox in free if same(box, mailbox)]
            rivals = [other for other in left if fits and same(other, fits[0])]
            if len(fits) == len(rivals) == 1:
                pairs.append((box, fits[0]))
                left.remove(box)
                free.remove(fits[0])
    return pairs


def _same_object(box: LocalMailbox, mailbox: RemoteMailbox) -> bool:
    counters = mailbox.counters
    return counters is not None and bool(box.object_id) and box.object_id == counters.object_id


def _same_generation(box: LocalMailbox, mailbox: RemoteMailbox) -> bool:
    counters = mailbox.counters
    return (
        counters is not None
        and not (box.object_id and counters.object_id)  # they would have been equal
        and counters.uid_validity == box.uid_validity
        and counters.uid_next >= box.uid_next
    )


def _same_content(box: LocalMailbox, mailbox: RemoteMailbox) -> bool:
    counters = mailbox.counters
    return (
        _same_generation(box, mailbox)
        and counters is not None
        and (counters.uid_next, counters.messages) == (box.uid_next, box.total)
    )


def _same_leaf(box: LocalMailbox, mailbox: RemoteMailbox) -> bool:
    return _same_generation(box, mailbox) and _leaf(box.name, mailbox) == _leaf(
        mailbox.name, mailbox
    )


def _leaf(name: str, mailbox: RemoteMailbox) -> str:
    return name.rpartition(mailbox.delimiter)[2] if mailbox.delimiter else name
