"""Says whether changes were told exactly once: at the client, in the feed, and in the drifts' histories."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bench.corpus import write_state
from bench.deployed.accounts import expected, told, told_in_feed, told_to_client
from bench.deployed.calls import Effect
from bench.deployed.product import Product
from bench.waiting import wait_until
from tests.integration.deployed_faults.conftest import ARRIVES_WITHIN
from tfdrift.domain.json_value import JsonObject, JsonValue

STATE_KEY = "production/terraform.tfstate"


def upload_state(product: Product, folder: Any, resources: int) -> None:
    """Index a state of resources that the calls change; returns when it is looked at."""
    file = folder / "state.tfstate"
    write_state(file, resources, related=False)
    product.put_state(STATE_KEY, file.read_bytes())
    await_drained(product, product.deployment.state_queue_url)


def upload_changed_state(product: Product, resource_id: str, attribute: str, value: JsonValue) -> int:
    """Upload the state's next version, in which one attribute is another; returns its serial."""
    bucket = product.deployment.state_bucket
    document = json.loads(product.clients("s3").get_object(Bucket=bucket, Key=STATE_KEY)["Body"].read())
    document["serial"] += 1
    instances = [instance for resource in document["resources"] for instance in resource["instances"]]
    (changed,) = [one["attributes"] for one in instances if one["attributes"]["id"] == resource_id]
    changed[attribute] = value
    product.put_state(STATE_KEY, json.dumps(document).encode())
    serial: int = document["serial"]
    return serial


def await_drained(product: Product, *queues: str) -> None:
    """Return once every message of the queues is done with, or dead."""
    wait_until(
        lambda: not any(product.waiting(queue) for queue in queues),
        ARRIVES_WITHIN,
        lambda: {queue: product.waiting(queue) for queue in queues},
    )


def await_told(product: Product, effects: Mapping[str, Effect]) -> None:
    """Return once the client was told of each change."""
    wanted = expected(effects)
    wait_until(
        lambda: not wanted - told(told_to_client(product)),
        ARRIVES_WITHIN,
        lambda: {"missing": wanted - told(told_to_client(product)), "failures": product.watch.failures},
    )


def assert_told_once(product: Product, effects: Mapping[str, Effect]) -> None:
    """Assert that the client, the feed, the listing and each history tell of each change once."""
    wanted = expected(effects)
    changed = {effect.resource_id for effect in effects.values()}

    def of_these(payloads: list[JsonObject]) -> Counter[Any]:
        return told(payload for payload in payloads if payload["resource_id"] in changed)

    assert of_these(told_to_client(product)) == wanted
    assert of_these(told_in_feed(product)) == wanted
    listed = product.drifts()
    assert of_these(listed) == wanted
    for drift in listed:
        if drift["resource_id"] in changed:
            history = product.drift(drift["id"])["history"]
            assert [step["transition"] for step in history] == ["opened"]


def assert_nothing_twice(product: Product) -> None:
    """Assert that no event is in the feed twice or at the client twice, and that both have the same order."""
    feed = [entry.event_id for entry in product.feed()]
    assert len(feed) == len(set(feed))
    arrived = [arrival.id for arrival in product.watch.snapshot()]
    assert len(arrived) == len(set(arrived))
    assert [p["id"] for p in told_in_feed(product)] == [p["id"] for p in told_to_client(product)]
    assert product.watch.failures == []
