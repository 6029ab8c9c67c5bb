"""The story through the deployed resources: evidence at each door, its event at the client, and over REST."""

import json
import re
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bench.deployed.calls import Made, resized, with_memory, written
from bench.deployed.product import Product
from bench.waiting import wait_until
from tests.integration.deployed_faults.conftest import ARRIVES_WITHIN
from tests.integration.deployed_faults.judge import await_drained, upload_changed_state, upload_state
from tests.support.sse_client import open_stream
from tfdrift.demo.watch import Arrival

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(400)]

PLACE = re.compile(r"[0-9a-f]{12}:(\d+)(?:\.(\d+))?")
RESOURCES = 40


@pytest.fixture(scope="module", autouse=True)
def _indexed(product: Product, tmp_path_factory: pytest.TempPathFactory) -> None:
    upload_state(product, tmp_path_factory.mktemp("state"), RESOURCES)


def arrival_of(product: Product, **fields: Any) -> Arrival:
    """Return the first arrival at the client whose payload has these fields, once it is there."""

    def found() -> list[Arrival]:
        return [one for one in product.watch.snapshot() if fields.items() <= one.payload.items()]

    wait_until(lambda: bool(found()), ARRIVES_WITHIN, lambda: (fields, product.watch.failures))
    return found()[0]


def data(url: str) -> Any:
    return httpx.get(url, timeout=ARRIVES_WITHIN).raise_for_status().json()["data"]


def hand_in(product: Product, made: Made, door: str) -> str:
    """Hand in the record of a call made now; returns its event id."""
    event_id = uuid.uuid4()
    record = written(made.call, event_id, datetime.now(UTC))
    if door == "bus":
        product.put_events([record])
    else:
        product.put_log_file(f"story-{event_id}", [record])
    return str(event_id)


@pytest.mark.parametrize(
    ("door", "made"),
    [("bus", resized(0, "m7i.large")), ("log file", with_memory(0, 1024))],
    ids=["event bus", "log file"],
)
def test_a_change_reaches_the_client_by_each_door(product: Product, door: str, made: Made) -> None:
    # When a change by hand is handed in
    event_id = hand_in(product, made, door)
    # Then the client is told who changed what, from which value to which
    arrival = arrival_of(product, resource_id=made.effect.resource_id, transition="opened")
    assert (arrival.type, arrival.payload["status"]) == ("drift", "open")
    assert PLACE.fullmatch(arrival.id)
    assert (arrival.payload["attribute"], arrival.payload["old_value"], arrival.payload["new_value"]) == (
        made.effect.attribute,
        made.effect.old_value,
        made.effect.new_value,
    )
    cause, identity = arrival.payload["cause"], arrival.payload["user_identity"]
    assert isinstance(cause, dict)
    assert isinstance(identity, dict)
    assert (cause["event_id"], identity["user_name"]) == (event_id, "oncall")
    # And the same is told by the API's function behind the load balancer, and by the container
    told = {name: arrival.payload[name] for name in ("id", "status", "resource_address", "cause", "state")}
    for base in (product.deployment.load_balancer_url, product.url):
        drift = data(f"{base}/api/v1/drifts/{arrival.payload['id']}")
        assert {name: drift[name] for name in told} == told
        assert [step["transition"] for step in drift["history"]] == ["opened"]


def test_an_alert_reaches_the_client_through_the_load_balancer(product: Product) -> None:
    # Given an alert as Falco's http_output posts it
    alert = {
        "uuid": str(uuid.uuid4()),
        "hostname": "node-1",
        "output": "Notice A shell was spawned in a container (user=root container_id=3ad7b26ded6d)",
        "priority": "Notice",
        "rule": "Terminal shell in container",
        "source": "syscall",
        "tags": ["container", "shell"],
        "time": "2026-01-15T10:00:00.123456789Z",
        "output_fields": {"container.id": "3ad7b26ded6d", "evt.time": 1768471200123456789},
    }
    # When it is posted, and once more as a sender does that saw no answer
    for _ in range(2):
        assert httpx.post(product.deployment.falco_url, json=alert, timeout=ARRIVES_WITHIN).is_success
    # Then the client is told once, with every digit
    arrival = arrival_of(product, rule="Terminal shell in container")
    assert arrival.type == "falco"
    assert "1768471200123456789" in json.dumps(arrival.payload)
    for base in (product.deployment.load_balancer_url, product.url):
        assert len(data(f"{base}/api/v1/events?type=falco")["items"]) == 1


def test_a_state_that_takes_a_change_over_ends_its_drift(product: Product) -> None:
    # Given a drift of an instance
    made = resized(1, "c7g.xlarge")
    hand_in(product, made, "bus")
    opened = arrival_of(product, resource_id=made.effect.resource_id, transition="opened")
    # When a version of the state comes that has the new value
    upload_changed_state(product, made.effect.resource_id, made.effect.attribute, made.effect.new_value)
    # Then the client is told that the resource was altered, and that the drift is over
    altered = arrival_of(product, resource_id=made.effect.resource_id, action="modified")
    assert (altered.type, altered.payload["serial"]) == ("state_change", 2)
    assert altered.payload["changed_attributes"] == ["instance_type"]
    resolved = arrival_of(product, id=opened.payload["id"], status="resolved")
    assert isinstance(resolved.payload["resolution"], dict)
    assert resolved.payload["resolution"]["how"] == "adopted"
    # And so does the API
    drift = product.drift(opened.payload["id"])
    assert drift["status"] == "resolved"
    assert [step["transition"] for step in drift["history"]] == ["opened", "resolved"]


async def test_a_client_that_comes_back_goes_on_after_its_last_event(product: Product) -> None:
    # Given all that a client had, in the feed's order
    arrivals = product.watch.snapshot()
    places = [tuple(int(part or 0) for part in PLACE.fullmatch(one.id).groups()) for one in arrivals]  # type: ignore[union-attr]
    assert places == sorted(set(places))
    # When another comes with the id of the tenth
    async with open_stream(product.url, headers={"Last-Event-ID": arrivals[9].id}) as stream:
        blocks = await stream.events(len(arrivals) - 10)
    # Then it gets what follows, and nothing else before the present
    assert [block.id for block in blocks] == [one.id for one in arrivals[10:]]


def test_nothing_of_the_story_ended_in_dead_letters(product: Product) -> None:
    await_drained(product, product.deployment.cloudtrail_queue_url, product.deployment.log_file_queue_url)
    assert {name: product.waiting(url) for name, url in product.dead_letter_urls.items()} == dict.fromkeys(
        product.dead_letter_urls, 0
    )
