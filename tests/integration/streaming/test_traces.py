"""A trace goes through: from the invocation that stores an event to the commit that hands it to clients."""

import asyncio
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.support.receiver import Receiver, receiver
from tests.support.sse_client import open_stream
from tests.support.streaming_process import streaming_process
from tests.support.tables import TableNames
from tests.support.written_events import drift_event, event_log
from tfdrift.adapters.xray import XRaySegments
from tfdrift.demo.emulator import Emulator
from tfdrift.service.stream_ports import AccessFailed

pytestmark = pytest.mark.emulator

ROOT = "1-67891233-abcdef012345678912345678"
PARENT = "53995c3f42cd8ad8"


def segments(known: Receiver) -> list[dict[str, Any]]:
    """Return the segments that X-Ray was sent."""
    return [json.loads(text) for body in known.bodies for text in body["TraceSegmentDocuments"]]


@pytest.mark.parametrize("sampled", [True, False])
async def test_a_commit_is_a_segment_of_the_trace_that_stored_the_event(
    emulator: Emulator,
    tables: TableNames,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sampled: bool,
) -> None:
    log = event_log(emulator.client("dynamodb"), tables.events)
    with receiver(b"{}") as xray:
        environment = {"TFDRIFT_TRACES": "true", "AWS_ENDPOINT_URL_XRAY": xray.url}
        with streaming_process(emulator, tables, tmp_path, environment) as server:
            async with open_stream(server.base) as stream:
                await stream.next()
                # As Lambda sets it for an invocation.
                header = f"Root={ROOT};Parent={PARENT};Sampled={int(sampled)}"
                monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
                await asyncio.to_thread(log.append, drift_event(f"traced-{sampled}"))
                monkeypatch.delenv("_X_AMZN_TRACE_ID")
                await asyncio.to_thread(log.append, drift_event(f"untraced-{sampled}"))
                received = [await stream.next(), await stream.next()]
        # A process that has stopped has sent all that it had.
        told = segments(xray)

    assert ROOT not in "".join(str(event.data) for event in received)
    assert [(each["trace_id"], each["parent_id"], each["annotations"]["event_id"]) for each in told] == (
        [(ROOT, PARENT, f"traced-{sampled}")] if sampled else []
    )


def test_what_x_ray_refuses_is_counted_and_its_errors_are_told() -> None:
    answer = b'{"UnprocessedTraceSegments":[{"Id":"1","ErrorCode":"InvalidSegment","Message":"no"}]}'
    session = boto3.Session("test", "test", region_name="eu-west-1")
    once = Config(retries={"total_max_attempts": 1})
    with receiver(answer) as known:
        adapter = XRaySegments(session.client("xray", endpoint_url=known.url, config=once))
        assert adapter.put(["{}", "{}"]) == 1
        known.answers.append((500, {}))
        with pytest.raises(AccessFailed, match="500"):
            adapter.put(["{}"])
