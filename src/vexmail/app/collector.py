"""Python's cyclic collector, set for a process that serves."""

import gc

_YOUNG = 20_000  # allocations between looks; a batch of 500 messages makes about 10,000 objects
_MIDDLE = 20
_OLD = 50


def relax_collector() -> None:
    """Leave what start-up made out of every later look, and look less often.

    The usual thresholds walk the whole heap several times during a first sync, and each walk
    stops the event loop for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
