"""Where raw messages and attachments lie: immutable bytes named by their SHA-256.

Comes in: bytes. Goes out: a ``BlobId``, and the same bytes again.

Rules for editors: a blob is complete before it has its name; bytes are checked against the
name before they are believed; file work happens in threads, never in the event loop.
Implementations are named by technology and run through ``tests/contracts``.
"""
