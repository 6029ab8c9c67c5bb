"""A Falco alert is an event of the feed once, and CloudTrail evidence where it carries a call."""

import json

import pytest

from tests.support.lifecycle_samples import ACCOUNT, NOON, REGION, lambda_call
from tests.unit.service.product import Product
from tfdrift.domain.falco_alert import InvalidAlert
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject, JsonValue

SHELL: JsonObject = {
    "rule": "Terminal shell in container",
    "priority": "Notice",
    "output": "a shell was started",
    "source": "syscall",
    "time": "2025-01-15T12:00:00.123456789Z",
    "output_fields": {"container.id": "3ad7b26ded6d", "evt.time": 1736942400123456789},
}


def cloudtrail_alert(**fields: JsonValue) -> JsonObject:
    """Return an alert of the cloudtrail plugin about a change of the function ``orders``."""
    return {
        "rule": "Lambda configuration changed",
        "priority": "Warning",
        "output": "a function's configuration was changed",
        "source": "aws_cloudtrail",
        "time": "2025-01-15T12:00:00.000000000Z",
        "output_fields": {
            "ct.id": "e-1",
            "ct.name": "UpdateFunctionConfiguration20150331v2",
            "ct.src": "lambda.amazonaws.com",
            "ct.region": REGION,
            "ct.time": "2025-01-15T12:00:00Z",
            "ct.recipientaccountid": ACCOUNT,
            "ct.user": "oncall",
            "ct.user.accountid": ACCOUNT,
            "ct.user.identitytype": "IAMUser",
            "ct.request": json.dumps({"functionName": "orders", "memorySize": 1024}),
            **fields,
        },
    }


@pytest.fixture
def product() -> Product:
    made = Product()
    made.function()
    return made


def test_an_alert_is_kept_once(product: Product) -> None:
    first = product.use.ingest_falco.ingest(SHELL)
    second = product.use.ingest_falco.ingest(dict(SHELL))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.evidence is None
    (event,) = product.feed(EventType.FALCO)
    assert event.payload["container_id"] == "3ad7b26ded6d"
    assert product.all_drifts() == []


def test_an_alert_that_carries_a_call_opens_a_drift(product: Product) -> None:
    # https://github.com/higakikeita/tfdrift-falco/issues/362: ct.request is JSON text
    result = product.use.ingest_falco.ingest(cloudtrail_alert(**{"ct.request.name": None}))
    assert result.evidence is not None
    assert (product.drift().attribute, product.drift().new_value) == ("memory_size", 1024)


@pytest.mark.parametrize("alert_first", [True, False])
def test_a_call_that_arrives_both_ways_is_one(product: Product, *, alert_first: bool) -> None:
    def alert() -> None:
        product.use.ingest_falco.ingest(cloudtrail_alert())

    def record() -> None:
        product.take(lambda_call("e-1", NOON, memorySize=1024))

    for deliver in (alert, record, alert) if alert_first else (record, alert, record):
        deliver()
    assert product.transitions() == ["opened"]
    assert len(product.feed(EventType.FALCO)) == 1


def test_what_is_no_alert_is_refused(product: Product) -> None:
    with pytest.raises(InvalidAlert):
        product.use.ingest_falco.ingest({"rule": "x"})
    assert product.feed(EventType.FALCO) == []


def test_an_alert_of_a_call_says_who_made_it_and_one_of_a_container_nobody(product: Product) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/oncall"
    called = product.use.ingest_falco.ingest(
        cloudtrail_alert(**{"ct.user.arn": arn, "ct.srcip": "203.0.113.7"})
    )
    shell = product.use.ingest_falco.ingest(SHELL)

    assert called.event.actor is not None
    assert (called.event.actor.principal, called.event.actor.source_ip) == (arn, "203.0.113.7")
    assert shell.event.actor is None
    # and the drift that the call made is by the same one
    (step,) = product.feed()
    assert (step.actor and step.actor.principal, step.resource_id, step.region) == (arn, "orders", REGION)
