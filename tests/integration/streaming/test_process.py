"""The real process on a real socket: it stops in time, resumes after any end, and shares one feed."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.sse_client import ids, open_stream, payload_id
from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames, create_tables
from tests.support.written_events import drift_event, event_log
from tfdrift.demo.emulator import Emulator, free_port, running_emulator

pytestmark = pytest.mark.emulator

STOP_SECONDS = 5.0
# A call that hangs ends by its own timeout first, and the lease's release after it.
HUNG_STOP_SECONDS = 15.0


async def test_sigterm_ends_every_stream_and_the_process_in_time(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(open_stream(server.base)) for _ in range(20)]
            for stream in streams:
                assert (await stream.next()).event == "connected"

            # when
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)

            # then: each stream comes to an orderly end, and so does the process
            async def read_to_the_end(stream: Any) -> None:
                async for _ in stream.blocks():
                    continue

            await asyncio.gather(*(read_to_the_end(stream) for stream in streams))
        code = await asyncio.to_thread(server.process.wait, STOP_SECONDS)
        assert time.monotonic() - began < STOP_SECONDS
        assert code == 0
        assert "Traceback" not in server.log.read_text()


async def test_sigterm_is_not_held_up_by_a_client_that_does_not_read(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    # given: a client that asked for the stream and reads nothing, with more written than buffers take
    with streaming_process(emulator, tables, tmp_path) as server:
        _, writer = await stuck_client(server)
        for number in range(120):
            await asyncio.to_thread(write_large, write, number)

        # when
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)

        # then
        await asyncio.to_thread(server.process.wait, STOP_SECONDS)
        assert time.monotonic() - began < STOP_SECONDS
        writer.close()


async def stuck_client(server: StreamingProcess) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return a connection that asked for the stream and is then left alone, with a small receive buffer."""
    host, port = server.base.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
    writer.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"connected")
    return reader, writer


def write_large(write: Callable[[str], bool], number: int) -> None:
    write(f"large-{number}-" + "x" * 60_000)


