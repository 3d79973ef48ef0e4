"""The verbs of VexMail, one per file; the only openers of write transactions.

Comes in: domain values from web, sync and jobs. Goes out: committed facts, and the changes
that tell them.

Rules for editors: a use case is a transaction. Nothing waits for the network inside one;
whatever has to be fetched is fetched before, whatever has to be told is told after.
"""
