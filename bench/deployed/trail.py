"""A trail of calls as an account makes them, what must become of each, and how AWS would deliver it."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.corpus import RECORDED
from bench.deployed.calls import (
    READS,
    Effect,
    Made,
    not_in_catalog,
    refused,
    resized,
    resized_unmanaged,
    terminated_unmanaged,
    with_memory,
    written,
)
from tfdrift.demo.cloudtrail_records import Call
from tfdrift.domain.json_value import JsonObject

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_SECONDS_A_RECORD = 0.1
# What stands where among a hundred calls; all others only read.
_CHANGES = frozenset({0, 33, 66})
_NO_CHANGES = frozenset({20, 50, 70})
# Of the log files so many are delivered once more, as by a second trail.
_FILES_TWICE = 0.05


@dataclass(frozen=True, slots=True)
class Trail:
    """Records in the order in which the calls were made.

    `effects` are the changes of managed resources by the record's event id, each of another attribute;
    `outcomes` is what the records are counted as, each once.
    """

    records: tuple[JsonObject, ...]
    effects: Mapping[str, Effect]
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What is handed in: log files, and records on the event bus; changes come both ways, as from AWS."""

    files: tuple[tuple[JsonObject, ...], ...]
    events: tuple[JsonObject, ...]

    @property
    def records(self) -> tuple[JsonObject, ...]:
        """Every record, as often as it is handed in."""
        return (*(record for file in self.files for record in file), *self.events)


def recorded_reads() -> list[JsonObject]:
    """Return the recorded calls that only read."""
    records: list[JsonObject] = [
        json.loads(line) for line in RECORDED.read_text("utf-8").splitlines() if line
    ]
    return [record for record in records if record.get("readOnly") is True and "errorCode" not in record]


def hand_made_reads() -> list[JsonObject]:
    """Return a few calls that only read, for where the recorded ones are not."""
    return [written(call, uuid.UUID(int=0), _BEGIN, read_only=True) for call in READS]


def make_trail(count: int, seed: int, reads: Sequence[JsonObject]) -> Trail:
    """Return a trail of 94 reads, 3 changes, 2 refused calls and 1 other in a hundred."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable load
    records: list[JsonObject] = []
    effects: dict[str, Effect] = {}
    outcomes: dict[str, str] = {}
    for number in range(count):
        event_id = uuid.UUID(int=dice.getrandbits(128), version=4)
        at = _BEGIN + timedelta(seconds=_SECONDS_A_RECORD * number)
        if number % 100 in _CHANGES:
            made = _change(number)
            effects[str(event_id)] = made.effect
            outcomes[str(event_id)] = "findings"
            records.append(written(made.call, event_id, at))
        elif number % 100 in _NO_CHANGES:
            call, outcomes[str(event_id)] = _no_change(number)
            records.append(written(call, event_id, at))
        else:
            outcomes[str(event_id)] = "read_only"
            time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            records.append({**reads[number % len(reads)], "eventID": str(event_id), "eventTime": time})
    return Trail(tuple(records), effects, outcomes)


def _change(number: int) -> Made:
    """Return the change at a place; each resource is changed once."""
    hundreds, place = divmod(number, 100)
    match place:
        case 0:
            return resized(hundreds, "m7i.large")
        case 33:
            return with_memory(hundreds, 1024)
        case _:
            return resized_unmanaged(hundreds)


def _no_change(number: int) -> tuple[Call, str]:
    """Return the call at a place, and what it is counted as."""
    hundreds, place = divmod(number, 100)
    match place:
        case 20:
            return refused(resized(hundreds, "x8g.metal-48xl")), "failed"
        case 70:
            return refused(with_memory(hundreds, 10_240)), "failed"
        case _:
            return _unseen(hundreds)


def _unseen(hundreds: int) -> tuple[Call, str]:
    if hundreds % 2:
        return not_in_catalog(hundreds), "unmapped"
    return terminated_unmanaged(hundreds), "findings"


def deliver(trail: Trail, records_a_file: int, seed: int) -> Deliveries:
    """Return the trail as it is handed in, in no order: some files twice, all but reads as events too."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable load
    numbers = range(0, len(trail.records), records_a_file)
    files = [trail.records[first : first + records_a_file] for first in numbers]
    files += dice.sample(files, round(_FILES_TWICE * len(files)))
    files = [tuple(dice.sample(file, len(file))) for file in files]
    events = [record for record in trail.records if record["readOnly"] is False]
    dice.shuffle(files)
    dice.shuffle(events)
    return Deliveries(tuple(files), tuple(events))


def counted(deliveries: Deliveries, trail: Trail) -> Counter[str]:
    """Return what the functions must have counted when all is handed in."""
    return Counter(trail.outcomes[str(record["eventID"])] for record in deliveries.records)
