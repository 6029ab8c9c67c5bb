"""Finds the events around a drift: of the same principal, of the same resource, and near to it in time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tfdrift.domain.actor import principal_of
from tfdrift.domain.drift import DriftRecord
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.lifecycle import ResourceKey
from tfdrift.domain.sortable_time import END_OF_TIME, end_of
from tfdrift.service.ports import EventFilter, EventLog, Page

MOST_RELATED = 50
"""How many events of each relation are looked at."""
SAME_PRINCIPAL = timedelta(hours=24)
NEAR = timedelta(minutes=15)


class Relation(StrEnum):
    """What an event has to do with a drift."""

    PRINCIPAL = "principal"
    RESOURCE = "resource"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class RelatedEvent:
    """An event, and all that it has to do with the drift."""

    event: FeedEvent
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """The events around a drift, newest first; `more` are the relations of which not all were looked at."""

    events: tuple[RelatedEvent, ...]
    more: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    relation: Relation
    wanted: EventFilter
    until: datetime


@dataclass(frozen=True, slots=True)
class RelatedEvents:
    """Looks around drifts. Each question is to one index, for the newest `MOST_RELATED` events of it."""

    events: EventLog

    def of(self, drift: DriftRecord) -> Related:
        """Return the events around a drift, without those that tell of the drift itself (its history).

        The same principal is asked about for a day before and after the call. Near is within 15 minutes
        before and after it, in the same account; alerts that name no account are near to any.
        """
        events: dict[str, FeedEvent] = {}
        relations: dict[str, set[Relation]] = defaultdict(set)
        more: set[Relation] = set()
        for question in _questions(drift):
            page = Page(1, MOST_RELATED, end_of(question.until))
            listing = self.events.find(question.wanted, page)
            if listing.next is not None:
                more.add(question.relation)
            for event in listing.items:
                if _is_around(event, drift, question.relation):
                    events[event.event_id] = event
                    relations[event.event_id].add(question.relation)
        newest = sorted(events.values(), key=lambda event: (event.timestamp, event.event_id), reverse=True)
        return Related(
            tuple(RelatedEvent(event, tuple(sorted(relations[event.event_id]))) for event in newest),
            tuple(sorted(more)),
        )


def _questions(drift: DriftRecord) -> Iterator[_Question]:
    moment, account = drift.timestamp, drift.account_id
    principal = principal_of(drift.user_identity, account)
    if principal is not None:
        wanted = EventFilter(principal=principal, since=moment - SAME_PRINCIPAL)
        yield _Question(Relation.PRINCIPAL, wanted, moment + SAME_PRINCIPAL)
    resource = ResourceKey(account, drift.region, drift.resource_type, drift.resource_id)
    yield _Question(Relation.RESOURCE, EventFilter(resource=resource), END_OF_TIME)
    of_account = EventFilter(account_ids=(account,), since=moment - NEAR)
    yield _Question(Relation.TIME, of_account, moment + NEAR)
    alerts = EventFilter(types=(EventType.FALCO,), since=moment - NEAR)
    yield _Question(Relation.TIME, alerts, moment + NEAR)


def _is_around(event: FeedEvent, drift: DriftRecord, relation: Relation) -> bool:
    if event.type is EventType.DRIFT and event.payload.get("id") == drift.id:
        return False
    return relation is not Relation.TIME or event.account_id in {None, drift.account_id}