async def test_a_client_that_does_not_read_is_dropped_and_others_go_on(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    environment = {"TFDRIFT_WRITE_TIMEOUT_SECONDS": "3", "TFDRIFT_KEEP_ALIVE_SECONDS": "0.5"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        _, writer = await stuck_client(server)
        async with open_stream(server.base) as stream:
            await stream.next()
            reading = asyncio.create_task(ids(stream, 120))
            for number in range(120):
                await asyncio.to_thread(write_large, write, number)
            found = await reading
            assert [name.split("-")[1] for name in found] == [str(n) for n in range(120)]

            async with asyncio.timeout(30):
                while (await asyncio.to_thread(server.health))["clients"] != 1:
                    await asyncio.sleep(0.1)
        assert '"end": "too_slow"' in server.log.read_text()
        writer.close()


async def test_killed_and_restarted_it_resumes_every_client(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    # given: a client that saw two events, of a process that is killed
    port = free_port()
    with streaming_process(emulator, tables, tmp_path, port=port) as server:
        async with open_stream(server.base) as stream:
            await stream.next()
            for name in ("1", "2"):
                await asyncio.to_thread(write, name)
            blocks = await stream.events(2)
            os.killpg(server.process.pid, signal.SIGKILL)
    last = blocks[-1].id or ""

    # when: events are written while nothing runs, and it starts again
    for name in ("3", "4", "5"):
        await asyncio.to_thread(write, name)
    with streaming_process(emulator, tables, tmp_path, port=port) as server:
        async with open_stream(server.base, headers={"Last-Event-ID": last}) as stream:
            assert await ids(stream, 3) == ["3", "4", "5"]
            await asyncio.to_thread(write, "6")
            assert await ids(stream, 1) == ["6"]


async def test_two_tasks_serve_one_feed_with_the_same_ids(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    with (
        streaming_process(emulator, tables, tmp_path) as first,
        streaming_process(emulator, tables, tmp_path) as second,
    ):
        # then: one of them tails, both deliver
        async with asyncio.timeout(10):
            while sum(bool(task.health()["tailing"]) for task in (first, second)) != 1:
                await asyncio.sleep(0.1)
        async with open_stream(first.base) as one, open_stream(second.base) as other:
            await one.next()
            await other.next()
            for number in range(10):
                await asyncio.to_thread(write, str(number))
            from_one, from_other = await asyncio.gather(one.events(10), other.events(10))
        assert [b.lines for b in from_one] == [b.lines for b in from_other]

        # and: an id of the one is understood by the other
        third = {"Last-Event-ID": from_one[2].id or ""}
        async with open_stream(second.base, headers=third) as stream:
            assert await ids(stream, 7) == [str(n) for n in range(3, 10)]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
async def test_when_the_tailing_task_ends_another_takes_over(
    emulator: Emulator,
    tables: TableNames,
    tmp_path: Path,
    write: Callable[[str], bool],
    ending: signal.Signals,
) -> None:
    with (
        streaming_process(emulator, tables, tmp_path) as first,
        streaming_process(emulator, tables, tmp_path) as second,
    ):
        async with asyncio.timeout(10):
            while not first.health()["tailing"]:
                await asyncio.sleep(0.1)
        async with open_stream(second.base) as stream:
            await stream.next()
            await asyncio.to_thread(write, "before")
            assert await ids(stream, 1) == ["before"]
            first.process.send_signal(ending)
            for number in range(5):
                await asyncio.to_thread(write, str(number))
            assert await ids(stream, 5) == [str(number) for number in range(5)]


async def test_a_reconnect_storm_beyond_the_ring_is_served_from_the_table(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    # given: more history than the ring keeps
    environment = {"TFDRIFT_RING_EVENTS": "5"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        async with open_stream(server.base) as stream:
            start = (await stream.next()).id or ""
            for number in range(40):
                await asyncio.to_thread(write, str(number))
            await stream.events(40)

        # when: many clients come back with the id from before
        async def comes_back() -> list[str]:
            async with open_stream(server.base, headers={"Last-Event-ID": start}) as again:
                return await ids(again, 40)

        found = await asyncio.gather(*(comes_back() for _ in range(30)))

    # then
    assert all(one == [str(number) for number in range(40)] for one in found)


async def test_more_clients_than_allowed_are_told_to_come_back_later(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    with streaming_process(emulator, tables, tmp_path, {"TFDRIFT_MAX_CLIENTS": "1"}) as server:
        async with open_stream(server.base) as stream:
            await stream.next()
            answer = await asyncio.to_thread(httpx.get, f"{server.base}/api/v1/stream")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "too_many_clients"
    assert int(answer.headers["retry-after"]) > 0


async def test_an_id_from_the_future_or_from_elsewhere_gets_a_gap(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with open_stream(server.base) as stream:
            epoch = ((await stream.next()).id or "").partition(":")[0]
        for foreign in (f"{epoch}:99.1", "fedcba:1.0", "17", "a\u00e9"):
            async with open_stream(server.base, headers={"Last-Event-ID": foreign.encode()}) as stream:
                assert await ids(stream, 1) == ["gap"]


async def test_history_that_expired_gets_a_gap_and_the_rest(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool], dynamodb: Any
) -> None:
    # given: a feed of six batches, of which the first three expire
    with streaming_process(emulator, tables, tmp_path, {"TFDRIFT_RING_EVENTS": "1"}) as server:
        async with open_stream(server.base) as stream:
            start = (await stream.next()).id or ""
            for number in range(6):
                await asyncio.to_thread(write, str(number))
                await stream.events(1)
        epoch = start.partition(":")[0]
        for n in range(1, 4):
            key = {"pk": {"S": f"FEED#{epoch}"}, "sk": {"S": f"{n:015d}#0000"}}
            dynamodb.delete_item(TableName=tables.feed, Key=key)

        # when
        async with open_stream(server.base, headers={"Last-Event-ID": start}) as stream:
            greeting = await stream.next()
            blocks = await stream.events(4)

    # then: an early drop would have kept the old id, and the gap's own id stands behind the hole
    assert greeting.id == start
    assert [b.event for b in blocks] == ["gap", "drift", "drift", "drift"]
    assert blocks[0].id == f"{epoch}:4.0"
    assert [payload_id(b) for b in blocks[1:]] == ["3", "4", "5"]


async def test_a_feed_that_was_wiped_sends_its_clients_away_with_a_gap(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool], dynamodb: Any
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with open_stream(server.base, read_timeout=30) as stream:
            last = (await stream.next()).id or ""
            for item in dynamodb.scan(TableName=tables.feed)["Items"]:
                key = {name: item[name] for name in ("pk", "sk")}
                dynamodb.delete_item(TableName=tables.feed, Key=key)
            await asyncio.to_thread(write, "1")
            async for _ in stream.blocks():
                continue
        async with open_stream(server.base, headers={"Last-Event-ID": last}) as stream:
            assert await ids(stream, 1) == ["gap"]


async def test_storage_that_hangs_delays_events_and_neither_health_nor_the_stop(tmp_path: Path) -> None:
    # given: an emulator of this test's own, which can be frozen
    with running_emulator(tmp_path / "emulator") as emulator:
        dynamodb = emulator.client("dynamodb")
        names = create_tables(dynamodb)
        log = event_log(dynamodb, names.events)
        with streaming_process(emulator, names, tmp_path) as server:
            async with open_stream(server.base) as stream:
                await stream.next()
                try:
                    # when: it hangs for longer than the calls wait, and then goes on
                    emulator.process.send_signal(signal.SIGSTOP)
                    await asyncio.sleep(3)
                    assert (await asyncio.to_thread(server.health))["status"] == "ok"
                    emulator.process.send_signal(signal.SIGCONT)
                    await asyncio.to_thread(log.append, drift_event("1"))
                    assert await ids(stream, 1) == ["1"]

                    # and: it hangs again while the process is told to stop
                    emulator.process.send_signal(signal.SIGSTOP)
                    await asyncio.sleep(0.5)
                    server.process.send_signal(signal.SIGTERM)
                    await asyncio.to_thread(server.process.wait, HUNG_STOP_SECONDS)
                finally:
                    emulator.process.send_signal(signal.SIGCONT)
