"""The bounded run of the load through the deployed path; ``python -m bench deployed`` is the long one."""

import json
from pathlib import Path

import pytest

from bench.deployed.load import Size, load
from bench.deployed.product import Product
from bench.deployed.trail import counted, deliver, hand_made_reads, make_trail

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(400)]

SIZE = Size(records=1_000, resources=200, lone_calls=10)


def test_every_record_of_a_load_is_accounted_for(product: Product, tmp_path: Path) -> None:
    # When a trail is handed in as log files and as events, out of order and with duplicates
    figures = load(product, tmp_path, SIZE, hand_made_reads())
    print(json.dumps(figures))
    # Then each change is exactly once in table, feed and at the client, and no message is left or dead
    assert figures["wrong"] == {}
    # And each record was counted as what it is, as often as it was handed in
    assert figures["uncounted"] == {}
    assert sum(figures["counted"].values()) == figures["handed_in"] + SIZE.lone_calls


def test_a_trail_is_what_accounts_make_and_deliver() -> None:
    # Given a trail, and its deliveries
    trail = make_trail(2_000, 1, hand_made_reads())
    deliveries = deliver(trail, 100, 2)
    # Then most of it reads, each change is of its own resource, and what does not read comes both ways
    assert sum(outcome == "read_only" for outcome in trail.outcomes.values()) == 1_880
    changed = {(effect.resource_id, effect.attribute) for effect in trail.effects.values()}
    assert len(changed) == len(trail.effects) == 60
    assert {record["eventID"] for record in deliveries.records} == set(trail.outcomes)
    assert len(deliveries.events) == 120
    assert len(deliveries.files) == 21
    assert counted(deliveries, trail).total() == 2_220
