"""PostgreSQL: the only truth of ours.

Comes in: domain values, from use cases. Goes out: rows, and ``Change`` rows written in the
same transaction as the facts they tell.

Rules for editors: one writer per table; explicit columns; every query that a request can
reach carries the owner; nothing here waits for the network inside a transaction.
``queries`` holds the read models that ``web`` may use directly.
"""
