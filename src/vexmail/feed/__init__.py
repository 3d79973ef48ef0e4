"""The doorbell between processes: Redis pub/sub behind ``ports.change_feed``.

Comes in: the owner whose log grew. Goes out: a wake-up to whoever waits for that owner,
in this process at once, in others over Redis.

Rules for editors: Redis carries no fact, only the owner's id. With Redis down, listeners of
this process still wake at once and those of others within their own polling time.
"""
