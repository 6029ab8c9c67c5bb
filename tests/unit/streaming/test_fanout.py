"""The fan-out on a real hub: whatever its clients' transports do, each gets its events once and in order.

The transports are scripted, since no network can be told to be full at a given moment; sockets are tested in
tests/integration/streaming.
"""

import asyncio
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streaming.cursor import Position
from streaming.filters import StreamFilter
from streaming.stream_end import StreamEnd
from tests.support.fanout_world import ScriptedTransport, World, blocks, ids, limits, until

DRIFTS = StreamFilter(types=frozenset({"drift"}))


async def test_all_that_are_at_the_head_get_the_same_bytes() -> None:
    world = World()
    (_, first), (_, second) = world.connect(), world.connect()

    world.publish("drift", "falco")
    world.publish("drift")

    await until(lambda: len(ids(first)) == 3)
    assert ids(first) == ["e0:1.1", "e0:1.2", "e0:2.1"]
    assert first.read == second.read


async def test_what_is_published_while_nobody_is_there_has_no_lag() -> None:
    world = World()
    world.publish("drift")
    world.hub.metrics.flushed()
    assert world.hub.metrics.send.take_peak() is None

    _, transport = world.connect()
    world.publish("drift")

    await until(lambda: len(ids(transport)) == 1)
    assert world.hub.metrics.send.take_peak() is not None


async def test_what_is_published_within_a_flush_goes_out_as_one_chunk() -> None:
    world = World()
    _, transport = world.connect()
    for _ in range(50):
        world.publish("drift")

    await until(lambda: len(ids(transport)) == 50)

    assert transport.read.count(b"\r\n") == 2


async def test_a_client_from_the_past_gets_what_it_missed_and_then_what_comes() -> None:
    world = World()
    for _ in range(5):
        world.publish("drift")
    _, transport = world.connect(Position(2, 1))
    world.publish("drift")

    await until(lambda: len(ids(transport)) == 4)
    assert ids(transport) == ["e0:3.1", "e0:4.1", "e0:5.1", "e0:6.1"]


async def test_what_the_ring_forgot_comes_from_the_feed() -> None:
    world = World(ring_events=4)
    for _ in range(40):
        world.publish("drift")
    _, transport = world.connect(Position(1))

    await until(lambda: len(ids(transport)) == 40)
    world.publish("drift")
    await until(lambda: len(ids(transport)) == 41)

    assert ids(transport) == [f"e0:{n}.1" for n in range(1, 42)]


async def test_a_client_ahead_of_this_task_waits_for_what_it_has_not_seen() -> None:
    world = World()
    _, transport = world.connect(Position(2, 1))
    world.publish("drift")
    world.publish("drift", "falco")

    await until(lambda: ids(transport) == ["e0:2.2"])


async def test_a_client_that_does_not_read_leaves_the_others_alone_and_is_dropped() -> None:
    # given: one of two clients stops reading, and its transport is full
    world = World(limits(keep_alive=0.2, write_timeout=1))
    (slow, stalled), (_, reading) = world.connect(), world.connect()
    stalled.stall()
    while not stalled.full:
        world.publish("drift")
        await asyncio.sleep(0.002)
    held = len(stalled.buffer)

    # when
    for _ in range(30):
        world.publish("drift")

    # then: nothing more is held for it, the other gets everything, and its time runs out
    await until(lambda: len(ids(reading)) == world.hub.ring.head)
    assert len(stalled.buffer) == held
    await until(lambda: world.left == [slow])
    assert slow.end is StreamEnd.TOO_SLOW


async def test_past_the_bound_of_all_buffers_the_fullest_client_goes() -> None:
    world = World(limits(flush=0, keep_alive=0.2, max_buffered_bytes=1500))
    clients = [world.connect() for _ in range(3)]
    for _, transport in clients:
        transport.stall()
    clients[1][1].buffer += b"x" * 1000
    for _ in range(10):
        world.publish("drift")
        await asyncio.sleep(0.002)

    await until(lambda: bool(world.left))

    assert world.left[0] is clients[1][0]


async def test_a_client_that_falls_behind_too_far_is_dropped() -> None:
    world = World(limits(flush=0, keep_alive=0.2, max_lag_events=20))
    client, transport = world.connect()
    transport.stall()
    for _ in range(40):
        world.publish("drift")
        await asyncio.sleep(0.001)

    await until(lambda: world.left == [client])
    assert client.end is StreamEnd.TOO_SLOW


async def test_a_client_that_says_more_than_its_request_is_dropped() -> None:
    world = World()
    client, _ = world.connect()

    client.data_received(b"GET / HTTP/1.1\r\n\r\n")

    await until(lambda: world.left == [client])
    assert client.end is StreamEnd.SPOKE


