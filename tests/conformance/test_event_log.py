"""Every event log keeps an event once, exactly, and lists newest first."""

from dataclasses import replace

import pytest

from tests.support.lifecycle_samples import ACCOUNT, REGION, event, minutes
from tfdrift.domain.actor import Actor
from tfdrift.domain.drift import OriginKind, Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.lifecycle import ResourceKey
from tfdrift.domain.sortable_time import END_OF_TIME, end_of
from tfdrift.service.ports import EventFilter, Page, Total
from tfdrift.service.use_cases import Ports

ALL = Page(1, 1000)
ALICE = Actor(
    f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice",
    "alice",
    "alice",
    ACCOUNT,
    OriginKind.CONSOLE,
    "203.0.113.7",
)
BOB = Actor(f"arn:aws:iam::{ACCOUNT}:user/bob", "bob", None, ACCOUNT)


def test_an_event_is_kept_once_and_exactly(ports: Ports) -> None:
    assert ports.events.append(event("e-1"))
    assert ports.events.append(event("e-1", minutes(9), payload={})) is False
    assert ports.events.get("e-1") == event("e-1")
    assert ports.events.get("e-2") is None


def test_events_are_listed_newest_first_and_paged(ports: Ports) -> None:
    for number in range(5):
        ports.events.append(event(f"e-{number}", minutes(number)))
    page = ports.events.find(EventFilter(), Page(2, 2))
    assert (page.total, [item.event_id for item in page.items]) == (Total(5), ["e-2", "e-1"])


def test_what_queries_need_is_kept_beside_the_payload(ports: Ports) -> None:
    whole = event("e-1", region=REGION, resource_id="sg-1", actor=ALICE)
    bare = event("e-2", resource_type=None, account_id=None, actor=Actor("the night shift"))
    ports.events.append(whole)
    ports.events.append(bare)
    assert (ports.events.get("e-1"), ports.events.get("e-2")) == (whole, bare)


def found_by(ports: Ports, wanted: EventFilter, page: Page = ALL) -> list[str]:
    return [item.event_id for item in ports.events.find(wanted, page).items]


def test_events_are_found_by_who_did_it(ports: Ports) -> None:
    for number, actor in enumerate((ALICE, None, BOB, ALICE, ALICE)):
        ports.events.append(event(f"e-{number}", minutes(number), actor=actor))
    ports.events.append(event("alert", minutes(9), actor=ALICE, type=EventType.FALCO, account_id="4" * 12))

    assert found_by(ports, EventFilter(principal=ALICE.principal)) == ["alert", "e-4", "e-3", "e-0"]
    assert found_by(ports, EventFilter(principal=ALICE.principal), Page(2, 2)) == ["e-3", "e-0"]
    narrowed = EventFilter(
        principal=ALICE.principal, types=(EventType.DRIFT,), account_ids=(ACCOUNT,), since=minutes(1)
    )
    assert found_by(ports, narrowed) == ["e-4", "e-3"]
    assert ports.events.count(narrowed) == Total(2)
    assert found_by(ports, EventFilter(principal=ALICE.principal.upper())) == []


def test_events_are_found_by_what_it_was_done_to(ports: Ports) -> None:
    places = {
        "here": (ACCOUNT, REGION),
        "without region": (ACCOUNT, None),
        "without any": (None, None),
        "another region": (ACCOUNT, "us-east-1"),
        "another account": ("4" * 12, REGION),
    }
    for number, (name, (account, region)) in enumerate(places.items()):
        ports.events.append(
            event(name, minutes(number), account_id=account, region=region, resource_id="sg-1")
        )
    ports.events.append(event("another", account_id=ACCOUNT, region=REGION, resource_id="sg-2"))
    wanted = EventFilter(resource=ResourceKey(ACCOUNT, REGION, "aws_security_group", "sg-1"))

    assert found_by(ports, wanted) == ["without any", "without region", "here"]
    assert found_by(ports, wanted, Page(2, 2)) == ["here"]
    assert found_by(ports, replace(wanted, types=(EventType.FALCO,))) == []


def test_no_index_finds_by_who_and_what_at_once() -> None:
    with pytest.raises(ValueError, match="not by both"):
        EventFilter(principal="arn", resource=ResourceKey(ACCOUNT, REGION, "aws_vpc", "vpc-1"))


def test_a_listing_can_begin_at_the_end_of_a_moment(ports: Ports) -> None:
    for number in range(4):
        ports.events.append(event(f"e-{number}", minutes(number), actor=ALICE))

    for wanted in (EventFilter(), EventFilter(principal=ALICE.principal)):
        assert found_by(ports, wanted, Page(1, 9, end_of(minutes(2)))) == ["e-2", "e-1", "e-0"]
        assert len(found_by(ports, wanted, Page(1, 9, end_of(END_OF_TIME)))) == 4


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EventFilter(types=(EventType.FALCO,)), ["falco"]),
        (EventFilter(severities=(Severity.HIGH,)), ["drift"]),
        (EventFilter(resource_types=("aws_security_group",)), ["drift"]),
        (EventFilter(account_ids=(ACCOUNT,)), ["drift"]),
        (EventFilter(since=minutes(1)), ["falco"]),
        (EventFilter(), ["falco", "drift"]),
    ],
)
def test_filters_leave_out_what_does_not_fit(ports: Ports, wanted: EventFilter, found: list[str]) -> None:
    ports.events.append(event("drift"))
    ports.events.append(
        event("falco", minutes(1), type=EventType.FALCO, severity="low", resource_type=None, account_id=None)
    )
    assert [item.event_id for item in ports.events.find(wanted, ALL).items] == found
