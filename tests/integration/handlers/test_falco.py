"""The falco function: alerts by HTTP, SQS and SNS end up in one feed, each once."""

import json
from typing import Any

import pytest

from handlers.batches import PoisonMessageError
from handlers.falco.handler import handler
from tests.integration.handlers.conftest import World, call, terraform_state
from tests.support.lambda_events import (
    Context,
    alb_request,
    gateway_request,
    sns_event,
    sns_notification,
    sqs_event,
    url_request,
)

pytestmark = pytest.mark.emulator

PATH = "/api/v1/falco/events"


def alert(output: str = "a shell", **fields: Any) -> dict[str, Any]:
    return {
        "rule": "Terminal shell in container",
        "priority": "Critical",
        "output": output,
        "source": "syscall",
        "time": "2025-01-15T10:00:00.123456789Z",
        "output_fields": {
            "container.id": "abc123",
            "evt.rawtime": 1736935200123456789,
            "k8s.ns.name": "<NA>",
        },
        **fields,
    }


def cloudtrail_alert(event_id: str) -> dict[str, Any]:
    record = call(event_id)
    return alert(
        "a security group was opened",
        source="aws_cloudtrail",
        output_fields={
            "ct.id": event_id,
            "ct.time": record["eventTime"],
            "ct.name": record["eventName"],
            "ct.src": record["eventSource"],
            "ct.region": record["awsRegion"],
            "ct.recipientaccountid": record["recipientAccountId"],
            "ct.user": "oncall",
            "ct.user.identitytype": "IAMUser",
            "ct.user.arn": record["userIdentity"]["arn"],
            "ct.user.accountid": record["userIdentity"]["accountId"],
            "ct.request": json.dumps(record["requestParameters"]),
            "ct.response": json.dumps(record["responseElements"]),
            "ct.srcip": record["sourceIPAddress"],
            "ct.useragent": record["userAgent"],
        },
    )


def answer_of(event: dict[str, Any]) -> dict[str, Any]:
    answer = handler(event, Context())
    assert answer is not None
    return answer


@pytest.mark.parametrize("request_of", [alb_request, gateway_request, url_request])
def test_an_alert_comes_by_http(world: World, request_of: Any) -> None:
    answer = answer_of(request_of("POST", PATH, body=json.dumps(alert())))

    [event] = world.events("falco")
    assert answer["statusCode"] == 202
    assert json.loads(answer["body"])["data"]["stored"] == 1
    assert event.severity == "critical"
    assert event.payload["output_fields"] == {
        "container.id": "abc123",
        "evt.rawtime": 1736935200123456789,
    }


def test_the_same_alert_by_every_way_is_one_event(world: World) -> None:
    answer_of(alb_request("POST", PATH, body=json.dumps([alert(), alert()])))
    answer_of(sqs_event(alert(), sns_notification(alert()), [alert(), alert("another")]))
    assert handler(sns_event(alert()), Context()) is None

    assert sorted(str(event.payload["output"]) for event in world.events()) == ["a shell", "another"]


def test_of_a_batch_only_the_poison_fails_and_the_sound_alerts_of_a_list_go_in(world: World) -> None:
    batch = sqs_event(
        alert("one"),
        [alert("two"), {"rule": "r", "priority": "Loud", "output": "o"}],
        call("e-1"),
        "{",
        ids=["one", "list", "record", "text"],
    )

    answer = answer_of(batch)

    assert [f["itemIdentifier"] for f in answer["batchItemFailures"]] == ["list", "record", "text"]
    assert sorted(str(event.payload["output"]) for event in world.events()) == ["one", "two"]


def test_a_notification_that_is_no_alert_fails_the_invocation_after_the_others(world: World) -> None:
    with pytest.raises(PoisonMessageError, match="1 notifications"):
        handler(sns_event("nothing", alert("sound")), Context())

    assert [event.payload["output"] for event in world.events()] == ["sound"]


def test_an_alert_of_the_cloudtrail_plugin_and_the_call_itself_are_one_drift(world: World) -> None:
    from handlers.cloudtrail.handler import handler as take_calls
    from tests.support.lambda_events import call_event

    data = terraform_state(1)
    world.product.use_cases.ingest_state.ingest(
        data, bucket=world.bucket, key="terraform.tfstate", version_id=None
    )

    answer_of(sqs_event(cloudtrail_alert("e-1")))
    take_calls(sqs_event(call_event(call("e-1"))), Context())

    [drift] = world.drifts()
    assert drift.cause.event_id == "e-1"
    assert len(world.events("drift")) == 1
    assert len(world.events("falco")) == 1


def test_a_token_is_asked_for_by_http_where_one_is_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from handlers.product import product

    monkeypatch.setenv("TFDRIFT_API_TOKEN", "s3cret")
    product.cache_clear()
    body = json.dumps(alert())

    refused = answer_of(alb_request("POST", PATH, body=body))
    allowed = answer_of(alb_request("POST", PATH, body=body, authorization="Bearer s3cret"))

    assert (refused["statusCode"], allowed["statusCode"]) == (401, 202)
    assert json.loads(refused["body"])["error"]["code"] == "unauthorized"


def test_the_token_is_read_from_secrets_manager(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from handlers.product import product

    secrets = world.emulator.client("secretsmanager")
    arn = secrets.create_secret(Name=f"token-{world.bucket}", SecretString="from the secret")["ARN"]
    monkeypatch.setenv("TFDRIFT_API_TOKEN_SECRET_ARN", arn)
    product.cache_clear()
    request = alb_request("POST", PATH, body=json.dumps(alert()), **{"x-api-key": "from the secret"})

    assert answer_of(request)["statusCode"] == 202
    assert answer_of({**request, "headers": {"host": "x"}})["statusCode"] == 401


def test_an_event_of_no_known_shape_is_refused_by_name(world: World) -> None:
    with pytest.raises(ValueError, match="neither an HTTP request nor messages"):
        handler({"hello": "world"}, Context())
