"""What a function stores in a trace that is kept tells of it on the table's stream."""

import json

import pytest

from handlers.cloudtrail.handler import handler
from tests.integration.handlers.conftest import World, call, terraform_state
from tests.support.lambda_events import Context, call_event, sqs_event
from tfdrift.adapters.stream_dynamodb import DynamoChangeStream
from tfdrift.service.stream_ports import TRIM_HORIZON, TracedEvent

pytestmark = pytest.mark.emulator

HEADER = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled="


@pytest.mark.parametrize(("sampled", "traces"), [("1", {f"{HEADER}1"}), ("0", set())])
def test_a_drifts_event_names_the_trace_of_its_invocation(
    world: World, monkeypatch: pytest.MonkeyPatch, sampled: str, traces: set[str]
) -> None:
    world.product.use_cases.ingest_state.ingest(
        terraform_state(1), bucket=world.bucket, key="terraform.tfstate", version_id=None
    )
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"{HEADER}{sampled}")
    handler(sqs_event(call_event(call("e-1"))), Context())

    [event] = world.events("drift")
    traced = read_traced(world)
    assert {found.trace for found in traced} == traces
    assert [found.event_id for found in traced if found.event_id == event.event_id] == (
        [event.event_id] if traces else []
    )
    assert "Root=" not in json.dumps(event.payload)


def read_traced(world: World) -> list[TracedEvent]:
    """Return what the stream's first page of each shard says of traces."""
    changes = DynamoChangeStream(
        world.emulator.client("dynamodb"), world.emulator.client("dynamodbstreams"), world.tables.events
    )
    stream_id = changes.stream_id()
    pages = [
        changes.records(changes.iterator(stream_id, shard.shard_id, TRIM_HORIZON))
        for shard in changes.shards(stream_id)
    ]
    return [found for page in pages for found in page.traced]
