"""The events around a drift, as REST answers them."""

from typing import Literal

from pydantic import Field

from tfdrift.domain.json_value import JsonObject
from tfdrift.rest.event_briefs import EventBriefModel, event_brief
from tfdrift.rest.models import DriftDetailModel
from tfdrift.service.related import MOST_RELATED, Related

Relation = Literal["principal", "resource", "time"]


class RelatedEventModel(EventBriefModel):
    """An event in brief, and what it has to do with the drift."""

    relation: list[Relation]


class DriftWithRelatedModel(DriftDetailModel):
    """A drift with its history, and the events around it."""

    related_events: list[RelatedEventModel] = Field(
        description="Of the same principal within a day, of the same resource, or within 15 minutes in the "
        "same account; newest first, without those of the drift itself."
    )
    related_events_truncated: list[Relation] = Field(
        description=f"The relations of which there are more than the newest {MOST_RELATED}."
    )


def related_json(related: Related) -> JsonObject:
    """Return the fields that a drift's answer has of the events around it."""
    return {
        "related_events": [
            {**event_brief(each.event), "relation": [relation.value for relation in each.relations]}
            for each in related.events
        ],
        "related_events_truncated": [relation.value for relation in related.more],
    }
