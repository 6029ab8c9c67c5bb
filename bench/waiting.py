"""Waits for what happens elsewhere, within bounds."""

import time
from collections.abc import Callable


def wait_until(done: Callable[[], bool], seconds: float, what: Callable[[], object]) -> None:
    """Return once it is done; raises AssertionError with what is there when the time is up."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what()}")
        time.sleep(0.1)
