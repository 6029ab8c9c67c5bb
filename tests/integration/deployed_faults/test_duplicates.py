"""Every record three times, in no order, over both ways in at once: each drift ends as the calls left it."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.deployed.accounts import told_in_feed
from bench.deployed.calls import TYPE_IN_STATE, Effect, Made, resized, with_memory, written
from bench.deployed.product import Product
from tests.integration.deployed_faults.judge import (
    assert_nothing_twice,
    assert_told_once,
    await_drained,
    upload_state,
)
from tfdrift.domain.json_value import JsonObject

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(400)]

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
COPIES, RECORDS_A_FILE, SEED = 3, 7, 5
OF_EACH = 4


@dataclass(frozen=True, slots=True)
class Life:
    """The calls that one resource met, in order, and what must be told of it in the end."""

    calls: tuple[Made, ...]
    status: str

    @property
    def told(self) -> Effect:
        """What is told in the end: of a drift that is over, what it was."""
        differing = [made.effect for made in self.calls if made.effect.new_value != made.effect.old_value]
        return differing[-1]


def lives() -> list[Life]:
    """Return resources that are changed once, changed on, and set back to what the state says."""
    once = [Life((with_memory(n, 2048),), "open") for n in range(OF_EACH)]
    changed_on = [
        Life((resized(n, "m7i.large"), resized(n, "m7i.xlarge"), resized(n, "m7i.2xlarge")), "open")
        for n in range(OF_EACH)
    ]
    set_back = [
        Life((resized(n, "c7g.large"), resized(n, TYPE_IN_STATE)), "resolved")
        for n in range(OF_EACH, 2 * OF_EACH)
    ]
    return [*once, *changed_on, *set_back]


def records_of(life: Life, dice: random.Random) -> list[JsonObject]:
    """Return CloudTrail's records of a resource's calls, a second apart."""
    begin = BEGIN + timedelta(seconds=dice.randrange(3600))
    return [
        written(made.call, uuid.UUID(int=dice.getrandbits(128), version=4), begin + timedelta(seconds=number))
        for number, made in enumerate(life.calls)
    ]


def hand_in_at_random(product: Product, records: Sequence[JsonObject], dice: random.Random) -> None:
    """Hand in every record so many times by each way, the ways taking turns."""
    by_file, by_bus = list(records) * COPIES, list(records) * COPIES
    dice.shuffle(by_file)
    dice.shuffle(by_bus)
    for first in range(0, len(by_file), RECORDS_A_FILE):
        product.put_log_file(f"twice-{SEED}-{first:03}", by_file[first : first + RECORDS_A_FILE])
        product.put_events(by_bus[first : first + RECORDS_A_FILE])


def test_each_drift_ends_as_the_calls_left_it(product: Product, tmp_path: Path) -> None:
    # Given an indexed state, and calls on its resources
    upload_state(product, tmp_path, 8 * 2 * OF_EACH)
    dice = random.Random(SEED)  # noqa: S311 - a repeatable test
    told = [(life, records_of(life, dice)) for life in lives()]
    # When each record comes six times, in no order and by both ways
    hand_in_at_random(product, [record for _, records in told for record in records], dice)
    deployment = product.deployment
    await_drained(product, deployment.cloudtrail_queue_url, deployment.log_file_queue_url)
    # Then what was changed once is told once
    once = {str(records[0]["eventID"]): life.told for life, records in told if len(records) == 1}
    assert_told_once(product, once)
    # And every drift is as its last call left it
    drifts = {(drift["resource_id"], drift["attribute"]): drift for drift in product.drifts()}
    assert set(drifts) == {(life.told.resource_id, life.told.attribute) for life, _ in told}
    for life, records in told:
        drift = drifts[life.told.resource_id, life.told.attribute]
        assert drift["status"] == life.status
        assert (drift["old_value"], drift["new_value"]) == (life.told.old_value, life.told.new_value)
        if life.status == "open":
            assert isinstance(drift["cause"], dict)
            assert drift["cause"]["event_id"] == records[-1]["eventID"]
        # And its last event on the stream says the same, and each step stands once in its history
        steps = [payload for payload in told_in_feed(product) if payload["id"] == drift["id"]]
        assert (steps[-1]["status"], steps[-1]["new_value"]) == (drift["status"], drift["new_value"])
        history = product.drift(drift["id"])["history"]
        assert len(history) == len(steps)
        assert len({step["event_id"] for step in history}) == len(history)
    assert_nothing_twice(product)
    assert not any(product.waiting(url) for url in product.dead_letter_urls.values())
