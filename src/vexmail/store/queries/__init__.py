"""Read models: what a screen or an API answer needs, in one query each.

Comes in: a connection, an owner, filters. Goes out: plain dicts in the shape of the API,
ready to be serialised. Nothing here writes.
"""
