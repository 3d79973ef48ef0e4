"""The doorbells between processes: Redis pub/sub behind ``ports.change_feed`` and ``fleet_bell``.

Comes in: the owner whose log grew; the account that another process should look at. Goes out: a
wake-up to whoever waits for that owner, in this process at once, in others over Redis; a knock
to the fleets of the others.

Rules for editors: Redis carries no fact, only ids. With Redis down, listeners of this process
still wake at once and those of others within their own polling time.
"""
