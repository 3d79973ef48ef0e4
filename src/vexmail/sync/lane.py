"""What an account's connections are used for, and who goes first where there are too few."""

from enum import StrEnum


class Lane(StrEnum):
    """What a connection is used for."""

    INTERACTIVE = "interactive"
    FOLLOWER = "follower"
    BACKFILL = "backfill"
    LISTENER = "listener"
    """Idles in a mailbox that a person chose, as long as nobody needs the connection."""


URGENCY = {Lane.INTERACTIVE: 0, Lane.FOLLOWER: 1, Lane.BACKFILL: 2, Lane.LISTENER: 3}
"""Who gets a connection that has become free: the smallest number."""
ASKS = {
    Lane.INTERACTIVE: (Lane.LISTENER, Lane.BACKFILL, Lane.FOLLOWER),
    Lane.FOLLOWER: (Lane.LISTENER, Lane.INTERACTIVE, Lane.BACKFILL),
    Lane.BACKFILL: (Lane.LISTENER, Lane.INTERACTIVE, Lane.FOLLOWER),
    Lane.LISTENER: (),
}
"""Whom a lane asks for a connection, in this order."""


class ConnectionWanted(Exception):
    """Another lane gets this connection now. No failure: the lane runs again when it can."""
