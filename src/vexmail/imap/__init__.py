"""IMAP: from the bytes of a server to our own values, and back.

Comes in: a server's address, credentials, and calls of ``ports.mail_server``. Goes out:
``RemoteMailbox``, ``RemoteMessage``, ``RemoteFlags``, ``RemoteBody``, ``RemoteChanges``,
``MailboxCounters``, ``Wake``; errors of ``domain.errors`` only.

The way of a byte: ``connection`` (aioimaplib's transport, tags and state) hands what arrives to
``framer``, which cuts it into units without looking at meaning. Units wait in the connection's
inbox, bounded in bytes: a full inbox pauses the socket. The one task that uses the session takes
units out, ``tokens`` and ``responses`` give them types, ``fetch_row`` does so on a short cut for
the many rows of an envelope pass. What the server says unasked is kept by ``watch``.

The way of a call: ``session`` hands it to the module named after the deed (``selecting``,
``fetching``, ``searching``, ``storing``, ``filing``, ``expunging``, ``appending``, ``listing``,
``counting``, ``changing_mailboxes``, ``idle``), which speaks through ``exchange``. A deed asks
``exchange.capabilities`` for the best way and falls back by itself; callers never know which way
was taken.

Rules for editors:

- ``connection`` is the only module that imports aioimaplib (GPL-3.0; exact version, since it
  overrides internals). ``framer``, ``tokens``, ``responses``, ``envelope``, ``bodystructure``
  and ``fetch_row`` do no I/O and know no event loop.
- No sequence number leaves this room (RFC 9051 §2.3.1.2 says why).
- IMAP cannot take a command back: a timeout, a cancellation or an unreadable answer aborts the
  connection. A NO or BAD does not.
- A message that somebody else marked as deleted is never expunged: EXPUNGE without UIDs is sent
  only after a search has shown that all that is marked is ours.
- Every byte from a server is hostile: no recursion, no unbounded buffer, no regular expression
  that can backtrack.
"""
