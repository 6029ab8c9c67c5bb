"""Two runs of which the first to end ends the other; a stop is never lost among them."""

import asyncio

import pytest

from streaming.tailing import first_to_end


async def test_a_stop_that_comes_while_the_others_end_is_not_lost() -> None:
    # given: one run has ended, the other one takes its time to be cancelled
    ending = asyncio.Event()

    async def slow_to_end() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ending.set()
            await asyncio.sleep(0.05)

    async def short() -> None:
        return

    task = asyncio.create_task(first_to_end(short(), slow_to_end()))
    await asyncio.sleep(0)
    await ending.wait()

    # when
    task.cancel()

    # then
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_first_is_raised() -> None:
    async def fails() -> None:
        raise LookupError("no stream")

    with pytest.raises(LookupError):
        await first_to_end(fails(), asyncio.sleep(60))
