"""A client's session on a real hub: each event once and in order, and every way in which it ends."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import pytest

from streaming.cursor import NOWHERE, Cursor, Position
from streaming.filters import StreamFilter
from streaming.hub import Hub
from streaming.session import Session, SessionEnd, SessionLimits
from streaming.start import Start, fresh_start, resumed_start
from tests.support.scripted_stream import entry
from tests.support.sse_client import Block, parse_block
from tfdrift.domain.timestamps import parse_time
from tfdrift.service.stream_ports import FeedBatch, GapReason

if TYPE_CHECKING:
    from streaming.history import History

AT = parse_time("2025-01-15T10:00:00Z")
LIMITS = SessionLimits(
    keep_alive=30, write_timeout=5, drain=0.01, max_lag_events=1000, retry_milliseconds=3000
)


class Recorder:
    """An outlet that keeps what is written, and can hold the writer as a full buffer does."""

    def __init__(self) -> None:
        self.data = b""
        self.writes = 0
        self.room = asyncio.Event()
        self.room.set()

    async def write(self, data: bytes) -> None:
        await self.room.wait()
        self.data += data
        self.writes += 1

    @property
    def blocks(self) -> list[Block]:
        return [parse_block(text) for text in self.data.decode().split("\n\n") if text]

    def ids(self) -> list[str]:
        return [b.id or "" for b in self.blocks if b.event not in {None, "connected"}]


class Client:
    """A session that runs beside the test."""

    def __init__(
        self,
        hub: Hub,
        start: Start | None = None,
        limits: SessionLimits = LIMITS,
        wanted: StreamFilter | None = None,
    ) -> None:
        self.outlet = Recorder()
        history = cast("History", None)  # these tests stay within the ring
        session = Session(
            hub=hub, history=history, outlet=self.outlet, wanted=wanted or StreamFilter(), limits=limits
        )
        self._hub = hub
        self._subscriber = hub.join()
        self.task: asyncio.Task[SessionEnd] = asyncio.create_task(
            session.run(start or fresh_start(hub), self._subscriber)
        )

    async def leave(self) -> None:
        self._hub.leave(self._subscriber)
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


def open_hub(head: int = 0) -> Hub:
    hub = Hub(ring_events=100, ring_bytes=10**6)
    hub.open("e", head)
    hub.ready.set()
    return hub


def publish(hub: Hub, n: int, *names: str) -> None:
    assert hub.append(FeedBatch(n, tuple(entry(name) for name in names), AT))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def test_a_new_client_gets_what_comes_after_it_came() -> None:
    hub = open_hub()
    publish(hub, 1, "before")
    client = Client(hub)
    publish(hub, 2, "a", "b")
    publish(hub, 3, "c")

    await until(lambda: len(client.outlet.ids()) == 3)

    assert client.outlet.blocks[0].event == "connected"
    assert client.outlet.ids() == ["e:2.1", "e:2.2", "e:3.1"]
    await client.leave()


async def test_what_is_published_while_the_client_joins_is_neither_lost_nor_doubled() -> None:
    """mercure#178: events between the replay and the subscription were lost."""
    hub = open_hub()
    publish(hub, 1, "a", "b")
    start = resumed_start(hub, "e:1.1", hub.ring.head)
    publish(hub, 2, "c")
    client = Client(hub, start)
    publish(hub, 3, "d")

    await until(lambda: len(client.outlet.ids()) == 3)
    publish(hub, 4, "e")
    await until(lambda: len(client.outlet.ids()) == 4)

    assert client.outlet.ids() == ["e:1.2", "e:2.1", "e:3.1", "e:4.1"]
    await client.leave()


async def test_a_client_ahead_of_this_task_waits_for_what_it_has_not_seen() -> None:
    # given: another task had committed batch 3, and the client saw its first event there
    hub = open_hub(head=1)
    client = Client(hub, resumed_start(hub, "e:3.1", committed_head=3))

    publish(hub, 2, "seen")
    publish(hub, 3, "seen", "new")

    await until(lambda: client.outlet.ids() == ["e:3.2"])
    await client.leave()


async def test_a_client_that_lags_gets_many_frames_in_one_write() -> None:
    hub = open_hub()
    client = Client(hub)
    await until(lambda: client.outlet.writes == 1)
    client.outlet.room.clear()
    publish(hub, 1, "a")
    await asyncio.sleep(0.01)
    for n in range(2, 30):
        publish(hub, n, "b")

    client.outlet.room.set()

    await until(lambda: len(client.outlet.ids()) == 29)
    assert client.outlet.writes == 3
    await client.leave()


