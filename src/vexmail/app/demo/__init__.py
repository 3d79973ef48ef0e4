"""The demo: a small mail server of our own with a lived-in mailbox, for a first look at VexMail.

Comes in: a state folder. Goes out: a :class:`DemoAccount` that is added like any other account;
VexMail then reads it over IMAP and never knows that it is a demo. Nothing here touches VexMail's
database, and nothing in VexMail but ``app`` may import this room.

Layout: ``servers`` (parent side) starts ``__main__`` (child side), which runs ``serving``: the
``imap_*`` modules and ``smtp_server`` over one ``mail_store``, filled from ``content`` and fed by
``delivery``. The IMAP side is ours because the mailbox must keep UIDs, flags and mod-sequences
over restarts and answer 2,000 envelopes in well under a second; pymap, tried first, needed 8 s
from memory and 31 s from a maildir, forgets the former at exit, and has neither SPECIAL-USE nor
CONDSTORE.

Rules for editors: standard library and aiosmtpd only; one event loop, no threads; every answer
cites the RFC it follows; loopback only.
"""
