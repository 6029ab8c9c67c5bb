"""Records and alerts are found in everything that AWS delivers them in, nested as AWS nests it."""

import base64
import gzip
import json

import pytest

from tests.unit.evidence.samples import ACCOUNT, raw_alert, raw_record
from tfdrift.domain.envelopes import (
    AlertFound,
    Broken,
    ObjectReference,
    RecordFound,
    Skipped,
    Unwrapped,
    read_evidence,
    unwrap,
)
from tfdrift.domain.json_value import JsonObject, JsonValue

RECORD = raw_record()


def opened(document: object) -> list[Unwrapped]:
    return list(unwrap(document, source="in"))


def eventbridge(
    detail: JsonValue, kind: str = "AWS API Call via CloudTrail", **changes: JsonValue
) -> JsonObject:
    return {
        "version": "0",
        "id": "e1",
        "detail-type": kind,
        "source": "aws.ec2",
        "account": "444455556666",
        "time": "2025-01-15T10:00:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
        **changes,
    }


def sqs_event(*bodies: str) -> JsonObject:
    return {
        "Records": [
            {"messageId": f"m{number}", "body": body, "eventSource": "aws:sqs", "awsRegion": "eu-central-1"}
            for number, body in enumerate(bodies)
        ]
    }


def sns_notification(message: str) -> JsonObject:
    return {
        "Type": "Notification",
        "MessageId": "n1",
        "TopicArn": f"arn:aws:sns:eu-central-1:{ACCOUNT}:events",
        "Message": message,
        "Timestamp": "2025-01-15T10:00:00Z",
    }


def subscription(*messages: str, kind: str = "DATA_MESSAGE") -> JsonObject:
    batch = {
        "messageType": kind,
        "owner": ACCOUNT,
        "logGroup": "trail",
        "logEvents": [
            {"id": str(number), "timestamp": 1, "message": text} for number, text in enumerate(messages)
        ],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}


def s3_notification(name: str, key: str, **changes: JsonValue) -> JsonObject:
    entry = {"key": key, "size": 1024, "versionId": "v1", "eTag": "x", **changes}
    s3 = {"bucket": {"name": "logs"}, "object": entry}
    return {"Records": [{"eventSource": "aws:s3", "eventName": name, "awsRegion": "eu-central-1", "s3": s3}]}


def test_a_bare_record_and_a_list_of_them() -> None:
    assert opened(RECORD) == [RecordFound(RECORD, "in")]
    assert opened([RECORD, RECORD]) == [RecordFound(RECORD, "in[0]"), RecordFound(RECORD, "in[1]")]


def test_a_log_file() -> None:
    assert opened({"Records": [RECORD, "odd"]}) == [
        RecordFound(RECORD, "in.Records[0]"),
        Broken("an entry of Records is not an object", "in.Records[1]"),
    ]


def test_an_eventbridge_event_names_its_account() -> None:
    assert opened(eventbridge(RECORD)) == [RecordFound(RECORD, "in.detail", "444455556666")]


def test_an_eventbridge_account_written_as_a_number_gets_its_zeros_back() -> None:
    assert opened(eventbridge(RECORD, account=44445555666)) == [
        RecordFound(RECORD, "in.detail", "044445555666")
    ]


@pytest.mark.parametrize("detail", [None, "text", {}, {"eventName": "RunInstances"}])
def test_an_eventbridge_event_of_cloudtrail_without_record_is_broken(detail: JsonValue) -> None:
    found = opened(eventbridge(detail))

    assert isinstance(found[0], Broken)
    assert "holds no CloudTrail record" in found[0].reason


def test_a_cloudwatch_logs_subscription() -> None:
    assert opened(subscription(json.dumps(RECORD), "[ERROR] a log line")) == [
        RecordFound(RECORD, "in.awslogs.data.logEvents[0]"),
        Skipped("a log line that is no JSON object", "in.awslogs.data.logEvents[1]"),
    ]


def test_the_control_message_of_a_subscription_is_skipped() -> None:
    assert opened(subscription("check", kind="CONTROL_MESSAGE")) == [
        Skipped("CloudWatch Logs message 'CONTROL_MESSAGE'", "in.awslogs.data")
    ]


@pytest.mark.parametrize("data", [None, 7, "", "%%%", "AAAA", base64.b64encode(b"\x1f\x8b\x08").decode()])
def test_damaged_data_of_a_subscription_is_broken(data: JsonValue) -> None:
    found = opened({"awslogs": {"data": data}})

    assert [type(one) for one in found] == [Broken]


def test_a_queues_messages_one_broken_among_them() -> None:
    assert opened(sqs_event(json.dumps(eventbridge(RECORD)), "{", json.dumps(RECORD))) == [
        RecordFound(RECORD, "in.Records[0].body.detail", "444455556666"),
        Broken(
            "the message is not JSON: Expecting property name enclosed in double quotes at line 1, column 2",
            "in.Records[1].body",
        ),
        RecordFound(RECORD, "in.Records[2].body"),
    ]


@pytest.mark.parametrize(
    "message",
    [{"messageId": "m", "body": json.dumps(RECORD)}, {"MessageId": "m", "Body": json.dumps(RECORD)}],
)
def test_a_message_alone(message: JsonObject) -> None:
    assert opened(message) == [RecordFound(RECORD, "in.body")]


