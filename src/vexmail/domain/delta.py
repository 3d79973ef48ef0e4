"""What the server just told us about one mailbox."""

from dataclasses import dataclass

from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.domain.message import RemoteFlags, RemoteMessage


@dataclass(frozen=True, slots=True)
class MailboxDelta:
    """Facts of one batch, all of the same UIDVALIDITY, applied in one transaction.

    Attributes:
        uid_validity: generation the UIDs belong to; another one than ours refuses the delta.
        messages: records of UIDs, new to us or not.
        flags: flags of UIDs; those unknown to us are ignored.
        vanished: UIDs proved to be gone (RFC 9051 §7.5.1, or missing from a complete list).
        uid_next: cursor to move with these rows, never back.
        highest_modseq: cursor to move with these rows, never back; only given when every
            message and flag up to it is covered.
        sync_total: size of the mailbox on the server while a pass runs, for progress.
        complete: the pass ended; the mailbox is live.
        compared: every UID and flag was compared with the server's, whatever MODSEQ says.
        checked: ``messages`` were fetched to see whether their UIDs still name what we hold; an
            entry whose message is another one now is replaced.
        rate: messages a second of the running pass, for the progress shown.
    """

    uid_validity: UidValidity
    messages: tuple[RemoteMessage, ...] = ()
    flags: tuple[RemoteFlags, ...] = ()
    vanished: tuple[Uid, ...] = ()
    uid_next: Uid | None = None
    highest_modseq: ModSeq | None = None
    sync_total: int | None = None
    complete: bool = False
    compared: bool = False
    checked: bool = False
    rate: float = 0.0
