"""Which event loop the long-running processes use."""

import asyncio
import importlib
from collections.abc import Callable
from importlib.util import find_spec


def new_event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return the factory for ``asyncio.Runner``: uvloop's where installed, else the usual one."""
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module(
        "uvloop"
    ).new_event_loop
    return factory
