"""Every log of hidden changes keeps each once and lists them newest first."""

from dataclasses import replace

import pytest

from tests.support.lifecycle_samples import drift, minutes
from tfdrift.domain.hidden_change import HiddenChange, hidden_change_from_json, hidden_change_to_json
from tfdrift.service.ports import Page, Total
from tfdrift.service.use_cases import Ports


def hidden(number: int) -> HiddenChange:
    return HiddenChange(drift("ingress", f"sg-{number}", minutes(number)), 7, "aws_security_group.*")


def test_each_is_kept_once(ports: Ports) -> None:
    assert ports.hidden.keep(hidden(1))
    assert ports.hidden.keep(hidden(1)) is False
    listing = ports.hidden.find(Page(1, 10))
    assert (listing.items, listing.total, listing.next) == ((hidden(1),), Total(1), None)


def test_they_are_listed_newest_first_a_page_at_a_time(ports: Ports) -> None:
    for number in (2, 1, 3):
        ports.hidden.keep(hidden(number))
    first, second = ports.hidden.find(Page(1, 2)), ports.hidden.find(Page(2, 2))
    assert (first.items, first.total) == ((hidden(3), hidden(2)), Total(3))
    assert (second.items, second.total, second.next) == ((hidden(1),), Total(3), None)
    assert ports.hidden.find(Page(1, 2, first.next)).items == (hidden(1),)


def test_those_of_an_account_are_listed_alone(ports: Ports) -> None:
    elsewhere = HiddenChange(replace(hidden(2).drift, account_id="222233334444"), 7, "aws_security_group.*")
    for change in (hidden(1), elsewhere):
        ports.hidden.keep(change)
    listing = ports.hidden.find(Page(1, 10), ("222233334444",))
    assert (listing.items, listing.total) == ((elsewhere,), Total(1))


def test_they_are_no_events_and_no_drifts(ports: Ports) -> None:
    ports.hidden.keep(hidden(1))
    assert ports.events.get(hidden(1).key) is None
    assert ports.drifts.get(hidden(1).drift.id) is None


def test_an_entry_without_a_rule_is_refused() -> None:
    written = hidden_change_to_json(hidden(1))
    assert hidden_change_from_json(written) == hidden(1)
    with pytest.raises(ValueError, match="ignored_by"):
        hidden_change_from_json({**written, "ignored_by": {"line": "7"}})
