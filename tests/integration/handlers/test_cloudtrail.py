"""The cloudtrail function: events and log files, good and bad ones, however often and in whatever order."""

import gzip
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from handlers.cloudtrail.handler import handler
from tests.integration.handlers.conftest import World, call, terraform_state
from tests.support.lambda_events import (
    Context,
    call_event,
    eventbridge,
    object_event,
    object_notification,
    sns_notification,
    sqs_event,
)

pytestmark = pytest.mark.emulator

Metrics = Callable[[], dict[tuple[str, str], float]]


def failed(answer: dict[str, Any]) -> list[str]:
    assert list(answer) == ["batchItemFailures"]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def managed(world: World) -> World:
    """A world whose state manages the security group."""
    data = terraform_state(1)
    world.product.use_cases.ingest_state.ingest(
        data, bucket=world.bucket, key="terraform.tfstate", version_id=None
    )
    return world


def upload_log(world: World, name: str, records: list[Any]) -> str:
    key = f"AWSLogs/111122223333/CloudTrail/eu-west-1/2025/01/15/{name}.json.gz"
    world.upload(key, gzip.compress(json.dumps({"Records": records}).encode()))
    return key


def test_a_call_becomes_a_drift_with_who_and_what(managed: World, metrics: Metrics) -> None:
    answer = handler(sqs_event(call_event(call("e-1"))), Context())

    [drift] = managed.drifts()
    assert failed(answer) == []
    assert drift.status.value == "open"
    assert drift.severity.value == "critical"
    assert drift.resource_address == "aws_security_group.web"
    assert drift.attribute == "ingress"
    assert drift.user_identity.user_name == "oncall"
    assert drift.origin.kind.value == "console"
    assert [event.payload["transition"] for event in managed.events("drift")] == ["opened"]
    counted = metrics()
    assert counted["Evidence", "findings"] == 1
    assert counted["Evidence", "drift_opened"] == 1


def test_three_deliveries_in_any_order_are_one(managed: World) -> None:
    calls = [call(f"e-{n}", eventTime=f"2025-01-15T10:00:{n:02d}Z") for n in range(4)]
    calls[3]["eventName"] = "RevokeSecurityGroupIngress"
    deliveries = [call_event(record) for record in calls for _ in range(3)]
    random.Random(7).shuffle(deliveries)  # noqa: S311 - an order, no secret

    for start in range(0, len(deliveries), 5):
        assert failed(handler(sqs_event(*deliveries[start : start + 5]), Context())) == []

    [drift] = managed.drifts()
    events = managed.events("drift")
    assert drift.status.value == "resolved"
    assert drift.resolution.how.value == "reverted"
    assert len({event.event_id for event in events}) == len(events)


