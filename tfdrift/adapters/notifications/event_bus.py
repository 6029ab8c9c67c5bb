"""An EventBridge bus of the product's own events, for rules of other teams.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

import json
from dataclasses import dataclass
from typing import Any

from tfdrift.domain.feed_event import EventType
from tfdrift.domain.notification import ToldEvent
from tfdrift.domain.timestamps import parse_time
from tfdrift.service.notify import DeliveryFailed, Errand

SOURCE = "tfdrift"
DETAIL_TYPES = {
    EventType.DRIFT: "TFDrift Drift",
    EventType.FALCO: "TFDrift Falco Alert",
    EventType.STATE_CHANGE: "TFDrift State Change",
}
_ENTRIES_A_REQUEST = 10
_REQUEST_BYTES = 250 * 1024


@dataclass(frozen=True, slots=True)
class EventBusSender:
    """Puts each event on the bus, with its payload as the detail and its id beside it."""

    client: Any
    bus_arn: str

    def send(self, errand: Errand) -> bool:
        """Put the events; raises DeliveryFailed if the bus left one out, and then all are put again."""
        for entries in _requests([self._entry(event) for event in errand.notification.events]):
            answer = self.client.put_events(Entries=entries)
            failed = [entry for entry in answer["Entries"] if "ErrorCode" in entry]
            if failed:
                raise DeliveryFailed(f"the bus left out {len(failed)} events: {failed[0]['ErrorCode']}")
        return True

    def _entry(self, event: ToldEvent) -> dict[str, Any]:
        return {
            "EventBusName": self.bus_arn,
            "Source": SOURCE,
            "DetailType": DETAIL_TYPES[event.type],
            "Time": parse_time(str(event.payload["timestamp"])),
            "Detail": json.dumps({"event_id": event.event_id, **event.payload}),
        }


def _requests(entries: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return entries in as many requests as they need: of ten, and of 256 KB."""
    requests: list[list[dict[str, Any]]] = []
    room = 0
    for entry in entries:
        size = len(entry["Detail"].encode("utf-8"))
        if not requests or size > room or len(requests[-1]) == _ENTRIES_A_REQUEST:
            requests.append([])
            room = _REQUEST_BYTES
        requests[-1].append(entry)
        room -= size
    return requests
