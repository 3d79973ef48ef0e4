"""Importing a lot without the garbage collector looking on."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import big libraries inside the block, in a process that lives long.

    Classes and functions are made by the hundred thousand and stay for ever. Collecting garbage
    meanwhile costs a sixth of the time, and looking at them again in each later full collection
    would stop the event loop for tens of milliseconds, so they are set apart for good.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
