"""Calls in threads: a cancelled caller leaves none behind."""

import asyncio
import threading

import pytest

from streaming.blocking import Threads


async def test_a_cancelled_caller_waits_for_its_call_to_end() -> None:
    # given: a call under way
    began, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        began.set()
        goes_on.wait(10)
        ended.set()

    caller = asyncio.create_task(Threads(1).call(call))
    await asyncio.to_thread(began.wait, 10)

    # when
    caller.cancel()
    await asyncio.sleep(0.05)
    assert not caller.done()
    goes_on.set()

    # then
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended.is_set()
