"""The held function: what Terraform applied and no state explained becomes a drift, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.cloudtrail.handler import handler as take_calls
from handlers.held.handler import handler
from tests.integration.handlers.conftest import ACCOUNT, World, call, terraform_state
from tests.support.lambda_events import Context, call_event, sqs_event

pytestmark = pytest.mark.emulator

TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 terraform-provider-aws/5.60.0 aws-sdk-go-v2/1.30.0"
SCHEDULED: dict[str, Any] = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


@pytest.fixture
def applied(world: World) -> World:
    """A world in which Terraform has opened the group, and no state says so."""
    data = terraform_state(1)
    world.product.use_cases.ingest_state.ingest(
        data, bucket=world.bucket, key="terraform.tfstate", version_id=None
    )
    record = call("e-1", userAgent=TERRAFORM)
    del record["sessionCredentialFromConsole"]
    take_calls(sqs_event(*[call_event(record)] * 3), Context())
    return world


def test_terraforms_own_call_is_held_and_not_reported(applied: World) -> None:
    assert applied.drifts() == []
    assert [held.record.event_id for held in applied.product.held.held(ACCOUNT)] == ["e-1"]
    assert handler(SCHEDULED, Context()) == {"released": 0, "reported": 0, "reopened": 0}


def test_after_its_grace_it_is_reported_once(applied: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import handlers.held.handler as module

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz or UTC) + timedelta(minutes=16)

    monkeypatch.setattr(module, "datetime", Later)

    assert handler(SCHEDULED, Context()) == {"released": 1, "reported": 1, "reopened": 0}
    assert handler(SCHEDULED, Context()) == {"released": 0, "reported": 0, "reopened": 0}

    [drift] = applied.drifts()
    assert drift.status.value == "open"
    assert drift.origin.kind.value == "terraform"


def test_an_acknowledgement_ends_by_the_scheduled_pass(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import handlers.held.handler as module

    data = terraform_state(1)
    world.product.use_cases.ingest_state.ingest(data, bucket=world.bucket, key="t", version_id=None)
    take_calls(sqs_event(call_event(call("e-1"))), Context())
    [opened] = world.drifts()
    until = datetime.now(UTC) + timedelta(minutes=5)
    world.product.use_cases.acknowledgements.acknowledge(opened.id, "oncall", until=until)
    # given that its time has not passed, nothing happens
    assert handler(SCHEDULED, Context())["reopened"] == 0

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz or UTC) + timedelta(minutes=6)

    monkeypatch.setattr(module, "datetime", Later)
    # when it has, the pass opens the drift again, once
    assert handler(SCHEDULED, Context())["reopened"] == 1
    assert handler(SCHEDULED, Context())["reopened"] == 0
    [drift] = world.drifts()
    assert (drift.status.value, drift.acknowledgement) == ("open", None)
    told = [event.payload["transition"] for event in world.events("drift")]
    assert sorted(told) == ["acknowledged", "opened", "reopened"]
    assert [entry.transition for entry in drift.history] == ["opened", "acknowledged", "reopened"]
