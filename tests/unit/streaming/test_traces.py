"""What is told of traces, and what becomes of segments that cannot be sent."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from streaming.blocking import Threads
from streaming.metrics import Metrics
from streaming.traces import Traces
from tests.support.samples import NOON
from tfdrift.domain.trace_header import TraceHeader
from tfdrift.service.stream_ports import AccessFailed, TracedEvent

ROOT = "1-67891233-abcdef012345678912345678"
PARENT = "53995c3f42cd8ad8"
HEADER = f"Root={ROOT};Parent={PARENT};Sampled=1"


class Segments:
    """X-Ray, which refuses and fails as the test says."""

    def __init__(self, *, refused: int = 0, failures: int = 0) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self._refused = refused
        self._failures = failures

    def put(self, documents: Sequence[str]) -> int:
        if self._failures:
            self._failures -= 1
            raise AccessFailed("no answer")
        self.calls.append([json.loads(document) for document in documents])
        return self._refused


def outcomes(metrics: Metrics) -> dict[str, float]:
    return {
        sample.labels["outcome"]: sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "tfdrift_stream_trace_segments_total"
    }


def traces_to(segments: Segments) -> tuple[Traces, Metrics]:
    metrics = Metrics()
    return Traces(segments, Threads(1), "tfdrift-stream", metrics), metrics


def commit(traces: Traces, *events: TracedEvent) -> None:
    traces.committed(events, NOON, NOON + timedelta(seconds=0.25))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEADER, TraceHeader(ROOT, PARENT, sampled=True)),
        (f"Root={ROOT};Parent={PARENT};Sampled=1;Lineage=1:a87bd80c:0", TraceHeader(ROOT, PARENT, True)),
        (f"Self=1-aa; Root={ROOT}; Sampled=0", TraceHeader(ROOT, None, sampled=False)),
        (f"Root={ROOT};Parent=<script>", TraceHeader(ROOT, None, sampled=False)),
        ("", None),
        ("Root=1-xyz;Parent=1", None),
        (ROOT, None),
    ],
)
def test_a_header_is_read(text: str, expected: TraceHeader | None) -> None:
    assert TraceHeader.parse(text) == expected


async def test_a_segment_follows_the_one_that_stored_the_event() -> None:
    segments = Segments()
    traces, metrics = traces_to(segments)
    commit(traces, TracedEvent("e-1", HEADER))
    await traces.send()

    [[segment]] = segments.calls
    assert (segment["trace_id"], segment["parent_id"]) == (ROOT, PARENT)
    assert (segment["name"], segment["annotations"]) == ("tfdrift-stream", {"event_id": "e-1"})
    assert segment["end_time"] - segment["start_time"] == pytest.approx(0.25)
    assert outcomes(metrics) == {"sent": 1.0, "refused": 0.0}


async def test_segments_have_ids_of_their_own_and_go_in_calls_of_bounded_size() -> None:
    segments = Segments()
    traces, _ = traces_to(segments)
    commit(traces, *(TracedEvent(f"e-{n}", HEADER) for n in range(60)))
    await traces.send()

    assert [len(call) for call in segments.calls] == [25, 25, 10]
    assert len({segment["id"] for call in segments.calls for segment in call}) == 60


async def test_what_fails_is_counted_and_the_rest_goes_on() -> None:
    segments = Segments(refused=2, failures=1)
    traces, metrics = traces_to(segments)
    commit(traces, *(TracedEvent(f"e-{n}", HEADER) for n in range(40)), TracedEvent("e-40", "no header"))
    await traces.send()

    assert outcomes(metrics) == {"failed": 25.0, "sent": 13.0, "refused": 2.0, "invalid": 1.0}


async def test_no_more_than_a_thousand_wait() -> None:
    segments = Segments()
    traces, metrics = traces_to(segments)
    commit(traces, *(TracedEvent(f"e-{n}", HEADER) for n in range(1_001)))
    await traces.send()

    assert outcomes(metrics) == {"dropped": 1.0, "sent": 1000.0, "refused": 0.0}