def test_the_answer_of_receive_message() -> None:
    answer = {"Messages": [{"MessageId": "m", "Body": json.dumps(RECORD)}]}

    assert opened(answer) == [RecordFound(RECORD, "in.Messages[0].body")]


def test_a_message_body_as_text() -> None:
    assert opened(json.dumps(RECORD)) == [RecordFound(RECORD, "in")]


def test_a_notification_inside_a_message_inside_an_event() -> None:
    body = json.dumps(sns_notification(json.dumps(eventbridge(RECORD))))

    assert opened(sqs_event(body)) == [
        RecordFound(RECORD, "in.Records[0].body.Message.detail", "444455556666")
    ]


def test_a_topics_event_of_a_function() -> None:
    event = {
        "Records": [
            {"EventSource": "aws:sns", "Sns": {"Message": json.dumps(RECORD), "Type": "Notification"}}
        ]
    }

    assert opened(event) == [RecordFound(RECORD, "in.Records[0].Sns.Message")]


def test_a_topics_confirmation_is_skipped() -> None:
    confirmation = {**sns_notification("confirm"), "Type": "SubscriptionConfirmation"}

    assert opened(confirmation) == [Skipped("SNS message of type 'SubscriptionConfirmation'", "in")]


def test_a_kinesis_record_of_a_subscription() -> None:
    data = subscription(json.dumps(RECORD))["awslogs"]
    assert isinstance(data, dict)

    found = opened({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": data["data"]}}]})

    assert found == [RecordFound(RECORD, "in.Records[0].kinesis.data.logEvents[0]")]


def test_an_s3_notification_is_a_reference_with_its_key_decoded() -> None:
    found = opened(s3_notification("ObjectCreated:Put", "AWSLogs/a+b%2Bc%C3%A9.json.gz"))

    assert found == [ObjectReference("logs", "AWSLogs/a b+cé.json.gz", "v1", 1024, "in.Records[0]")]


def test_an_s3_notification_of_a_removal_is_skipped() -> None:
    found = opened(s3_notification("ObjectRemoved:Delete", "a"))

    assert found == [
        Skipped("S3 notification 'ObjectRemoved:Delete' announces no new object", "in.Records[0]")
    ]


def test_an_s3_notification_without_key_is_broken() -> None:
    found = opened(s3_notification("ObjectCreated:Put", ""))

    assert found == [Broken("the S3 notification names no bucket and key", "in.Records[0]")]


def test_an_s3_event_of_eventbridge_is_a_reference_with_its_key_as_it_is() -> None:
    detail: JsonObject = {
        "bucket": {"name": "logs"},
        "object": {"key": "a+b.json", "size": 5, "version-id": "v2"},
    }

    assert opened(eventbridge(detail, "Object Created", source="aws.s3")) == [
        ObjectReference("logs", "a+b.json", "v2", 5, "in.detail")
    ]


def test_cloudtrails_own_notice_of_a_log_file_is_a_reference() -> None:
    notice = sns_notification(json.dumps({"s3Bucket": "logs", "s3ObjectKey": ["one.gz", "two.gz"]}))

    assert opened(notice) == [
        ObjectReference("logs", "one.gz", None, None, "in.Message"),
        ObjectReference("logs", "two.gz", None, None, "in.Message"),
    ]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"}, "S3's test message"),
        ({"awsAccountId": ACCOUNT, "digestStartTime": "2025-01-15T10:00:00Z"}, "CloudTrail's digest file"),
    ],
)
def test_what_carries_no_evidence_is_skipped(document: JsonObject, reason: str) -> None:
    found = opened(document)

    assert isinstance(found[0], Skipped)
    assert found[0].reason.startswith(reason)


def test_the_answer_of_lookup_events() -> None:
    answer = {"Events": [{"EventId": "e", "CloudTrailEvent": json.dumps(RECORD)}]}

    assert opened(answer) == [RecordFound(RECORD, "in.Events[0]")]


def test_a_falco_alert_and_one_in_a_queues_message() -> None:
    alert = raw_alert()

    assert opened(alert) == [AlertFound(alert, "in")]
    assert opened(sqs_event(json.dumps(alert))) == [AlertFound(alert, "in.Records[0].body")]


@pytest.mark.parametrize("document", [{}, {"a": 1}, 7, None, True, 1.5, "7"])
def test_anything_else_is_broken(document: JsonValue) -> None:
    assert opened(document) == [Broken("neither a CloudTrail record nor a known envelope", "in")]


def test_wrapping_without_end_is_broken() -> None:
    document: JsonValue = RECORD
    for _ in range(25):
        document = {"MessageId": "m", "Body": document}

    found = opened(document)

    assert [type(one) for one in found] == [Broken]
    assert "wrapped more than 24 times" in str(found[0])


@pytest.mark.parametrize("document", [{1: 2}, {"a": float("nan")}, {"a": b"bytes"}])
def test_what_is_not_json_is_broken(document: object) -> None:
    assert [type(one) for one in opened(document)] == [Broken]


def test_a_file_of_envelopes_a_line() -> None:
    lines = [json.dumps(eventbridge(RECORD)), "{", json.dumps({"Records": [RECORD]})]

    found = list(read_evidence("\n".join(lines).encode(), name="file"))

    assert [(type(one), one.where) for one in found] == [
        (RecordFound, "file:1.detail"),
        (Broken, "file:2"),
        (RecordFound, "file:3.Records[0]"),
    ]
