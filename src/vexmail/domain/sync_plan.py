"""Which mailboxes need a look, decided from counters."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from vexmail.domain.ids import ModSeq
from vexmail.domain.mailbox import LocalMailbox, MailboxCounters, RemoteMailbox, SelectedMailbox

COMPARE_EVERY = timedelta(days=1)  # servers lose MODSEQs and VANISHED answers; see S3 and S4
# Seconds between passes of a mailbox whose counters say nothing: without MODSEQ none tells of a
# star that somebody set, and some mailboxes are listed but do not open.
FLAGS_EVERY = 600.0
OVERLAP = 30.0  # seconds after which flags can be read on a server whose counters run ahead
LOSS_AT_ONCE = 100  # messages
LOSS_SHARE = 0.2  # of what we hold


class Doubt(Enum):
    """How much a server forgot of what it told us."""

    NONE = 0
    FLAGS = 1
    """It keeps no MODSEQ any more: flags must be compared."""
    SLIGHT = 2
    """MODSEQ went back: UIDs may name other messages; the newest tell."""
    GRAVE = 3
    """UIDNEXT went back: the server was restored from a backup, any UID may be another's."""


def doubt_of(local: LocalMailbox, selected: SelectedMailbox) -> Doubt:
    """Compare what SELECT says with what the same generation of UIDs said before."""
    if selected.uid_next < local.uid_next and selected.uid_next_told:
        return Doubt.GRAVE
    if selected.highest_modseq < local.highest_modseq:
        return Doubt.SLIGHT if selected.highest_modseq else Doubt.FLAGS
    return Doubt.NONE


@dataclass(frozen=True, slots=True)
class LastPass:
    """What the counters said before the last pass of a mailbox, and when that was."""

    counters: MailboxCounters | None
    at: float
    """Monotonic seconds."""
    highest_modseq: ModSeq | None = None
    """What SELECT said of it then; None where it did not get so far."""
    told_at: float = 0.0
    """When SELECT said so for the first time."""

    def next(
        self, counters: MailboxCounters | None, at: float, highest_modseq: ModSeq
    ) -> "LastPass":
        """Return the pass that came after this one."""
        is_same = highest_modseq == self.highest_modseq
        return LastPass(counters, at, highest_modseq, self.told_at if is_same else at)


NEVER = LastPass(None, 0.0)


def believed(mod_seq: ModSeq, held: ModSeq, last: LastPass, *, monotonic: float) -> ModSeq | None:
    """Return the MODSEQ that a cursor may move to on a server whose counters run ahead.

    None leaves the cursor, so that the next pass reads again what lies between, until one comes
    long enough after this was told first. The first look reads every flag and needs no overlap.
    """
    is_settled = last.highest_modseq == mod_seq and monotonic - last.told_at >= OVERLAP
    return mod_seq if is_settled or not held else None


def needs_pass(
    local: LocalMailbox,
    remote: RemoteMailbox,
    last: LastPass | None,
    *,
    now: datetime,
    monotonic: float,
) -> bool:
    """Decide from one answer of the server whether a mailbox must be compared.

    Args:
        local: what we hold.
        remote: what the server said just now.
        last: the last pass of this process, if there was one. Counters that were the same
            before it are not news, even if they contradict what we hold.
        now: the moment in UTC.
        monotonic: the same in seconds of the clock that ``last`` was taken from.
    """
    counters = remote.counters
    if not remote.selectable:
        return False
    if local.sync_state == "broken":
        return local.resynced_on is None or local.resynced_on < now.date()
    if last is not None and counters is None:
        return monotonic - last.at >= FLAGS_EVERY
    if local.sync_state != "live" or counters is None or is_overdue(local, now):
        return True
    if agrees(local, counters):
        return False
    # Without MODSEQ flags change unseen; and a server may contradict itself for good.
    return last is None or last.counters != counters or monotonic - last.at >= FLAGS_EVERY


def is_overdue(local: LocalMailbox, now: datetime) -> bool:
    """Tell whether a mailbox must be compared in full, whatever its counters say."""
    return local.compared_at is None or now - local.compared_at >= COMPARE_EVERY


def agrees(local: LocalMailbox, counters: MailboxCounters) -> bool:
    """Tell whether MODSEQ and the other counters prove that we hold what the server does."""
    return counters.highest_modseq > 0 and (
        counters.uid_validity,
        counters.uid_next,
        counters.highest_modseq,
        counters.messages,
    ) == (local.uid_validity, local.uid_next, local.highest_modseq, local.total)


def is_suspicious(loss: int, held: int) -> bool:
    """Tell whether so many messages missing from a list need a second list (rule S3)."""
    return loss > LOSS_AT_ONCE or loss > held * LOSS_SHARE
