"""Runs blocking calls in threads, of which there are at most so many, so that the loop never waits."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio.to_thread

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Threads:
    """Runs calls in at most `most` threads; a cancelled caller waits for its call to end."""

    def __init__(self, most: int = 32) -> None:
        self._limiter = anyio.CapacityLimiter(most)

    async def call(
        self,
        function: Callable[_Arguments, _Result],
        *args: _Arguments.args,
        **kwargs: _Arguments.kwargs,
    ) -> _Result:
        """Return what the function returns, without blocking the loop."""
        return await anyio.to_thread.run_sync(lambda: function(*args, **kwargs), limiter=self._limiter)
