"""The queue between deciding who is told and telling."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tfdrift.adapters.notifications.messages import errand_to_text
from tfdrift.domain.notification import Notification, in_batches
from tfdrift.service.notify import Errand

# SQS takes messages of 256 KB from everybody, and ten of them and 256 KB in one request.
_MESSAGE_BYTES = 200 * 1024
_LONGEST_DELAY = timedelta(minutes=15)


class OutboxFull(Exception):  # noqa: N818 - names what happened
    """The queue did not take a message."""


@dataclass(frozen=True, slots=True)
class SqsOutbox:
    """`tfdrift.service.notify.Outbox` on an SQS queue."""

    client: Any
    queue_url: str

    def put(self, errands: Sequence[Errand]) -> None:
        """Send each errand; one too large for a message becomes several. Raises OutboxFull."""
        for errand in errands:
            for part in _parts(errand):
                self._send(part, timedelta(0))

    def postpone(self, errand: Errand, wait: timedelta) -> None:
        """Send an errand to be delivered after a wait, of 15 minutes at the most."""
        self._send(errand, wait)

    def _send(self, errand: Errand, wait: timedelta) -> None:
        delay = max(timedelta(0), min(wait, _LONGEST_DELAY))
        answer = self.client.send_message(
            QueueUrl=self.queue_url,
            MessageBody=errand_to_text(errand),
            # Rounded up, so that a wait of less than a second does not become a busy loop.
            DelaySeconds=-(-delay // timedelta(seconds=1)),
        )
        if "MessageId" not in answer:
            raise OutboxFull(f"the queue {self.queue_url} took no message for {errand.target}")


def _parts(errand: Errand) -> list[Errand]:
    events = errand.notification.events
    sizes = [len(errand_to_text(replace(errand, notification=Notification((event,))))) for event in events]
    batches = in_batches(events, sizes, _MESSAGE_BYTES)
    return [replace(errand, notification=Notification(batch)) for batch in batches]
