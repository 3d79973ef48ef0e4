"""One type per kind of identifier, so that mypy refuses to mix them up."""

from typing import NewType

UserId = NewType("UserId", int)
AccountId = NewType("AccountId", int)
MailboxId = NewType("MailboxId", int)
MessageId = NewType("MessageId", int)
"""Our key of a message, stable across moves. Not the ``Message-ID`` header."""
AttachmentId = NewType("AttachmentId", int)
ProcessId = NewType("ProcessId", str)
"""One life of one web process as the others know it; never used again after its end."""
IntentId = NewType("IntentId", int)
OperationId = NewType("OperationId", int)

Uid = NewType("Uid", int)
"""Unique identifier of a message within one mailbox (RFC 9051 §2.3.1.1); 1..2^32-1."""
UidValidity = NewType("UidValidity", int)
"""Generation of a mailbox's UIDs; UIDs of another generation mean nothing (RFC 9051 §2.3.1.1)."""
ModSeq = NewType("ModSeq", int)
"""Modification sequence (RFC 7162 §3.1); 0 where the server keeps none."""
ChangeSeq = NewType("ChangeSeq", int)
"""Position in one owner's change log; ascending, commit order."""
BlobId = NewType("BlobId", str)
"""SHA-256 of the bytes, 64 lower-case hex digits."""
