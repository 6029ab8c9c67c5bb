"""Runs blocking calls in threads, of which there are at most so many, so that the loop never waits."""

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

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
        run = anyio.to_thread.run_sync(lambda: function(*args, **kwargs), limiter=self._limiter)
        call = asyncio.ensure_future(run)
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            # anyio's own shield does not hold against a task's cancellation. Whoever comes next, a lease's
            # release for one, must not overtake a write that is under way.
            await asyncio.wait((call,))
            _retrieve(call)
            raise


def _retrieve(call: "asyncio.Future[Any]") -> None:
    """Take the error of a call that nobody waits for any more, so that the loop does not complain of it."""
    if not call.cancelled():
        call.exception()
