"""IMAP: from the bytes of a server to our own values, and back.

Comes in: a server's address, credentials, and calls of ``ports.mail_server``. Goes out:
``RemoteMailbox``, ``RemoteMessage``, ``RemoteFlags``, ``RemoteBody``, ``Wake``; errors of
``domain.errors`` only.

The way of a byte: ``connection`` (aioimaplib's transport, tags and state) hands what arrives to
``framer``, which cuts it into units without looking at meaning. Units wait in the connection's
inbox, bounded in bytes: a full inbox pauses the socket. The one task that uses the session takes
units out, ``tokens`` and ``responses`` give them types, ``fetch_row`` does so on a short cut for
the many rows of an envelope pass. What the server says unasked is kept by ``watch``.

Rules for editors:

- ``connection`` is the only module that imports aioimaplib (GPL-3.0; exact version, since it
  overrides internals). ``framer``, ``tokens``, ``responses``, ``envelope``, ``bodystructure``
  and ``fetch_row`` do no I/O and know no event loop.
- No sequence number leaves this room (RFC 9051 §2.3.1.2 says why).
- IMAP cannot take a command back: a timeout, a cancellation or an unreadable answer aborts the
  connection. A NO or BAD does not.
- Every byte from a server is hostile: no recursion, no unbounded buffer, no regular expression
  that can backtrack.
"""
