"""The sync engine: one runner per account, coroutines in the web process's own loop.

Comes in: accounts from the store, sessions from ``ports.mail_server``. Goes out: deltas to
use cases. fleet → account runner → lanes: a follower that idles on one mailbox, a backfill
that brings everything else, an interactive lane for what a person waits for.

Rules for editors: one task owns one session. Time and chance come as arguments. A runner
ends with an outcome and never lets an error out, so one account cannot stop another.
"""
