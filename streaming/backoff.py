"""Waits that grow after each failure, with full jitter so that many waiters do not return together."""

import random

_RANDOM = random.SystemRandom()


class Backoff:
    """The waits between attempts, in seconds: a random part of a bound that doubles up to `longest`."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._bound = first

    def next(self) -> float:
        """Return the next wait."""
        wait = _RANDOM.uniform(self._bound / 10, self._bound)
        self._bound = min(self._bound * 2, self._longest)
        return wait

    def reset(self) -> None:
        """Begin again with the first bound, after a success."""
        self._bound = self._first
