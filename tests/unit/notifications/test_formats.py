"""Each receiver's format: its limits are kept, and nothing of an event becomes markup, mention or link."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.notifications import notification, told_alert, told_drift
from tfdrift.adapters.notifications.pagerduty import pagerduty_post
from tfdrift.adapters.notifications.post import Post
from tfdrift.adapters.notifications.slack import slack_post
from tfdrift.adapters.notifications.sns import message_text
from tfdrift.adapters.notifications.teams import teams_post
from tfdrift.adapters.notifications.webhook import DELIVERY, SIGNATURE, webhook_post
from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.notification import Notification
from tfdrift.service.notify import DeliveryRefused, Errand

URL = "https://hooks.example.com/services/secret"
LINK = "https://drift.example.com/drifts/d-1"
NOW = datetime(2025, 1, 15, 12, tzinfo=UTC)
HOSTILE = "<!channel> `rm` *bold* [x](https://evil.example) & <https://evil.example|here>"


def body(post: Post) -> Any:
    return json.loads(post.body)


def many(count: int) -> Notification:
    return notification(*(told_drift(f"attribute_{n}", new_value="v" * 5000) for n in range(count)))


def test_slack_shows_what_changed_and_where_to_look() -> None:
    post = slack_post(notification(told_drift(old_value=1, new_value=2)), URL, LINK)
    assert post.url == URL
    message = body(post)
    texts = [block["text"]["text"] for block in message["blocks"]]
    assert message["text"] == texts[0] == "high: drift open: aws_security_group.web"
    assert "• `aws_security_group.web ingress`: `1` → `2`" in texts
    assert texts[-1] == f"<{LINK}|Open in TFDrift>"


def test_slack_makes_no_mention_and_no_link_of_what_an_event_says() -> None:
    hostile = told_drift(new_value=HOSTILE, resource_address=HOSTILE, user_agent=HOSTILE)
    message = body(slack_post(notification(hostile), URL, None))
    texts = [block["text"] for block in message["blocks"]]
    assert [text["type"] for text in texts] == ["plain_text", "mrkdwn", "mrkdwn"]
    assert "<" not in message["text"] + texts[1]["text"] + texts[2]["text"]
    alert = body(slack_post(notification(told_alert()), URL, None))
    assert "A shell &lt;!channel&gt; was opened &amp; used" in [b["text"]["text"] for b in alert["blocks"]]


def test_slack_keeps_to_its_limits() -> None:
    blocks = body(slack_post(many(40), URL, LINK))["blocks"]
    assert len(blocks) <= 50
    assert len(blocks[0]["text"]["text"]) <= 150
    assert all(len(block["text"]["text"]) <= 3000 for block in blocks)
    assert "and 30 more" in blocks[2]["text"]["text"]


def test_teams_gets_a_card_in_which_nothing_is_markdown() -> None:
    hostile = told_drift(new_value=HOSTILE, severity=Severity.CRITICAL)
    (attachment,) = body(teams_post(notification(hostile), URL, LINK))["attachments"]
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][0]["color"] == "Attention"
    assert r"\[x\]\(https://evil\.example\)" in json.dumps(card, ensure_ascii=False).replace("\\\\", "\\")
    assert card["actions"][0]["url"] == LINK
    assert len(teams_post(many(40), URL, None).body) < 28_000


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (DriftStatus.OPEN, "trigger"),
        (DriftStatus.ACKNOWLEDGED, "acknowledge"),
        (DriftStatus.RESOLVED, "resolve"),
    ],
)
def test_a_drift_is_one_incident_from_its_opening_to_its_end(status: DriftStatus, action: str) -> None:
    event = told_drift(status=status)
    sent = body(pagerduty_post(notification(event), URL, "key", LINK))
    assert (sent["event_action"], sent["routing_key"]) == (action, "key")
    assert sent["dedup_key"] == event.payload["id"] == told_drift().payload["id"]
    assert sent["payload"]["severity"] == "error"
    assert sent["payload"]["source"] == "111122223333"


def test_an_alert_is_an_incident_of_its_own() -> None:
    sent = body(pagerduty_post(notification(told_alert(Severity.CRITICAL)), URL, "key", None))
    assert (sent["event_action"], sent["dedup_key"]) == ("trigger", "falco-1")
    assert sent["payload"]["severity"] == "critical"
    assert sent["payload"]["custom_details"]["alert"].startswith("A shell")


def test_the_webhook_is_signed_over_time_and_body() -> None:
    errand = Errand("siem", notification(), NOW)
    secret = json.dumps({"url": URL, "key": "0123456789abcdef"})
    post = webhook_post(errand, secret, LINK, NOW)
    timestamp, digest = (part.partition("=")[2] for part in post.headers[SIGNATURE].split(","))
    signed = timestamp.encode() + b"." + post.body
    assert hmac.new(b"0123456789abcdef", signed, hashlib.sha256).hexdigest() == digest
    assert post.headers[DELIVERY] == errand.key
    assert body(post)["events"][0]["payload"] == told_drift().payload


@pytest.mark.parametrize(
    "secret", ["", "https://x", '{"url": "https://x"}', '{"url": "https://x", "key": "short"}']
)
def test_a_webhook_without_a_key_is_refused_and_its_secret_not_repeated(secret: str) -> None:
    with pytest.raises(DeliveryRefused, match="url and key") as refused:
        webhook_post(Errand("siem", notification(), NOW), secret, None, NOW)
    assert "https://x" not in str(refused.value)


def test_plain_text_for_people() -> None:
    text = message_text(notification(told_drift(old_value=1, new_value=2)), LINK)
    assert "who: oncall" in text
    assert "aws_security_group.web ingress: 1 -> 2" in text
    assert text.endswith(LINK)
