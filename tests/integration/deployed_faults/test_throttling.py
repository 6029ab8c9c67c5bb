"""Tables that refuse: what a function cannot store comes again, and is stored once."""

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from bench.deployed.calls import Effect, resized, with_memory, written
from bench.deployed.product import Product
from bench.waiting import wait_until
from tests.faults.proxy import Weather
from tests.integration.deployed_faults.conftest import ARRIVES_WITHIN
from tests.integration.deployed_faults.judge import (
    assert_nothing_twice,
    assert_told_once,
    await_drained,
    await_told,
    upload_changed_state,
    upload_state,
)
from tests.integration.deployed_faults.throttle import BREAKING, THROTTLING, between_functions_and_tables
from tfdrift.domain.json_value import JsonObject

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(500)]

OF_EACH = 5
STORM, LIGHT = 0.6, 0.1
FAULTS = 80
# Longer than a function takes that is refused again and again: else messages die that are being worked on.
VISIBLE_AGAIN_SECONDS = 20


@pytest.fixture(scope="module", autouse=True)
def _indexed(product: Product, tmp_path_factory: pytest.TempPathFactory) -> None:
    upload_state(product, tmp_path_factory.mktemp("state"), 8 * (2 * OF_EACH + 2))
    for url in (product.deployment.cloudtrail_queue_url, product.deployment.log_file_queue_url):
        product.clients("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBLE_AGAIN_SECONDS)}
        )


def altered(product: Product, serial: int) -> list[object]:
    """Return the resources that a version of the state altered, as the client was told."""
    payloads = (arrival.payload for arrival in product.watch.snapshot())
    return [payload["resource_id"] for payload in payloads if payload.get("serial") == serial]


def changes(first: int) -> tuple[dict[str, Effect], list[JsonObject]]:
    """Return changes of the state's instances and functions from a number on: effects and records."""
    effects: dict[str, Effect] = {}
    records: list[JsonObject] = []
    for number in range(first, first + OF_EACH):
        for made in (resized(number, "m7i.large"), with_memory(number, 1024)):
            event_id = uuid.uuid4()
            effects[str(event_id)] = made.effect
            records.append(written(made.call, event_id, datetime.now(UTC)))
    return effects, records


@pytest.mark.parametrize(
    ("faults", "first"), [(THROTTLING, 0), (BREAKING, OF_EACH)], ids=["throttling", "breaking"]
)
def test_what_tables_refuse_is_told_once(
    product: Product, faults: Mapping[str, Sequence[str]], first: int
) -> None:
    # Given functions whose tables refuse most of what they are asked
    weather = Weather(random.Random(first), STORM, faults)  # noqa: S311 - a repeatable test
    effects, records = changes(first)
    with between_functions_and_tables(product, weather):
        # When changes come by both ways, and after a while less is refused
        product.put_events(records)
        product.put_log_file(f"throttled-{first}", records)
        wait_until(lambda: weather.made.total() >= FAULTS, ARRIVES_WITHIN, lambda: weather.made)
        weather.chance = LIGHT
        instance = resized(2 * OF_EACH + first // OF_EACH, "any").effect.resource_id
        serial = upload_changed_state(product, instance, "monitoring", value=True)
        await_told(product, effects)
        deployment = product.deployment
        await_drained(
            product,
            deployment.cloudtrail_queue_url,
            deployment.log_file_queue_url,
            deployment.state_queue_url,
        )
    wait_until(lambda: bool(altered(product, serial)), ARRIVES_WITHIN, lambda: serial)
    # Then each is told once, the state's change too, and none was given up
    print(dict(weather.made))
    assert_told_once(product, effects)
    assert_nothing_twice(product)
    assert altered(product, serial) == [instance]
    assert not any(product.waiting(url) for url in product.dead_letter_urls.values())
    assert len(weather.made) >= 5
