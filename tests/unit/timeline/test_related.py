"""The events around a drift: each once, with all that it has to do with the drift, and bounded."""

from datetime import timedelta

import pytest

from tests.support.samples import ACCOUNT, CALLER, NOON, REGION, drift
from tfdrift.domain.actor import Actor
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.identity import UserIdentity
from tfdrift.service.memory import MemoryEventLog
from tfdrift.service.related import MOST_RELATED, Related, RelatedEvents, Relation

ONCALL = Actor(CALLER.arn or "", "oncall", None, ACCOUNT)
ELSEWHERE = "444455556666"
P, R, T = Relation.PRINCIPAL, Relation.RESOURCE, Relation.TIME


def event(event_id: str, minute: float, kind: EventType = EventType.DRIFT, **fields: object) -> FeedEvent:
    made = {"account_id": ACCOUNT, "payload": {}, **fields}
    return FeedEvent(event_id, kind, NOON + timedelta(minutes=minute), **made)  # type: ignore[arg-type]


def related(*events: FeedEvent) -> Related:
    log = MemoryEventLog()
    for each in events:
        assert log.append(each)
    return RelatedEvents(log).of(drift("sg-1"))


def relations(found: Related) -> dict[str, tuple[Relation, ...]]:
    return {each.event.event_id: each.relations for each in found.events}


def of_group(resource_id: str) -> dict[str, object]:
    return {"resource_type": "aws_security_group", "resource_id": resource_id, "region": REGION}


def test_each_event_stands_once_with_all_its_relations_newest_first() -> None:
    found = related(
        event("all three", -5, actor=ONCALL, **of_group("sg-1")),
        event("same principal, hours later", 600, actor=ONCALL),
        event("same resource, a year ago", -60 * 24 * 365, **of_group("sg-1")),
        event("near", 15),
    )
    assert relations(found) == {
        "same principal, hours later": (P,),
        "near": (T,),
        "all three": (P, R, T),
        "same resource, a year ago": (R,),
    }
    assert next(iter(relations(found))) == "same principal, hours later"
    assert found.more == ()


def test_what_has_nothing_to_do_with_the_drift_is_left_out() -> None:
    found = related(
        event("too far", 15.1),
        event("too early", -15.1),
        event("another account", 0, account_id=ELSEWHERE),
        event("another resource", 60, **of_group("sg-2")),
        event("same principal, two days later", 60 * 48, actor=ONCALL),
        event("the drift's own", 1, payload={"id": drift("sg-1").id}, actor=ONCALL),
    )
    assert found == Related((), ())


def test_alerts_are_near_unless_they_name_another_account() -> None:
    found = related(
        event("shell", 1, EventType.FALCO, account_id=None),
        event("plugin", 2, EventType.FALCO),
        event("plugin elsewhere", 3, EventType.FALCO, account_id=ELSEWHERE),
        event("state without account", 4, EventType.STATE_CHANGE, account_id=None),
    )
    assert relations(found) == {"plugin": (T,), "shell": (T,)}


def test_a_state_change_of_a_resource_without_region_is_of_the_same_resource() -> None:
    change = event("change", 600, EventType.STATE_CHANGE, **{**of_group("sg-1"), "region": None})
    assert relations(related(change)) == {"change": (R,)}


@pytest.mark.parametrize(("count", "more"), [(MOST_RELATED, ()), (MOST_RELATED + 1, (R,))])
def test_what_is_not_looked_at_is_said(count: int, more: tuple[Relation, ...]) -> None:
    found = related(*(event(f"e-{n}", 100 + n, **of_group("sg-1")) for n in range(count)))

    assert (len(found.events), found.more) == (MOST_RELATED, more)
    assert found.events[0].event.event_id == f"e-{count - 1}"


def test_a_caller_without_a_name_is_nobody_else() -> None:
    log = MemoryEventLog()
    log.append(event("e-1", 600, actor=ONCALL))

    assert RelatedEvents(log).of(drift(user_identity=UserIdentity("Unknown"))).events == ()
