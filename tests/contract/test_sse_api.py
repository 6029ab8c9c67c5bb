"""The stream's contract, statement by statement in the order of the SSE API document.

Each test quotes the line of the document that it holds the server to; the server is the real process on a
real socket. What the document says of the browser's side (hooks, clean-up, memory) is tested with the
dashboard; "< 100ms from event to client" is a figure and measured by the benchmarks.
"""

import asyncio
import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from streaming.settings import StreamingSettings
from tests.support.sse_client import open_stream
from tests.support.written_events import drift_event, falco_event, state_event

from .conftest import DASHBOARD_ORIGIN, Product, first_event

pytestmark = pytest.mark.emulator


# "Server-Sent Events (SSE) API: unidirectional real-time streaming from server to client" ------------------


async def test_the_endpoint_is_get_api_v1_stream(product: Product) -> None:
    """**Endpoint:** `GET http://localhost:8080/api/v1/stream`."""
    async with open_stream(product.base) as stream:
        assert stream.response.status_code == 200
        assert stream.response.request.url.path == "/api/v1/stream"


def test_the_port_is_8080_where_nothing_else_is_said() -> None:
    """`http://localhost:8080/...`, in every example of the document."""
    assert StreamingSettings(_env_file=None).port == 8080


def test_the_stream_takes_nothing_from_the_client(product: Product) -> None:
    """Direction: Server → Client."""
    answer = httpx.post(f"{product.base}/api/v1/stream", json={})

    assert answer.status_code == 405
    assert answer.json()["success"] is False


# "Features" ------------------------------------------------------------------------------------------------


async def test_it_is_plain_http_that_passes_proxies_unbuffered(product: Product) -> None:
    """✅ **HTTP-based** - Works through firewalls and proxies."""
    async with open_stream(product.base) as stream:
        headers = stream.response.headers
        assert stream.response.http_version == "HTTP/1.1"
        assert headers["content-type"] == "text/event-stream"
        assert headers["cache-control"] == "no-cache, no-transform"
        assert headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in headers
        assert "content-length" not in headers


async def test_a_client_is_told_to_reconnect_and_resumes_where_it_was(product: Product, new_id: str) -> None:
    """✅ **Automatic Reconnection** - Built into EventSource API."""
    # given: a client that was dropped after an event
    block = await first_event(product, drift_event(f"{new_id}-1"))
    await asyncio.to_thread(product.write, drift_event(f"{new_id}-2"))

    # when: the browser comes back as EventSource does
    async with open_stream(product.base, headers={"Last-Event-ID": block.id or ""}) as stream:
        (missed,) = await stream.events(1)

    # then
    assert json.loads(missed.data or "")["id"] == f"{new_id}-2"


async def test_the_stream_is_text_that_can_be_read(product: Product, new_id: str) -> None:
    """✅ **Text-based Protocol** - Simple to debug and implement."""
    block = await first_event(product, drift_event(new_id))

    assert [line.partition(":")[0] for line in block.lines] == ["event", "id", "data"]


async def test_each_kind_of_event_has_its_name(product: Product, new_id: str) -> None:
    """✅ **Multiple Event Types** - Typed events for different notifications."""
    async with open_stream(product.base) as stream:
        await stream.next()
        for event in (drift_event(new_id), falco_event(f"{new_id}f"), state_event(f"{new_id}s")):
            await asyncio.to_thread(product.write, event)
        blocks = await stream.events(3)

    assert [block.event for block in blocks] == ["drift", "falco", "state_change"]


# "Connection" ----------------------------------------------------------------------------------------------


async def test_a_javascript_client_can_parse_every_events_data(product: Product, new_id: str) -> None:
    """`const drift = JSON.parse(event.data);`."""
    block = await first_event(product, drift_event(new_id))

    assert json.loads(block.data or "")["id"] == new_id


async def test_the_fields_of_the_react_example_are_there(product: Product, new_id: str) -> None:
    """`<li key={drift.id}>{drift.severity}: {drift.resource_type}</li>`."""
    data = json.loads((await first_event(product, drift_event(new_id))).data or "")

    assert {"id", "severity", "resource_type"} <= data.keys()


# "Event Types" ---------------------------------------------------------------------------------------------


async def test_connected_is_sent_immediately_with_stream_id_and_message(product: Product) -> None:
    """`data: {"stream_id":"stream-uuid-here","message":"Connected to TFDrift-Falco SSE stream"}`."""
    async with open_stream(product.base) as stream:
        greeting = await stream.next()

    assert greeting.event == "connected"
    data = json.loads(greeting.data or "")
    assert data == {"stream_id": data["stream_id"], "message": "Connected to TFDrift-Falco SSE stream"}
    assert str(uuid.UUID(data["stream_id"])) == data["stream_id"]


async def test_each_stream_has_an_id_of_its_own(product: Product) -> None:
    """`"stream_id":"stream-uuid-here"`."""
    async with open_stream(product.base) as one, open_stream(product.base) as other:
        ids = {json.loads((await stream.next()).data or "")["stream_id"] for stream in (one, other)}

    assert len(ids) == 2


