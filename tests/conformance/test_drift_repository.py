"""Every drift repository stores a record with its event, once, and only over the version that was read."""

from dataclasses import replace

import pytest

from tests.support.lifecycle_samples import ACCOUNT, REGION, drift, event, minutes, reference
from tfdrift.domain.drift import DriftStatus, Severity, resource_hash
from tfdrift.service.ports import (
    ConcurrentUpdate,
    DriftFilter,
    EventFilter,
    Page,
    StateKey,
    Total,
    VersionedDrift,
)
from tfdrift.service.use_cases import Ports

ALL = Page(1, 1000)


def test_a_stored_drift_is_read_back_exactly(ports: Ports) -> None:
    written = drift()
    assert ports.drifts.record(written, event("e-1"), expected_version=0)
    assert ports.drifts.get(written.id) == VersionedDrift(written, 1)
    assert ports.events.get("e-1") == event("e-1")


def test_a_second_delivery_writes_nothing_whatever_the_version(ports: Ports) -> None:
    ports.drifts.record(drift(), event("e-1"), expected_version=0)
    changed = drift(severity=Severity.LOW)
    for version in (0, 1, 7):
        assert ports.drifts.record(changed, event("e-1"), expected_version=version) is False
    assert ports.drifts.get(drift().id) == VersionedDrift(drift(), 1)


def test_a_write_over_another_version_is_refused_whole(ports: Ports) -> None:
    ports.drifts.record(drift(), event("e-1"), expected_version=0)
    for version in (0, 2):
        with pytest.raises(ConcurrentUpdate):
            ports.drifts.record(drift(severity=Severity.LOW), event("e-2"), expected_version=version)
    # then neither the record nor the event is there
    assert ports.drifts.get(drift().id) == VersionedDrift(drift(), 1)
    assert ports.events.get("e-2") is None


def test_versions_count_up(ports: Ports) -> None:
    ports.drifts.record(drift(), event("e-1"), expected_version=0)
    changed = drift(status=DriftStatus.ACKNOWLEDGED)
    assert ports.drifts.record(changed, event("e-2"), expected_version=1)
    assert ports.drifts.get(drift().id) == VersionedDrift(changed, 2)


def test_the_drifts_of_a_resource_are_found_together(ports: Ports) -> None:
    one, two, whole = drift("ingress"), drift("tags"), drift(None)
    other = drift("ingress", "sg-2")
    for number, record in enumerate((one, two, whole, other)):
        ports.drifts.record(record, event(f"e-{number}"), expected_version=0)
    found = ports.drifts.of_resource(resource_hash(ACCOUNT, REGION, "aws_security_group", "sg-1"))
    assert {entry.record.id for entry in found} == {one.id, two.id, whole.id}
    assert ports.drifts.of_resource("0" * 20) == ()


def test_listings_are_filtered_newest_first_and_paged(ports: Ports) -> None:
    written = [
        drift(
            "ingress", f"sg-{number}", minutes(number), severity=Severity.LOW if number % 2 else Severity.HIGH
        )
        for number in range(7)
    ]
    for record in written:
        ports.drifts.record(record, event(record.id, record.timestamp), expected_version=0)
    newest_first = sorted(written, key=lambda record: record.timestamp, reverse=True)
    assert list(ports.drifts.find(DriftFilter(), ALL).items) == newest_first
    low = ports.drifts.find(DriftFilter(severities=(Severity.LOW,)), ALL)
    assert [record.resource_id for record in low.items] == ["sg-5", "sg-3", "sg-1"]
    since = ports.drifts.find(DriftFilter(since=minutes(4)), ALL)
    assert [record.resource_id for record in since.items] == ["sg-6", "sg-5", "sg-4"]
    third = ports.drifts.find(DriftFilter(), Page(3, 3))
    assert (third.total, [record.resource_id for record in third.items]) == (Total(7), ["sg-0"])
    assert ports.drifts.find(DriftFilter(), Page(9, 3)).items == ()


@pytest.mark.parametrize(
    "wanted",
    [
        DriftFilter(statuses=(DriftStatus.RESOLVED,)),
        DriftFilter(resource_types=("aws_instance",)),
        DriftFilter(providers=("google",)),
        DriftFilter(account_ids=("999999999999",)),
        DriftFilter(since=minutes(1)),
    ],
)
def test_each_filter_leaves_out_what_does_not_fit(ports: Ports, wanted: DriftFilter) -> None:
    ports.drifts.record(drift(), event("e-1"), expected_version=0)
    assert ports.drifts.find(wanted, ALL).total == Total(0)
    assert ports.drifts.find(DriftFilter(), ALL).total == Total(1)


def test_a_changed_status_moves_the_drift_between_listings(ports: Ports) -> None:
    ports.drifts.record(drift(), event("e-1"), expected_version=0)
    ports.drifts.record(replace(drift(), status=DriftStatus.RESOLVED), event("e-2"), expected_version=1)
    assert ports.drifts.find(DriftFilter(statuses=(DriftStatus.OPEN,)), ALL).items == ()
    assert ports.drifts.find(DriftFilter(statuses=(DriftStatus.RESOLVED,)), ALL).total == Total(1)
    assert ports.events.find(EventFilter(), ALL).total == Total(2)


def test_the_drifts_of_a_state_are_found_by_where_it_lies(ports: Ports) -> None:
    older, other, on_disk = reference(), reference(key="test.tfstate"), replace(reference(), bucket=None)
    newer = replace(older, serial=9, version_id="v9")
    states = {"sg-1": older, "sg-2": newer, "sg-3": other, "sg-4": None, "sg-5": on_disk}
    for number, (name, state) in enumerate(states.items()):
        written = drift("ingress", name, minutes(number), state=state)
        ports.drifts.record(written, event(name), expected_version=0)
    ended = drift("ingress", "sg-1", minutes(0), status=DriftStatus.RESOLVED)
    ports.drifts.record(ended, event("ended"), expected_version=1)

    def found(*statuses: DriftStatus, bucket: str | None = "states") -> list[str]:
        wanted = DriftFilter(statuses=statuses, state=StateKey(bucket, older.key))
        return [each.resource_id for each in ports.drifts.find(wanted, ALL).items]

    assert found() == ["sg-2", "sg-1"]
    assert found(DriftStatus.OPEN, DriftStatus.ACKNOWLEDGED) == ["sg-2"]
    assert found(DriftStatus.RESOLVED) == ["sg-1"]
    assert found(bucket=None) == ["sg-5"]
