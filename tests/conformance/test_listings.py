"""Listings go on after a place: whatever is stored meanwhile, no entry is missed and none comes twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.lifecycle_samples import ACCOUNT, drift, event, minutes
from tfdrift.domain.drift import Cause, ChangeType, DriftRecord, DriftStatus, OriginKind
from tfdrift.service.memory import MemoryEventLog
from tfdrift.service.ports import DriftFigures, DriftFilter, EventFilter, Listing, Page, Total
from tfdrift.service.use_cases import Ports
from tfdrift.service.walk import every_entry


def record(ports: Ports, *drifts: DriftRecord) -> None:
    for each in drifts:
        ports.drifts.record(each, event(f"{each.id}-{each.status}", each.timestamp), expected_version=0)


def test_a_part_begins_after_its_place_whatever_was_stored_meanwhile(ports: Ports) -> None:
    for number in range(6):
        ports.events.append(event(f"e-{number}", minutes(number)))
    first = ports.events.find(EventFilter(), Page(1, 2))
    ports.events.append(event("newer", minutes(9)))
    ports.events.append(event("late", minutes(2) + timedelta(seconds=1)))
    second = ports.events.find(EventFilter(), Page(1, 2, first.next))
    third = ports.events.find(EventFilter(), Page(1, 9, second.next))
    names = [[item.event_id for item in part.items] for part in (first, second, third)]
    assert names == [["e-5", "e-4"], ["e-3", "late"], ["e-2", "e-1", "e-0"]]
    assert (first.total, second.total, third.total, third.next) == (Total(6), None, None, None)


def test_every_entry_has_a_place_to_go_on_after(ports: Ports) -> None:
    for number in range(5):
        ports.events.append(event(f"e-{number}", minutes(number)))
    whole = ports.events.find(EventFilter(), Page(1, 10))
    for position, place in enumerate(whole.places):
        rest = ports.events.find(EventFilter(), Page(1, 10, place))
        assert rest.items == whole.items[position + 1 :]


def test_a_place_older_than_the_wanted_time_is_the_end(ports: Ports) -> None:
    ports.events.append(event("e-1", minutes(1)))
    place = ports.events.find(EventFilter(), Page(1, 1)).places[0]
    assert ports.events.find(EventFilter(since=minutes(5)), Page(1, 5, place)).items == ()


def test_entries_of_one_moment_are_listed_once_each(ports: Ports) -> None:
    for number in range(9):
        ports.events.append(event(f"e-{number}", minutes(1)))
    listed = every_entry(lambda page: ports.events.find(EventFilter(), page), 2)
    assert sorted(item.event_id for item in listed) == [f"e-{number}" for number in range(9)]


@pytest.mark.parametrize("limit", [1, 3, 7, 8])
def test_walking_a_filtered_listing_finds_exactly_what_matches(ports: Ports, limit: int) -> None:
    record(ports, *(drift("ingress", f"sg-{n}", minutes(n)) for n in range(7)))
    record(ports, *(drift("tags", f"i-{n}", minutes(n), resource_type="aws_instance") for n in range(5)))
    wanted = DriftFilter(resource_types=("aws_instance",))
    found = list(every_entry(lambda page: ports.drifts.find(wanted, page), limit))
    assert [each.resource_id for each in found] == ["i-4", "i-3", "i-2", "i-1", "i-0"]


def test_drifts_and_events_are_counted(ports: Ports) -> None:
    record(ports, drift("ingress"), drift("tags", status=DriftStatus.ACKNOWLEDGED))
    assert ports.drifts.count(DriftFilter()) == Total(2)
    assert ports.drifts.count(DriftFilter(statuses=(DriftStatus.OPEN,))) == Total(1)
    assert ports.events.count(EventFilter()) == Total(2)
    assert ports.events.count(EventFilter(since=minutes(60))) == Total(0)


def test_figures_tell_of_the_drifts_of_the_wanted_statuses_alone(ports: Ports) -> None:
    opened = drift("ingress")
    record(ports, opened, drift("tags", managed=False), drift("name", status=DriftStatus.RESOLVED))
    figures = list(ports.drifts.figures(DriftStatus.OPEN))
    assert sorted(each.managed for each in figures) == [False, True]
    assert (
        DriftFigures(
            opened.severity,
            opened.resource_type,
            opened.account_id,
            OriginKind(opened.origin.kind),
            managed=True,
        )
        in figures
    )


def created(number: int, call: str, minute: int) -> DriftRecord:
    made = drift(None, f"i-{number}", minutes(minute), managed=False, change_type=ChangeType.CREATED)
    return replace(made, cause=Cause(call, "ec2.amazonaws.com", "RunInstances"))


def test_unmanaged_creations_are_listed_by_their_call_until_they_are_over(ports: Ports) -> None:
    calls_made = (("call-a", 1), ("call-b", 1), ("call-a", 1), ("call-c", 2))
    made = [created(number, call, minute) for number, (call, minute) in enumerate(calls_made)]
    record(ports, *made, drift("ingress"))
    listed: Listing[DriftRecord] = ports.drifts.unmanaged(Page(1, 9))
    calls = [each.cause.event_id for each in listed.items]
    assert calls == ["call-c", "call-b", "call-a", "call-a"]
    assert list(every_entry(ports.drifts.unmanaged, 1)) == list(listed.items)
    assert ports.drifts.unmanaged(Page(1, 9), ("222233334444",)).items == ()
    assert ports.drifts.unmanaged(Page(1, 9), (ACCOUNT, "222233334444")).items == listed.items
    over = replace(made[3], status=DriftStatus.RESOLVED)
    ports.drifts.record(over, event("over", minutes(3)), expected_version=1)
    assert [each.cause.event_id for each in ports.drifts.unmanaged(Page(1, 1)).items] == ["call-b"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    moments=st.lists(st.integers(0, 9), max_size=25),
    inserted=st.lists(st.integers(0, 9), max_size=25),
    limit=st.integers(1, 6),
)
def test_any_history_walked_while_more_is_stored_misses_nothing(
    moments: list[int], inserted: list[int], limit: int
) -> None:
    log = MemoryEventLog()
    stored = [event(f"s-{n}", minutes(moment)) for n, moment in enumerate(moments)]
    for each in stored:
        log.append(each)
    arriving = iter(enumerate(inserted))
    seen = []
    for each in every_entry(lambda page: log.find(EventFilter(), page), limit):
        seen.append(each)
        for number, moment in arriving:
            log.append(event(f"n-{number}", minutes(moment)))
            break
    assert len({each.event_id for each in seen}) == len(seen)
    assert {each.event_id for each in stored} <= {each.event_id for each in seen}
    assert seen == sorted(seen, key=lambda each: (each.timestamp, each.event_id), reverse=True)
