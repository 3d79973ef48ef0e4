"""Recognising the same message in two places."""

import hashlib

from vexmail.domain.message import RemoteMessage


def fingerprint(message: RemoteMessage) -> bytes:
    """Return 16 bytes that are equal for copies of one message within an account.

    OBJECTID's EMAILID decides where the server gives one (RFC 8474 §5.1): it names content.
    Else the facts a copy keeps: Message-ID, Date, subject, senders, recipients and size.
    Two different messages may share them (a resent notice); the caller keeps such twins
    apart by an ordinal, so a collision costs nothing but a shared body.
    """
    if message.email_id:
        parts = ["emailid", message.email_id]
    else:
        e = message.envelope
        parts = [
            e.internet_message_id,
            e.sent_at.isoformat() if e.sent_at else "",
            e.subject,
            *(a.address for a in (*e.from_, *e.to, *e.cc)),
            str(message.size),
            message.received_at.isoformat() if not e.internet_message_id else "",
        ]
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=16).digest()
