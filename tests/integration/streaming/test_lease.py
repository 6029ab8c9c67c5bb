"""The lease: one holder while it lives, another soon after it does not, whatever any clock says."""

import asyncio
from contextlib import suppress

import pytest

from streaming.blocking import Threads
from streaming.lease import LeaseKeeper
from tfdrift.adapters.feed_dynamodb import DynamoLeaseStore
from tfdrift.service.stream_ports import AccessFailed, Lease

pytestmark = pytest.mark.emulator

SECONDS = 0.4


def keeper(store: DynamoLeaseStore, owner: str, seconds: float = SECONDS) -> LeaseKeeper:
    return LeaseKeeper(store, Threads(1), owner=owner, seconds=seconds)


async def never(task: asyncio.Task[None], seconds: float) -> None:
    """Fail if the task ends within the time."""
    done, _ = await asyncio.wait([task], timeout=seconds)
    assert not done


async def test_only_one_of_five_holds_it(leases: DynamoLeaseStore) -> None:
    keepers = [keeper(leases, f"task-{n}") for n in range(5)]
    tasks = [asyncio.create_task(one.acquire()) for one in keepers]

    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    holder = keepers[tasks.index(next(iter(done)))]
    holding = asyncio.create_task(holder.hold())
    for task in tasks:
        if task not in done:
            await never(task, SECONDS / 2)

    assert len([task for task in tasks if task.done()]) == 1
    for task in (*tasks, holding):
        task.cancel()
    await asyncio.gather(*tasks, holding, return_exceptions=True)


async def test_a_holder_that_shows_signs_of_life_keeps_it(leases: DynamoLeaseStore) -> None:
    # Long against the pauses of a busy machine: nothing here depends on how fast it is.
    first, second = keeper(leases, "a", 2.0), keeper(leases, "b", 2.0)
    await first.acquire()
    holding = asyncio.create_task(first.hold())

    waiting = asyncio.create_task(second.acquire())
    await never(waiting, 5.0)

    assert not holding.done()
    for task in (holding, waiting):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_holder_that_falls_silent_loses_it_and_notices(leases: DynamoLeaseStore) -> None:
    first, second = keeper(leases, "a"), keeper(leases, "b")
    await first.acquire()

    async with asyncio.timeout(10):
        await second.acquire()
        await first.hold()

    lease = leases.read()
    assert lease is not None
    assert lease.owner == "b"


async def test_a_released_lease_is_taken_before_it_would_run_out(leases: DynamoLeaseStore) -> None:
    first, second = keeper(leases, "a", seconds=60), keeper(leases, "b", seconds=60)
    await first.acquire()
    waiting = asyncio.create_task(second.acquire())
    await asyncio.sleep(0.2)

    await first.release()

    async with asyncio.timeout(30):
        await waiting


async def test_releasing_what_another_took_changes_nothing(leases: DynamoLeaseStore) -> None:
    first, second = keeper(leases, "a"), keeper(leases, "b")
    await first.acquire()
    async with asyncio.timeout(10):
        await second.acquire()

    await first.release()

    lease = leases.read()
    assert lease is not None
    assert lease.owner == "b"


class _LosesAnswers:
    """The real storage; of every other write the answer is lost after it was made."""

    def __init__(self, store: DynamoLeaseStore) -> None:
        self._store = store
        self._writes = 0

    def read(self) -> Lease | None:
        return self._store.read()

    def write(self, expected: Lease | None, new: Lease) -> bool:
        done = self._store.write(expected, new)
        self._writes += 1
        if self._writes % 2 == 0:
            raise AccessFailed("connection reset")
        return done


async def test_a_sign_of_life_whose_answer_was_lost_is_one(leases: DynamoLeaseStore) -> None:
    holder = LeaseKeeper(_LosesAnswers(leases), Threads(1), owner="a", seconds=4.0)
    await holder.acquire()
    holding = asyncio.create_task(holder.hold())

    await never(holding, 6.0)

    lease = leases.read()
    assert lease is not None
    assert lease.owner == "a"
    assert lease.counter > 3
    holding.cancel()
    with suppress(asyncio.CancelledError):
        await holding
