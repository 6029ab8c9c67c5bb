"""SNS topics: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tfdrift.adapters.notifications.messages import event_to_json
from tfdrift.adapters.notifications.values import MOST_CHANGES, cut, more, shown
from tfdrift.domain.notification import Notification, alert_text, changes, facts, headline
from tfdrift.service.notify import Errand

_LONGEST_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class SnsSender:
    """Publishes text for people (email, SMS), and the events as JSON for queues, functions and HTTP."""

    client: Any
    topic_arn: str
    link_of: Callable[[Notification], str | None]

    def send(self, errand: Errand) -> bool:
        """Publish; the topic's filter policies may ask for `severity` and `type`."""
        notification, link = errand.notification, self.link_of(errand.notification)
        events = [event_to_json(event) for event in notification.events]
        as_json = json.dumps({"title": headline(notification), "link": link, "events": events})
        message = {
            "default": message_text(notification, link),
            **dict.fromkeys(("sqs", "lambda", "http", "https", "firehose"), as_json),
        }
        self.client.publish(
            TopicArn=self.topic_arn,
            Subject=_subject(headline(notification)),
            MessageStructure="json",
            Message=json.dumps(message),
            MessageAttributes={
                "severity": {"DataType": "String", "StringValue": notification.severity.value},
                "type": {"DataType": "String", "StringValue": notification.events[0].type.value},
            },
        )
        return True


def message_text(notification: Notification, link: str | None) -> str:
    """Return a notification as plain text."""
    changed = changes(notification)
    lines = [
        headline(notification),
        "",
        *(f"{name}: {value}" for name, value in facts(notification)),
        *filter(None, [alert_text(notification)]),
        *(f"{what}: {shown(old)} -> {shown(new)}" for what, old, new in changed[:MOST_CHANGES]),
        *filter(None, [more(len(changed)), link]),
    ]
    return "\n".join(lines)


def _subject(text: str) -> str:
    """Return a subject as SNS takes it: ASCII, one line, 100 characters."""
    plain = "".join(char if char.isascii() and char.isprintable() else "?" for char in text)
    return cut(plain, _LONGEST_SUBJECT).replace("…", ".")
