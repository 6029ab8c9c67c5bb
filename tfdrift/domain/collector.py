"""Keeps Python's cycle collector out of bulk loads."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Hold cycle collection back while the context lasts.

    What a replay decodes and makes of it holds no cycles; but it is much, and the collector walks all of it
    again each time it has grown by a quarter: a tenth to a third of a replay's time (docs/benchmarks.md).
    Reference counts free what is let go of, as ever.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
