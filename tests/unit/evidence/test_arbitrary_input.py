"""Whatever is delivered, only the declared errors are raised, and what is read can be stored and sent."""

import gzip
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.evidence.arbitrary import damaged, damaged_bytes, deep, texts, values
from tests.unit.evidence.samples import raw_alert, raw_record, role_session
from tfdrift.domain.cloudtrail_parser import InvalidRecord, operation_name, parse_record
from tfdrift.domain.envelopes import RecordFound, read_evidence, unwrap
from tfdrift.domain.falco_alert import InvalidAlert, alert_event, cloudtrail_evidence, parse_alert
from tfdrift.domain.origin import is_terraform, origin_of
from tfdrift.domain.timestamps import InvalidTime, parse_time

DETECTED = datetime(2025, 1, 15, 10, 0, 5, tzinfo=UTC)
SESSION_RECORD = raw_record(
    userIdentity=role_session("deploy", "run-1"),
    resources=[{"ARN": "arn:aws:s3:::one", "accountId": "111122223333", "type": "AWS::S3::Bucket"}],
    addendum={"originalEventID": "x"},
    additionalEventData={"a": 1},
)
PLUGIN_ALERT = raw_alert(
    source="aws_cloudtrail",
    output_fields={
        "ct.id": "0b1c2d3e-0000-4000-8000-000000000001",
        "ct.time": "2025-01-15T10:00:00Z",
        "ct.src": "ec2.amazonaws.com",
        "ct.name": "ModifyInstanceAttribute",
        "ct.region": "eu-central-1",
        "ct.request": '{"instanceId":"i-1"}',
        "ct.resources": '[{"ARN":"arn:aws:s3:::one"}]',
        "ct.user": "oncall",
        "ct.user.accountid": "111122223333",
        "ct.user.arn": "arn:aws:iam::111122223333:user/oncall",
    },
)
ENVELOPE = {
    "Records": [
        {"eventSource": "aws:sqs", "messageId": "m", "body": json.dumps({"detail-type": "x", "detail": {}})},
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}},
        },
        {"EventSource": "aws:sns", "Sns": {"Message": "{}", "Type": "Notification"}},
        {"detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "detail": SESSION_RECORD},
        SESSION_RECORD,
    ]
}
LOG_LINES = "\n".join(
    json.dumps({**SESSION_RECORD, "note": "ü"}, ensure_ascii=False) for _ in range(3)
).encode()

thorough = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])


def can_be_sent(value: Any) -> bool:
    """Return whether a value goes through strict JSON and UTF-8."""
    return bool(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str).encode("utf-8"))


def judge_record(obj: object) -> None:
    try:
        found = parse_record(obj, default_account="444455556666")
    except InvalidRecord:
        return
    assert can_be_sent(asdict(found))
    assert found.event_time.tzinfo is UTC
    assert all((found.event_id, found.event_name, found.event_source, found.region, found.account_id))
    assert origin_of(found) == origin_of(found)
    assert is_terraform(found, ()) or not is_terraform(found, ("*",))


def judge_alert(obj: object) -> None:
    try:
        alert = parse_alert(obj)
    except InvalidAlert:
        return
    event = alert_event(alert, DETECTED)
    found = cloudtrail_evidence(alert, sources_of=lambda _: ("ec2.amazonaws.com",))
    assert can_be_sent(asdict(event))
    assert found is None or can_be_sent(asdict(found))


@thorough
@given(damaged(SESSION_RECORD))
def test_a_damaged_record_is_read_or_refused(obj: object) -> None:
    judge_record(obj)


@thorough
@given(values)
def test_any_value_is_refused_as_a_record_or_an_alert(obj: object) -> None:
    judge_record(obj)
    judge_alert(obj)


@thorough
@given(damaged(raw_alert()) | damaged(PLUGIN_ALERT))
def test_a_damaged_alert_is_read_or_refused(obj: object) -> None:
    judge_alert(obj)


@thorough
@given(damaged(ENVELOPE) | values)
def test_a_damaged_envelope_is_opened_or_named(document: object) -> None:
    for found in unwrap(document, source="in"):
        assert found.where.startswith("in")
        assert can_be_sent(asdict(found))


@thorough
@given(damaged_bytes(LOG_LINES) | damaged_bytes(gzip.compress(LOG_LINES, mtime=0)) | st.binary(max_size=200))
def test_damaged_bytes_are_read_or_named(data: bytes) -> None:
    for found in read_evidence(data, name="file"):
        assert found.where.startswith("file")
        assert can_be_sent(asdict(found))


@thorough
@given(
    st.lists(
        st.sampled_from(['{"a": 1}', "[", "]", "{", "}", "\n", " ", '"', "NaN", "\\ud800", ","]), max_size=40
    )
)
def test_any_sequence_of_json_tokens_is_read_or_named(tokens: list[str]) -> None:
    for found in read_evidence("".join(tokens).encode(), name="file"):
        assert found.where.startswith("file")


def test_nesting_deeper_than_pythons_recursion_is_named() -> None:
    judge_record({**SESSION_RECORD, "requestParameters": deep(100_000)})
    for depth in (1_000, 100_000):
        text = '{"Records":' + "[" * depth + "]" * depth + "}"
        found = list(read_evidence(text.encode(), name="file"))
        assert not any(isinstance(one, RecordFound) for one in found)
        assert found


@thorough
@given(texts)
def test_a_text_is_a_time_or_refused_as_one(text: str) -> None:
    try:
        found = parse_time(text)
    except InvalidTime:
        return
    assert found.tzinfo is UTC


@thorough
@given(st.text("CreateFunction0123456789_v", min_size=1, max_size=40))
def test_an_operations_name_is_never_empty_and_has_no_suffix_left_of_one_date(name: str) -> None:
    operation = operation_name(name)

    assert operation
    assert name.startswith(operation)