async def test_a_drift_alert_has_its_fields(product: Product, new_id: str) -> None:
    """`event: drift`, `data: {"severity":..,"resource_type":..,"resource_id":..,"old_value":..,..}`."""
    block = await first_event(product, drift_event(new_id, severity="critical"))

    assert block.event == "drift"
    names = list(json.loads(block.data or ""))
    assert names[:5] == ["severity", "resource_type", "resource_id", "old_value", "new_value"]


async def test_a_falco_event_has_its_fields(product: Product, new_id: str) -> None:
    """`event: falco`, `data: {"severity":"critical","rule":..,"output":..,"container_id":"abc123"}`."""
    block = await first_event(product, falco_event(new_id))

    assert block.event == "falco"
    assert {"severity", "rule", "output", "container_id"} <= json.loads(block.data or "").keys()


async def test_a_state_change_has_its_fields(product: Product, new_id: str) -> None:
    """`data: {"resource":"aws_iam_policy.example","action":"modified","serial":43}`."""
    block = await first_event(product, state_event(new_id))

    assert block.event == "state_change"
    data = json.loads(block.data or "")
    assert (data["resource"], data["action"], data["serial"]) == ("aws_iam_policy.example", "modified", 43)


async def test_keep_alive_is_a_periodic_comment(product: Product) -> None:
    """`: keep-alive`, a periodic comment."""
    async with open_stream(product.base) as stream:
        await stream.next()
        comments = [await stream.next(), await stream.next()]

    assert [comment.lines for comment in comments] == [(": keep-alive",)] * 2
    assert all(comment.is_comment for comment in comments)


def test_keep_alive_comes_every_30_seconds() -> None:
    """Periodic comment to keep connection alive (every 30 seconds)."""
    assert StreamingSettings(_env_file=None).keep_alive_seconds == 30


# "Event Data Format" ---------------------------------------------------------------------------------------


async def test_all_events_use_json_on_one_line(product: Product, new_id: str) -> None:
    """All events use JSON format."""
    async with open_stream(product.base) as stream:
        blocks = [await stream.next()]
        for event in (drift_event(new_id), falco_event(f"{new_id}f"), state_event(f"{new_id}s")):
            await asyncio.to_thread(product.write, event)
        blocks += await stream.events(3)

    for block in blocks:
        assert sum(line.startswith("data:") for line in block.lines) == 1
        assert isinstance(json.loads(block.data or ""), dict)


async def test_the_example_of_the_data_format_arrives_as_it_is(product: Product, new_id: str) -> None:
    """The object under "Event Data Format", with user_identity and timestamp."""
    event = drift_event(new_id)

    assert json.loads((await first_event(product, event)).data or "") == event.payload


async def test_text_of_any_script_and_line_ends_in_values_survive(product: Product, new_id: str) -> None:
    """`JSON.parse(event.data)` gives what was written."""
    event = drift_event(new_id)
    event.payload["new_value"] = 'a\nb\r\nc\u2028"d" ✅ 日本'

    assert json.loads((await first_event(product, event)).data or "") == event.payload


# "Connection Management" -----------------------------------------------------------------------------------


async def test_the_delay_before_a_reconnection_is_3_seconds(product: Product) -> None:
    """After disconnect: 3 seconds default."""
    async with open_stream(product.base) as stream:
        greeting = await stream.next()

    assert greeting.fields["retry"] == "3000"


async def test_every_frame_with_data_carries_an_id(product: Product, new_id: str) -> None:
    """Automatic reconnection loses nothing: `connected` has an id too, so that an early drop resumes."""
    async with open_stream(product.base) as stream:
        greeting = await stream.next()
    assert greeting.id
    await asyncio.to_thread(product.write, drift_event(new_id))

    async with open_stream(product.base, headers={"Last-Event-ID": greeting.id}) as stream:
        (missed,) = await stream.events(1)

    assert missed.id
    assert json.loads(missed.data or "")["id"] == new_id


async def test_manual_reconnection_names_the_last_id_in_the_query(product: Product, new_id: str) -> None:
    """`eventSource = new EventSource(...)` anew: it sends no Last-Event-ID, so the query takes it."""
    block = await first_event(product, drift_event(f"{new_id}-1"))
    await asyncio.to_thread(product.write, drift_event(f"{new_id}-2"))

    async with open_stream(product.base, f"?lastEventId={block.id}") as stream:
        (missed,) = await stream.events(1)

    assert json.loads(missed.data or "")["id"] == f"{new_id}-2"


async def test_a_client_that_closes_is_forgotten(product: Product) -> None:
    """`eventSource.close(); // Important: close on unmount`."""
    async with open_stream(product.base) as stream:
        await stream.next()
        assert product.server.health()["clients"] == 1

    async with asyncio.timeout(10):
        while (await asyncio.to_thread(product.server.health))["clients"] != 0:
            await asyncio.sleep(0.05)