async def test_a_client_past_the_bound_is_sent_away() -> None:
    hub = open_hub()
    limits = SessionLimits(keep_alive=30, write_timeout=5, drain=1, max_lag_events=10, retry_milliseconds=0)
    client = Client(hub, limits=limits)
    other = Client(hub, limits=limits)
    await until(lambda: client.outlet.writes == 1)
    client.outlet.room.clear()
    publish(hub, 1, "a")
    await until(lambda: other.outlet.ids() == ["e:1.1"])
    for n in range(2, 14):
        publish(hub, n, "b")
        await until(lambda n=n: len(other.outlet.ids()) == n)  # type: ignore[misc]

    client.outlet.room.set()

    assert await client.task is SessionEnd.TOO_SLOW
    assert not other.task.done()
    await other.leave()


async def test_a_client_that_takes_nothing_for_too_long_is_sent_away() -> None:
    hub = open_hub()
    limits = SessionLimits(
        keep_alive=30, write_timeout=0.05, drain=1, max_lag_events=10, retry_milliseconds=0
    )
    client = Client(hub, limits=limits)
    await until(lambda: client.outlet.writes == 1)
    client.outlet.room.clear()
    publish(hub, 1, "a")

    assert await client.task is SessionEnd.TOO_SLOW


async def test_keep_alives_come_between_and_beside_events() -> None:
    hub = open_hub()
    limits = SessionLimits(keep_alive=0.05, write_timeout=5, drain=1, max_lag_events=10, retry_milliseconds=0)
    client = Client(hub, limits=limits)

    await until(lambda: sum(b.is_comment for b in client.outlet.blocks) == 2)
    publish(hub, 1, "a")
    await until(lambda: client.outlet.ids() == ["e:1.1"])
    await until(lambda: sum(b.is_comment for b in client.outlet.blocks) == 4)
    await client.leave()


async def test_a_stopping_task_ends_its_streams() -> None:
    hub = open_hub()
    clients = [Client(hub) for _ in range(10)]
    await until(lambda: all(client.outlet.writes == 1 for client in clients))

    hub.end()

    ends = await asyncio.gather(*(client.task for client in clients))
    assert set(ends) == {SessionEnd.STOPPING}


async def test_events_are_delivered_while_a_stream_waits_for_its_end() -> None:
    hub = open_hub()
    limits = SessionLimits(
        keep_alive=30, write_timeout=5, drain=3600, max_lag_events=10, retry_milliseconds=0
    )
    client = Client(hub, limits=limits)
    hub.end()

    publish(hub, 1, "a")

    await until(lambda: client.outlet.ids() == ["e:1.1"])
    await client.leave()


async def test_a_replaced_feed_ends_its_streams() -> None:
    hub = open_hub()
    client = Client(hub)
    await until(lambda: client.outlet.writes == 1)

    hub.close()

    assert await client.task is SessionEnd.FEED_REPLACED


async def test_a_filtered_client_gets_only_what_it_asked_for_and_gaps() -> None:
    hub = open_hub()
    client = Client(hub, wanted=StreamFilter(types=frozenset({"falco"})))
    entries = (entry("a"), entry("b", "falco"), entry("c", "gap"))
    hub.append(FeedBatch(1, entries, AT))

    await until(lambda: client.outlet.ids() == ["e:1.2", "e:1.3"])
    await client.leave()


@pytest.mark.parametrize(
    ("last_event_id", "expected"),
    [
        ("e:3.2", Start(Position(3, 2), Cursor("e", Position(3, 2)))),
        ("e:6.0", Start(Position(6), Cursor("e", Position(6)))),
        ("e:0.0", Start(Position(1), Cursor("e", Position(0)))),
        ("e:6.1", Start(Position(6), Cursor("e", Position(6, 1)), GapReason.UNKNOWN_ID)),
        ("f:3.2", Start(Position(6), Cursor("f", Position(3, 2)), GapReason.UNKNOWN_ID)),
        ("what?", Start(Position(6), NOWHERE, GapReason.UNKNOWN_ID)),
    ],
)
def test_where_a_client_that_comes_back_begins(last_event_id: str, expected: Start) -> None:
    async def begin() -> Start:
        return resumed_start(open_hub(head=5), last_event_id, committed_head=5)

    assert asyncio.run(begin()) == expected


async def test_a_hub_without_clients_keeps_nothing_of_them() -> None:
    hub = open_hub()
    clients: list[Any] = [Client(hub) for _ in range(5)]
    assert hub.clients == 5

    for client in clients:
        await client.leave()

    assert hub.clients == 0
