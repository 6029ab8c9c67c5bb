"""Slack's incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

import json
from typing import Any

from tfdrift.adapters.notifications.post import Post
from tfdrift.adapters.notifications.values import MOST_CHANGES, cut, more, shown
from tfdrift.domain.notification import Notification, alert_text, changes, facts, headline

# https://docs.slack.dev/reference/block-kit/blocks
_LONGEST_HEADER = 150
_LONGEST_TEXT = 3000


def slack_post(notification: Notification, url: str, link: str | None) -> Post:
    """Return the request that posts a notification to a channel."""
    title = headline(notification)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(title, _LONGEST_HEADER)}},
        _section("\n".join(f"*{_escaped(name)}:* {_escaped(value)}" for name, value in facts(notification))),
    ]
    said = alert_text(notification)
    if said:
        blocks.append(_section(_escaped(said)))
    changed = changes(notification)
    if changed:
        lines = [
            f"• `{_code(what)}`: `{_code(shown(old))}` → `{_code(shown(new))}`"
            for what, old, new in changed[:MOST_CHANGES]
        ]
        blocks.append(_section("\n".join([*lines, *filter(None, [more(len(changed))])])))
    if link:
        blocks.append(_section(f"<{_escaped(link)}|Open in TFDrift>"))
    return Post(url, json.dumps({"text": _escaped(title), "blocks": blocks}).encode("utf-8"))


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, _LONGEST_TEXT)}}


def _escaped(text: str) -> str:
    """Return text in which nothing is a link, a mention or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    """Return text that stays within a pair of backticks."""
    return _escaped(text.replace("`", "'"))