# "Error Handling" ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?types=drift,teleport", "teleport"),
        ("?severity=huge", "huge"),
        ("?resource_type=Not A Type", "Not A Type"),
        ("?account_id=production", "production"),
    ],
)
def test_a_request_that_cannot_be_served_says_why(product: Product, query: str, named: str) -> None:
    """`console.error('Connection error:', error)`: the answer names what was wrong."""
    answer = httpx.get(f"{product.base}/api/v1/stream{query}")

    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == "invalid_filter"
    assert named in answer.json()["error"]["message"]


async def test_missing_history_is_told_and_never_silent(product: Product, new_id: str) -> None:
    """Error handling: a client whose id the server does not know must learn that it missed events."""
    async with open_stream(product.base, headers={"Last-Event-ID": "0123456789ab:5.1"}) as stream:
        greeting, gap = await stream.next(), await stream.next()
        await asyncio.to_thread(product.write, drift_event(new_id))
        (live,) = await stream.events(1)

    assert greeting.event == "connected"
    assert greeting.id == "0123456789ab:5.1"
    assert gap.event == "gap"
    assert json.loads(gap.data or "")["reason"] == "unknown_id"
    assert json.loads(live.data or "")["id"] == new_id


# "Best practices", filters of the stream -------------------------------------------------------------------


async def test_filters_choose_events(product: Product, new_id: str) -> None:
    """Typed events: a client may ask for types, severities, resource types and accounts, comma separated."""
    events = [
        drift_event(f"{new_id}-0", "critical", "aws_iam_policy"),
        drift_event(f"{new_id}-1", "low", "aws_iam_policy"),
        replace(drift_event(f"{new_id}-2", "high", "aws_instance"), account_id="111122223333"),
        falco_event(f"{new_id}-3", "critical"),
        state_event(f"{new_id}-4", "aws_iam_policy"),
    ]
    wanted = {
        "?types=falco,state_change": [3, 4],
        "?severity=critical,high": [0, 2, 3],
        "?resource_type=aws_iam_policy": [0, 1, 4],
        "?account_id=111122223333,222233334444": [2],
        "?types=drift&severity=critical&resource_type=aws_iam_policy,aws_s3_bucket": [0],
    }
    async with open_stream(product.base) as stream:
        head = (await stream.next()).id
    for event in events:
        await asyncio.to_thread(product.write, event)

    for query, expected in wanted.items():
        async with open_stream(product.base, query, headers={"Last-Event-ID": head or ""}) as stream:
            blocks = await stream.events(len(expected))
        assert [json.loads(b.data or "")["id"] for b in blocks] == [f"{new_id}-{n}" for n in expected], query


# "Troubleshooting" -----------------------------------------------------------------------------------------


def test_health_answers(product: Product) -> None:
    """`curl http://localhost:8080/health`."""
    answer = httpx.get(f"{product.base}/health")

    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert answer.json()["data"]["status"] == "ok"


async def test_the_log_tells_of_each_broadcast(product: Product, new_id: str) -> None:
    """`docker-compose logs backend | grep "Broadcasting"`."""
    await first_event(product, falco_event(new_id))

    def broadcasts() -> Iterator[dict[str, object]]:
        for line in product.server.log.read_text().splitlines():
            if "Broadcasting" in line:
                yield json.loads(line)

    entry = next(line for line in broadcasts() if line["event_type"] == "falco" and line["clients"] == 1)
    assert entry["message"] == "Broadcasting falco to 1 clients"


# "CORS Issues" ---------------------------------------------------------------------------------------------


async def test_a_configured_origin_may_read_the_stream(product: Product) -> None:
    """`AllowedOrigins: []string{"http://localhost:3000"}`."""
    async with open_stream(product.base, headers={"Origin": DASHBOARD_ORIGIN}) as stream:
        assert stream.response.headers["access-control-allow-origin"] == DASHBOARD_ORIGIN
        assert (await stream.next()).event == "connected"


async def test_another_origin_may_not(product: Product) -> None:
    """`AllowedOrigins`: no other than those."""
    async with open_stream(product.base, headers={"Origin": "http://evil.example.com"}) as stream:
        assert "access-control-allow-origin" not in stream.response.headers


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("DELETE", 400)])
def test_the_allowed_methods_are_get_and_options(product: Product, method: str, status: int) -> None:
    """`AllowedMethods: []string{"GET", "OPTIONS"}`."""
    answer = httpx.options(
        f"{product.base}/api/v1/stream",
        headers={"Origin": DASHBOARD_ORIGIN, "Access-Control-Request-Method": method},
    )

    assert answer.status_code == status
    allowed = answer.headers["access-control-allow-methods"].split(", ")
    assert sorted(allowed) == ["GET", "OPTIONS"]


async def test_ids_grow_in_the_order_of_the_feed(product: Product, new_id: str) -> None:
    """An id is a place in the one feed: epoch, batch, and place in the batch."""
    async with open_stream(product.base) as stream:
        await stream.next()
        for number in range(5):
            await asyncio.to_thread(product.write, drift_event(f"{new_id}-{number}"))
        blocks = await stream.events(5)

    places = [tuple(int(part) for part in (b.id or "").split(":")[1].split(".")) for b in blocks]
    assert all(before < after for before, after in itertools.pairwise(places))