async def test_a_life_ends_in_order_in_its_second_half() -> None:
    world = World(limits(flush=0, keep_alive=0.1, lifetime=0.4, max_lag_events=20))
    client, transport = world.connect()
    began = asyncio.get_running_loop().time()

    await until(lambda: world.left == [client])

    assert asyncio.get_running_loop().time() - began >= 0.2
    assert client.end is StreamEnd.TOO_OLD
    assert transport.read.endswith(b"0\r\n\r\n")


async def test_a_filter_that_lets_nothing_pass_still_moves_the_last_id() -> None:
    world = World(limits(flush=0, keep_alive=0.1, max_lag_events=20))
    _, transport = world.connect(wanted=DRIFTS)
    for _ in range(3):
        world.publish("falco")

    await until(lambda: b"cursor" in transport.read)

    assert next(block.id for block in blocks(transport) if block.event == "cursor") == "e0:4.0"
    assert b": keep-alive" in transport.read


async def test_a_client_that_wants_nothing_of_its_past_learns_where_it_stands() -> None:
    world = World()
    for _ in range(3):
        world.publish("falco")
    _, transport = world.connect(Position(1, 1), DRIFTS)

    await until(lambda: b"cursor" in transport.read)

    assert [block.id for block in blocks(transport)] == ["e0:4.0"]


async def test_a_replaced_feed_ends_every_stream() -> None:
    world = World()
    client, transport = world.connect()

    world.hub.close()

    await until(lambda: world.left == [client])
    assert client.end is StreamEnd.FEED_REPLACED
    assert transport.read.endswith(b"0\r\n\r\n")


async def test_at_the_end_streams_end_over_the_drain_and_late_ones_too() -> None:
    world = World()
    clients = [world.connect()[0] for _ in range(20)]
    world.hub.end()
    late, _ = world.connect()

    await world.fanout.drained(5)

    assert set(world.left) == {*clients, late}
    assert {client.end for client in world.left} == {StreamEnd.STOPPING}


async def test_a_client_that_does_not_read_does_not_hold_up_the_end() -> None:
    world = World()
    client, transport = world.connect()
    transport.stall()
    for _ in range(20):
        world.publish("drift")
        await asyncio.sleep(0.001)
    world.hub.end()

    await world.fanout.drained(0.2)

    await until(lambda: world.left == [client])
    assert len(world.fanout) == 0


class _Happenings:
    """Plays a random story to several clients and knows what each must have received."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a repeatable story
        self.world = World(ring_events=self.random.choice([3, 10, 1000]))
        self.expected: list[tuple[str, str]] = []
        self.clients: list[tuple[ScriptedTransport, StreamFilter, int]] = []

    def publish(self) -> None:
        n = self.world.hub.ring.head + 1
        types = self.random.choices(["drift", "falco"], k=self.random.randint(1, 4))
        self.world.publish(*types)
        self.expected += [(f"e0:{n}.{i}", kind) for i, kind in enumerate(types, start=1)]

    def connect(self) -> None:
        wanted = self.random.choice([StreamFilter(), DRIFTS])
        seen = self.random.randint(0, len(self.expected))
        position = Position(1)
        if seen:
            n, _, i = self.expected[seen - 1][0].removeprefix("e0:").partition(".")
            position = Position(int(n), int(i))
        _, transport = self.world.connect(position, wanted)
        self.clients.append((transport, wanted, seen))

    def stall(self) -> None:
        if self.clients:
            self.random.choice(self.clients)[0].stall()

    def go_on(self) -> None:
        if self.clients:
            self.random.choice(self.clients)[0].go_on()

    async def play(self, steps: int) -> None:
        for _ in range(steps):
            self.random.choice([self.publish, self.publish, self.connect, self.stall, self.go_on])()
            if self.random.random() < 0.4:
                await asyncio.sleep(self.random.choice([0, 0, 0.002]))
        for transport, _, _ in self.clients:
            transport.go_on()
        for transport, wanted, seen in self.clients:
            due = [name for name, kind in self.expected[seen:] if not wanted.types or kind in wanted.types]
            await until(lambda transport=transport, due=due: len(ids(transport)) >= len(due))
            assert ids(transport) == due


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9), steps=st.integers(5, 120))
def test_whatever_happens_each_client_gets_its_events_once_and_in_order(seed: int, steps: int) -> None:
    async def story() -> None:
        await _Happenings(seed).play(steps)

    asyncio.run(story())


@pytest.mark.parametrize("count", [1, 100])
async def test_nothing_is_kept_of_clients_that_left(count: int) -> None:
    world = World()
    for _ in range(count):
        _, transport = world.connect(wanted=DRIFTS)
        world.publish("drift")
        transport.abort()
    await until(lambda: len(world.left) == count)

    assert (len(world.fanout), world.hub.clients) == (0, 0)
    assert not world.fanout._groups