def test_of_a_batch_only_the_poison_fails(managed: World, metrics: Metrics) -> None:
    batch = sqs_event(
        call_event(call("e-1")),
        "not json {",
        {"detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "detail": {"eventVersion": "1"}},
        eventbridge("aws.ec2", "EBS Volume Notification", {"event": "createVolume"}),
        call_event(call("e-2", eventTime="soon")),
        call_event(call("e-3", errorCode="UnauthorizedOperation")),
        ids=["good", "text", "empty", "foreign", "time", "failed-call"],
    )

    answer = handler(batch, Context())

    assert failed(answer) == ["text", "empty", "time"]
    assert len(managed.drifts()) == 1
    counted = metrics()
    assert counted["Evidence", "broken"] == 3
    assert counted["Evidence", "skipped"] == 1
    assert counted["Evidence", "failed"] == 1


def test_a_batch_of_poison_alone_is_an_answer_and_no_exception(world: World) -> None:
    assert failed(handler(sqs_event("{", "}", ids=["a", "b"]), Context())) == ["a", "b"]


def test_event_names_without_a_mapping_are_counted(managed: World, metrics: Metrics) -> None:
    unknown = call("e-1", eventName="CreateTotallyNewThing", requestParameters={}, responseElements=None)

    handler(sqs_event(call_event(unknown), call_event({**unknown, "eventID": "e-2"})), Context())

    assert metrics()["UnmappedEvents", "ec2.amazonaws.com:CreateTotallyNewThing"] == 2


@pytest.mark.parametrize("wrap", [lambda n: n, sns_notification])
@pytest.mark.parametrize("announce", [object_notification, object_event])
def test_a_log_file_is_fetched_however_it_is_announced(managed: World, announce: Any, wrap: Any) -> None:
    key = upload_log(managed, "file with + and ü", [call("e-1"), call("e-2", readOnly=True)])

    answer = handler(sqs_event(wrap(announce(managed.bucket, key))), Context())

    assert failed(answer) == []
    assert len(managed.drifts()) == 1


def test_the_same_call_by_event_and_by_log_file_is_one(managed: World) -> None:
    key = upload_log(managed, "again", [call("e-1")])

    handler(sqs_event(call_event(call("e-1")), object_notification(managed.bucket, key)), Context())

    assert len(managed.events("drift")) == 1


def test_of_a_log_file_the_good_records_go_in_and_the_file_fails(managed: World) -> None:
    key = upload_log(
        managed,
        "mixed",
        ["text", {"eventName": "X", "eventSource": "y"}, call("e-1"), call("e-2", eventTime="soon")],
    )
    message = sqs_event(object_notification(managed.bucket, key), ids=["file"])

    answers = [failed(handler(message, Context())) for _ in range(2)]

    assert answers == [["file"], ["file"]]
    assert len(managed.drifts()) == 1
    assert len(managed.events("drift")) == 1


def test_a_log_file_that_is_cut_short_gives_what_it_has(managed: World) -> None:
    key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/01/15/cut.json.gz"
    records = [call("e-1"), *(call(f"filler-{n}", readOnly=True) for n in range(2000))]
    whole = gzip.compress(json.dumps({"Records": records}).encode())
    managed.upload(key, whole[: len(whole) // 2])

    answer = handler(sqs_event(object_notification(managed.bucket, key), ids=["cut"]), Context())

    assert failed(answer) == ["cut"]
    assert len(managed.drifts()) == 1


def test_a_log_file_that_is_not_there_fails_alone(managed: World) -> None:
    batch = sqs_event(
        object_notification(managed.bucket, "AWSLogs/gone.json.gz"),
        call_event(call("e-1")),
        ids=["gone", "ok"],
    )

    assert failed(handler(batch, Context())) == ["gone"]
    assert len(managed.drifts()) == 1


def test_digests_and_tests_of_s3_are_no_evidence(managed: World, metrics: Metrics) -> None:
    digest = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2025/01/15/d.json.gz"
    test = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": managed.bucket}

    assert failed(handler(sqs_event(object_notification(managed.bucket, digest), test), Context())) == []
    assert metrics()["Evidence", "skipped"] == 2


def test_storage_out_of_reach_fails_the_message_and_loses_nothing(
    managed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.product import product

    monkeypatch.setenv("TFDRIFT_STATE_TABLE", "no-such-table")
    product.cache_clear()
    message = sqs_event(call_event(call("e-1")), ids=["later"])
    assert failed(handler(message, Context())) == ["later"]

    monkeypatch.setenv("TFDRIFT_STATE_TABLE", managed.tables.state)
    product.cache_clear()
    assert failed(handler(message, Context())) == []
    assert len(managed.drifts()) == 1


def test_the_log_tells_reasons_and_no_payload(
    managed: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = call("e-1", requestParameters={"masterUserPassword": "hunter2"}, eventTime=None)

    handler(sqs_event(call_event(secret), call_event(call("e-2"))), Context())

    written = capsys.readouterr().out + "".join(str(vars(record)) for record in caplog.records)
    assert "eventTime" in written
    assert "hunter2" not in written
    assert "0.0.0.0/0" not in written
