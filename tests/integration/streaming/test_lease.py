"""The lease: one holder while it lives, another soon after it does not, whatever any clock says."""

import asyncio
import threading
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


class _Slow:
    """A storage that makes every write at once, and answers after `seconds` of the keeper's clock."""

    def __init__(self, store: DynamoLeaseStore, seconds: float) -> None:
        self._store = store
        self._seconds = seconds
        self.now = 0.0
        self.writes = 0

    def read(self) -> Lease | None:
        return self._store.read()

    def write(self, expected: Lease | None, new: Lease) -> bool:
        done = self._store.write(expected, new)
        self.writes += 1
        self.now += self._seconds
        return done


async def test_a_sign_of_life_counts_from_when_it_was_sent(leases: DynamoLeaseStore) -> None:
    """Others saw it then, and take over when its time is up: the answer's delay is not the holder's."""
    slow = _Slow(leases, seconds=4.0)
    holder = LeaseKeeper(slow, Threads(1), owner="a", seconds=4.0, clock=lambda: slow.now)
    await holder.acquire()

    async with asyncio.timeout(10):
        await holder.hold()

    assert slow.writes == 1


async def test_a_holder_whose_storage_hangs_gives_up_during_the_call(leases: DynamoLeaseStore) -> None:
    answers = threading.Event()

    class Hanging:
        """The real storage, whose second write hangs."""

        writes = 0

        def read(self) -> Lease | None:
            return leases.read()

        def write(self, expected: Lease | None, new: Lease) -> bool:
            self.writes += 1
            if self.writes == 2:
                answers.wait(30)
            return leases.write(expected, new)

    holder = LeaseKeeper(Hanging(), Threads(1), owner="a", seconds=SECONDS)
    await holder.acquire()

    try:
        async with asyncio.timeout(10):
            await holder.hold()
        assert not answers.is_set()
    finally:
        answers.set()


async def test_who_is_cancelled_while_it_takes_the_lease_can_release_it(leases: DynamoLeaseStore) -> None:
    taking, goes_on = threading.Event(), threading.Event()

    class Hesitant:
        """The real storage; a write waits for the test."""

        def read(self) -> Lease | None:
            return leases.read()

        def write(self, expected: Lease | None, new: Lease) -> bool:
            taking.set()
            goes_on.wait(10)
            return leases.write(expected, new)

    holder = LeaseKeeper(Hesitant(), Threads(1), owner="a", seconds=60)
    acquiring = asyncio.create_task(holder.acquire())
    await asyncio.to_thread(taking.wait, 10)

    acquiring.cancel()
    goes_on.set()
    with suppress(asyncio.CancelledError):
        await acquiring
    await holder.release()

    lease = leases.read()
    assert lease is not None
    assert lease.owner == ""
