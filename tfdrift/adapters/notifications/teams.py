"""Microsoft Teams' workflows: an Adaptive Card posted to a webhook.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

import json
import re
from typing import Any

from tfdrift.adapters.notifications.post import Post
from tfdrift.adapters.notifications.values import MOST_CHANGES, more, shown
from tfdrift.domain.drift import Severity
from tfdrift.domain.notification import Notification, alert_text, changes, facts, headline

_COLOURS = {Severity.CRITICAL: "Attention", Severity.HIGH: "Warning", Severity.MEDIUM: "Accent"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!~|>])")


def teams_post(notification: Notification, url: str, link: str | None) -> Post:
    """Return the request that posts a notification to a channel."""
    body: list[dict[str, Any]] = [
        {
            **_text(headline(notification)),
            "weight": "Bolder",
            "size": "Medium",
            "color": _COLOURS.get(notification.severity, "Default"),
        },
        {
            "type": "FactSet",
            "facts": [{"title": name, "value": _escaped(value)} for name, value in facts(notification)],
        },
    ]
    said = alert_text(notification)
    if said:
        body.append(_text(said))
    changed = changes(notification)
    body += [_text(f"{what}: {shown(old)} → {shown(new)}") for what, old, new in changed[:MOST_CHANGES]]
    body += [_text(line) for line in [more(len(changed))] if line]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in TFDrift", "url": link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return Post(url, json.dumps({"type": "message", "attachments": [attachment]}).encode("utf-8"))


def _text(text: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _escaped(text), "wrap": True}


def _escaped(text: str) -> str:
    """Return text in which nothing is Markdown, which cards render."""
    return _MARKDOWN.sub(r"\\\1", text)
