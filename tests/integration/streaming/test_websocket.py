"""The WebSocket of the real process, over real sockets: topics, filters, resume, limits, queries, the end."""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames
from tests.support.websocket_client import ids, open_websocket, raw_websocket
from tests.support.written_events import drift_event, event_log, falco_event, state_event
from tfdrift.demo.emulator import Emulator, free_port
from tfdrift.domain.feed_event import FeedEvent

pytestmark = pytest.mark.emulator

Write = Callable[[FeedEvent], bool]


@pytest.fixture
def write(dynamodb: Any, tables: TableNames) -> Write:
    return event_log(dynamodb, tables.events).append


async def put(write: Write, *events: FeedEvent) -> None:
    for event in events:
        await asyncio.to_thread(write, event)


async def drifts(write: Write, *names: object) -> None:
    await put(write, *(drift_event(str(name)) for name in names))


async def test_topics_come_and_go(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with open_websocket(server.base) as client:
            # given: a greeting
            assert client.welcome["type"] == "welcome"
            assert client.welcome["payload"]["client_id"]
            assert client.welcome["id"].endswith(":1.0")

            # when: it subscribes to one topic, then to another
            answer = await client.ask("subscribe", topic="drifts", request_id="a")
            assert (answer["type"], answer["topic"], answer["request_id"]) == ("subscribed", "drifts", "a")
            await put(write, falco_event("f1"), drift_event("d1"))
            message = await client.next()
            assert (message["type"], message["topic"], message["payload"]["id"]) == ("drift", "drifts", "d1")
            assert message["timestamp"] == "2025-01-15T10:00:00Z"
            answer = await client.ask("subscribe", topic="events", later_field=1)
            assert answer["payload"]["subscribed"] == ["drifts", "events"]
            await put(write, state_event("s1"), falco_event("f2"), drift_event("d2"))
            assert ids(await client.take(2)) == ["f2", "d2"]

            # and when: one ends
            assert (await client.ask("unsubscribe", topic="drifts"))["payload"]["subscribed"] == ["events"]
            await put(write, drift_event("d3"), falco_event("f3"))
            assert ids(await client.take(1)) == ["f3"]
            assert (await client.ask("ping", payload={"n": 1}))["payload"] == {"n": 1}


async def test_filters_and_what_they_refuse(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with open_websocket(server.base) as client:
            await client.ask("subscribe", topics=["drifts", "events"], severity="critical,low")
            await put(write, drift_event("1", "high"), drift_event("2", "low"), falco_event("3", "critical"))
            assert ids(await client.take(2)) == ["2", "3"]

            # when: the filter of one topic changes
            await client.ask("subscribe", topic="drifts", payload={"resource_type": ["aws_iam_role"]})
            await put(write, drift_event("4", "low"), drift_event("5", "high", "aws_iam_role"))
            assert ids(await client.take(1)) == ["5"]

            # then: values that do not exist are named, and the connection stays
            for fields, code in (
                ({"topic": "drift"}, "unknown_topic"),
                ({"severity": "huge"}, "invalid_filter"),
                ({"topic": "drifts", "types": "falco"}, "invalid_filter"),
                ({"account_id": "production"}, "invalid_filter"),
                ({"since": "soon"}, "invalid_since"),
            ):
                answer = await client.ask("subscribe", **fields)
                assert (answer["type"], answer["payload"]["code"]) == ("error", code)


async def test_it_resumes_across_a_restart_and_on_another_task(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    port = free_port()
    with streaming_process(emulator, tables, tmp_path, port=port) as server:
        async with open_websocket(server.base) as client:
            await client.ask("subscribe", topic="drifts")
            await drifts(write, 1, 2)
            last = (await client.take(2))[-1]["id"]
    await drifts(write, 3, 4)

    with (
        streaming_process(emulator, tables, tmp_path, {"TFDRIFT_RING_EVENTS": "2"}, port) as server,
        streaming_process(emulator, tables, tmp_path) as other,
    ):
        for task in (server, other):
            async with open_websocket(task.base) as client:
                answer = await client.ask("subscribe", topic="drifts", last_event_id=last)
                assert answer["id"] == last
                assert ids(await client.take(2)) == ["3", "4"]
        async with open_websocket(other.base) as client:
            await client.ask("subscribe", topic="drifts", last_event_id=last)
            await drifts(write, 5)
            assert ids(await client.take(3)) == ["3", "4", "5"]


async def test_a_topic_catches_up_without_repeating_another(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with open_websocket(server.base) as client:
            await client.ask("subscribe", topic="drifts")
            await put(write, drift_event("d1"), falco_event("f1"), drift_event("d2"))
            assert ids(await client.take(2)) == ["d1", "d2"]

            # when
            await client.ask("subscribe", topic="events", last_event_id=client.welcome["id"])
            await put(write, falco_event("f2"), drift_event("d3"))

            # then
            assert ids(await client.take(3)) == ["f1", "f2", "d3"]


async def test_an_id_that_is_not_ours_gets_a_gap(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with open_websocket(server.base) as client:
            await client.ask("subscribe", topic="drifts", last_event_id="fedcba:1.0")
            gap = await client.next()
            assert (gap["type"], gap["topic"], gap["payload"]["reason"]) == ("gap", "all", "unknown_id")
            await drifts(write, 1)
            assert ids(await client.take(1)) == ["1"]


async def test_queries_are_answered_as_rest_answers(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        await put(write, drift_event("1"), falco_event("2"))
        async with open_websocket(server.base) as client:
            for query in ("drifts", "stats", "states", "resources", "providers"):
                answer = await client.ask("query", query=query, request_id=query)
                assert (answer["type"], answer["request_id"]) == ("result", query)
                assert answer["payload"]["query"] == query
            answer = await client.ask("query", query="event", params={"id": "1"})
            assert answer["payload"]["data"]["payload"]["id"] == "1"
            answer = await client.ask("query", payload={"query": "events", "params": {"type": "falco"}})
            assert [item["event_id"] for item in answer["payload"]["data"]["items"]] == ["2"]
            for fields, code in (
                ({"query": "drift", "params": {"id": "none"}}, "drift_not_found"),
                ({"query": "drift"}, "invalid_id"),
                ({"query": "drifts", "params": {"severity": "huge"}}, "invalid_severity"),
                ({"query": "secrets"}, "unknown_query"),
            ):
                answer = await client.ask("query", **fields)
                assert (answer["type"], answer["payload"]["code"]) == ("error", code)


async def test_figures_are_pushed_when_they_change(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    environment = {"TFDRIFT_STATS_SECONDS": "0.2"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        async with open_websocket(server.base) as client:
            await client.ask("subscribe", topic="stats")
            first = await client.next()
            assert (first["type"], first["topic"]) == ("stats", "stats")
            assert first["payload"]["events_by_type"]["falco"] == 0
            await put(write, falco_event("1"))
            assert (await client.next())["payload"]["events_by_type"]["falco"] == 1


async def test_heartbeats_carry_the_place_in_the_feed(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    environment = {"TFDRIFT_HEARTBEAT_SECONDS": "0.5"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        async with open_websocket(server.base) as client:
            await client.ask("subscribe", topic="drifts")
            await put(write, falco_event("1"))
            async with asyncio.timeout(10):
                while (beat := await client.next())["id"] == client.welcome["id"]:
                    assert beat["type"] == "heartbeat"
            assert beat["type"] == "heartbeat"


async def test_more_clients_than_allowed_and_other_sites_pages_are_refused(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    with streaming_process(emulator, tables, tmp_path, {"TFDRIFT_MAX_CLIENTS": "1"}) as server:
        with pytest.raises(InvalidStatus) as refused:
            await open_websocket(server.base, origin="https://evil.example.com").__aenter__()
        assert refused.value.response.status_code == 403
        async with open_websocket(server.base, origin=server.base):
            with pytest.raises(InvalidStatus) as refused:
                await open_websocket(server.base).__aenter__()
            assert refused.value.response.status_code == 503
            assert "retry-after" in refused.value.response.headers


async def test_sigterm_closes_every_client_with_a_reason_and_ends_the_process(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with (
            open_websocket(server.base) as one,
            open_websocket(server.base) as other,
        ):
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            codes = [(await client.closed())[0] for client in (one, other)]
            reason = one.connection.close_reason or ""
        code = await asyncio.to_thread(server.process.wait, 10)

    assert codes == [1012, 1012]
    assert "restarts" in reason
    assert code == 0
    assert time.monotonic() - began < 8
    assert "Traceback" not in server.log.read_text()


async def test_a_connection_ends_in_the_second_half_of_its_lifetime(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    with streaming_process(emulator, tables, tmp_path, {"TFDRIFT_MAX_LIFETIME_SECONDS": "1"}) as server:
        async with open_websocket(server.base) as client, asyncio.timeout(10):
            code, reason = await client.closed()

    assert code == 1001
    assert "last id" in reason


async def test_streams_of_one_address_are_counted_together(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    environment = {"TFDRIFT_MAX_CLIENTS_PER_ADDRESS": "1"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        async with open_websocket(server.base):
            answer = await asyncio.to_thread(httpx.get, f"{server.base}/api/v1/stream")
            assert answer.status_code == 503
        await _until_clients(server, 0)
        async with open_websocket(server.base) as client:
            assert client.welcome["type"] == "welcome"


async def test_a_client_that_does_not_read_is_cut_off_and_others_go_on(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Write
) -> None:
    environment = {"TFDRIFT_WRITE_TIMEOUT_SECONDS": "2"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        with raw_websocket(server.base, receive_buffer=4096) as stuck:
            stuck.frame(0x1, b'{"type":"subscribe","topic":"drifts"}')
            async with open_websocket(server.base) as client:
                await client.ask("subscribe", topic="drifts")
                reading = asyncio.create_task(client.take(120))
                await drifts(write, *(f"{n}-" + "x" * 60_000 for n in range(120)))
                found = [name.split("-")[0] for name in ids(await reading)]
                assert found == [str(n) for n in range(120)]
                await _until_clients(server, 1)
        assert '"end": "too slow"' in server.log.read_text()


async def _until_clients(server: StreamingProcess, count: int) -> None:
    async with asyncio.timeout(30):
        while (await asyncio.to_thread(server.health))["clients"] != count:
            await asyncio.sleep(0.1)


async def test_a_client_that_leaves_takes_no_place(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with open_websocket(server.base) as client:
            await client.connection.close()
            with pytest.raises(ConnectionClosed):
                await client.next()
        await _until_clients(server, 0)
        assert '"end": "left"' in server.log.read_text()
