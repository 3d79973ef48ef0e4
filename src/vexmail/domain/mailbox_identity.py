"""Recognising a mailbox that somebody renamed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from vexmail.domain.mailbox import LocalMailbox, MailboxCounters, RemoteMailbox

# Where more mailboxes than that share one UIDVALIDITY, they are not told apart.
MOST_COMPARISONS = 250_000
Same = Callable[[LocalMailbox, RemoteMailbox], bool]


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
    left = {box.id: box for box in gone if box.uid_validity}
    free = {mailbox.wire_name: mailbox for mailbox in fresh if mailbox.counters}
    for key_of, same in (
        (_object_of, _same_object),
        (_generation_of, _same_content),
        (_generation_of, _same_leaf),
        (_generation_of, _same_generation),
    ):
        for boxes, mailboxes in _alike(left.values(), free.values(), key_of):
            for box, mailbox in _pairs(boxes, mailboxes, same):
                pairs.append((box, mailbox))
                del left[box.id], free[mailbox.wire_name]
    return pairs


def _pairs(
    boxes: list[LocalMailbox], mailboxes: list[RemoteMailbox], same: Same
) -> list[tuple[LocalMailbox, RemoteMailbox]]:
    """Pair those of a few that are sure to be the same."""
    if len(boxes) * len(mailboxes) > MOST_COMPARISONS:
        return []
    pairs = []
    for box in list(boxes):
        fits = [mailbox for mailbox in mailboxes if same(box, mailbox)]
        rivals = [other for other in boxes if fits and same(other, fits[0])]
        if len(fits) == len(rivals) == 1:
            pairs.append((box, fits[0]))
            boxes.remove(box)
            mailboxes.remove(fits[0])
    return pairs


def _alike(
    boxes: Iterable[LocalMailbox],
    mailboxes: Iterable[RemoteMailbox],
    key_of: Callable[[LocalMailbox | MailboxCounters], str | int],
) -> list[tuple[list[LocalMailbox], list[RemoteMailbox]]]:
    """Return those of both sides that have the same key, which is true."""
    groups: dict[str | int, tuple[list[LocalMailbox], list[RemoteMailbox]]] = defaultdict(
        lambda: ([], [])
    )
    for box in boxes:
        groups[key_of(box)][0].append(box)
    for mailbox in mailboxes:
        if mailbox.counters is not None:
            groups[key_of(mailbox.counters)][1].append(mailbox)
    return [group for key, group in groups.items() if key and all(group)]


def _object_of(one: LocalMailbox | MailboxCounters) -> str:
    return one.object_id


def _generation_of(one: LocalMailbox | MailboxCounters) -> int:
    return one.uid_validity


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
