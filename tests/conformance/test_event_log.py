"""Every event log keeps an event once, exactly, and lists newest first."""

import pytest

from tests.support.lifecycle_samples import ACCOUNT, event, minutes
from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.service.ports import EventFilter, Page, Total
from tfdrift.service.use_cases import Ports

ALL = Page(1, 1000)


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
