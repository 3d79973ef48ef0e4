"""Named places at which a process may die, so that a test can prove that it may.

A name says what has just become durable, here or on the mail server, or is about to:
``crash_point("bodies.rows_written")``. In operation nobody listens and a call does nothing;
``app.crash_order`` lets a test end the process at one of them.
"""

from collections.abc import Callable

_listeners: list[Callable[[str], None]] = []


def crash_point(name: str) -> None:
    """Tell those who listen that the process came here. The name is unique in our source."""
    for listener in _listeners:
        listener(name)


def on_crash_points(listener: Callable[[str], None]) -> Callable[[], None]:
    """Have ``listener`` called at every crash point; answer how to end that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)
