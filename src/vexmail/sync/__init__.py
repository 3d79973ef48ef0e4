"""The sync engine: one runner per account, coroutines in the web process's own loop.

Comes in: accounts from the store, sessions from ``ports.mail_server``. Goes out: deltas to
use cases. lease keeper → fleet → account runner → lanes: a follower that idles on one mailbox,
a backfill that brings everything else, an interactive lane for what a person waits for.

Several processes share the accounts: each is run by the one that holds its lease. What a
runner writes is fenced, what it sends is permitted (``app.sync_tools`` builds its tools so),
and what is asked of an account that runs elsewhere is rung there.

Rules for editors: one task owns one session. Time and chance come as arguments. A runner
ends with an outcome and never lets an error out, so one account cannot stop another. A use case
that writes for a runner is built on the fenced unit of work; ``LeaseLost`` is nobody's failure
and passes through every lane.
"""
