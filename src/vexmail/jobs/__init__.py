"""Work done beside the web process: arq tasks and the queue that asks for them.

Comes in: ids over Redis. Goes out: calls of use cases.

Rules for editors: the database is the truth of what is left to do and Redis may lose all of
it, so every task is idempotent, carries ids only, and has a sweep that finds what was lost.
JSON on the wire, never pickle: whoever can write Redis must not run code here.
"""
