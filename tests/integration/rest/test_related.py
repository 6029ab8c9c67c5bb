"""REST: a drift's detail shows what else its principal did, what else befell its resource, what was near."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.support.lifecycle_samples import NOON, function_entry, lambda_call, minutes, state_bytes
from tests.support.lifecycle_samples import state_entry as entry
from tfdrift.bootstrap import Product
from tfdrift.domain.feed_event import EventType
from tfdrift.rest.envelope import Success
from tfdrift.rest.related_events import DriftWithRelatedModel
from tfdrift.service.ports import EventFilter, Page

pytestmark = pytest.mark.emulator

SHELL = {
    "rule": "Terminal shell in container",
    "priority": "Notice",
    "output": "a shell was started",
    "source": "syscall",
    "output_fields": {"container.id": "3ad7b26ded6d"},
}


@pytest.fixture
def product(product_environment: pytest.MonkeyPatch) -> Product:
    return Product.from_environment()


def at(minute: float) -> str:
    return minutes(minute).strftime("%Y-%m-%dT%H:%M:%SZ")


def detail(client: httpx.Client, drift_id: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/drifts/{drift_id}")
    assert answer.status_code == 200, answer.text
    Success[DriftWithRelatedModel].model_validate(answer.json(), strict=True)
    return answer.json()["data"]


def test_the_events_around_a_drift(client: httpx.Client, product: Product) -> None:
    # Given a state, a change of a function's memory, and by the same person and around that time some more
    use = product.use_cases
    group = entry("aws_cloudwatch_log_group", "orders", {"id": "/orders", "name": "/orders"})
    use.ingest_state.ingest(state_bytes(function_entry(), group), bucket="states", key="prod.tfstate")
    (step,) = use.ingest_cloudtrail.ingest(lambda_call("e-1", NOON, memorySize=1024)).transitions
    use.ingest_cloudtrail.ingest(lambda_call("e-2", minutes(60), timeout=30))
    for minute in (5, 20):
        client.post("/api/v1/falco/events", json={**SHELL, "time": at(minute)}).raise_for_status()

    # When the first drift's detail is read
    found = detail(client, step.drift.id)

    # Then each event around it stands there once, newest first, with what it has to do with it
    events = found["related_events"]
    assert [(each["type"], each["relation"]) for each in events] == [
        ("state_change", ["resource"]),
        ("drift", ["principal", "resource"]),
        ("falco", ["time"]),
    ]
    assert found["related_events_truncated"] == []
    change, other, shell = events
    assert change["about"] == {"action": "added", "resource": "aws_lambda_function.orders", "serial": 1}
    assert (other["about"]["attribute"], other["about"]["transition"]) == ("timeout", "opened")
    assert (other["event_name"], other["user_name"]) == ("UpdateFunctionConfiguration", "oncall")
    assert other["principal"].endswith(":assumed-role/oncall-role/oncall")
    assert (shell["about"]["rule"], shell["timestamp"]) == ("Terminal shell in container", at(5))
    assert client.get(f"/api/v1/events/{other['event_id']}").json()["data"]["payload"]["new_value"] == 30


def test_a_revert_is_by_who_made_it(client: httpx.Client, product: Product) -> None:
    # Given a drift of Alice's that Bob returned a day later
    use = product.use_cases
    use.ingest_state.ingest(state_bytes(function_entry()), bucket="states", key="prod.tfstate")
    later = NOON + timedelta(days=90)
    use.ingest_cloudtrail.ingest(lambda_call("r-1", later, description="alice's"))
    back = lambda_call("r-2", later + timedelta(days=2), terraform=True, description="")
    (step,) = use.ingest_cloudtrail.ingest(back).transitions

    # When the events of the one who returned it are asked for
    principal = back.identity.arn
    found = product.events.find(EventFilter(principal=principal), Page(1, 10)).items

    # Then the end of the drift is among them, though the drift's own identity is Alice's
    assert [(event.type, event.payload["transition"]) for event in found] == [(EventType.DRIFT, "resolved")]
    assert step.drift.user_identity.arn != principal
