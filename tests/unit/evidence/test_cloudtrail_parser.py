"""A CloudTrail record is read exactly, and refused with the field's name where it cannot be used."""

from datetime import UTC, datetime

import pytest

from tests.unit.evidence.samples import ACCOUNT, iam_user, raw_record, record
from tfdrift.domain.cloudtrail_parser import InvalidRecord, operation_name, parse_record


def test_a_whole_record_is_read_field_by_field() -> None:
    found = parse_record(
        raw_record(
            eventName="UpdateFunctionConfiguration20150331v2",
            errorCode="AccessDenied",
            errorMessage="not allowed",
            sessionCredentialFromConsole="true",
            resources=[{"ARN": "arn:aws:s3:::one", "type": "AWS::S3::Bucket"}, {"accountId": "x"}, "odd"],
            addendum={"reason": "UPDATED_DATA", "originalEventID": "0b1c2d3e-0000-4000-8000-000000000009"},
            serviceEventDetails={"snapshotId": "snap-1"},
            additionalEventData={"SignatureVersion": "SigV4"},
        )
    )

    assert found.event_id == "0b1c2d3e-0000-4000-8000-000000000001"
    assert found.event_time == datetime(2025, 1, 15, 10, tzinfo=UTC)
    assert (found.event_source, found.region) == ("ec2.amazonaws.com", "eu-central-1")
    assert found.event_name == "UpdateFunctionConfiguration"
    assert found.raw_event_name == "UpdateFunctionConfiguration20150331v2"
    assert (found.event_type, found.event_category) == ("AwsApiCall", "Management")
    assert found.account_id == ACCOUNT
    assert found.identity.user_name == "oncall"
    assert found.request == {"groupId": "sg-0123456789abcdef0"}
    assert found.response == {"_return": True}
    assert found.read_only is False
    assert (found.error_code, found.error_message) == ("AccessDenied", "not allowed")
    assert (found.source_ip, found.user_agent) == ("203.0.113.17", "aws-cli/2.31.0")
    assert found.request_id == "7f0c5a4c-0000-4000-8000-000000000001"
    assert found.session_credential_from_console is True
    assert found.parameters_omitted is False
    assert found.resource_arns == ("arn:aws:s3:::one",)
    assert found.original_event_id == "0b1c2d3e-0000-4000-8000-000000000009"
    assert found.service_event_details == {"snapshotId": "snap-1"}
    assert found.additional_event_data == {"SignatureVersion": "SigV4"}


@pytest.mark.parametrize("field", ["eventTime", "eventSource", "eventName", "awsRegion"])
def test_a_record_without_a_needed_field_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(InvalidRecord, match=rf"^{field}: missing"):
        parse_record(raw_record(field))


@pytest.mark.parametrize("field", ["eventTime", "eventSource", "eventName", "awsRegion"])
@pytest.mark.parametrize("value", ["...", "", "-", None, 7, ["x"], {"a": 1}])
def test_an_elided_or_odd_value_of_a_needed_field_is_refused_by_its_name(field: str, value: object) -> None:
    with pytest.raises(InvalidRecord, match=rf"^{field}: unusable value"):
        parse_record({**raw_record(), field: value})


@pytest.mark.parametrize("obj", [None, [], "text", 7, True, 1.5])
def test_what_is_no_object_is_refused(obj: object) -> None:
    with pytest.raises(InvalidRecord, match="JSON object"):
        parse_record(obj)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-01-15T10:00:00Z", datetime(2025, 1, 15, 10, tzinfo=UTC)),
        ("2021-10-19 04:50:27", datetime(2021, 10, 19, 4, 50, 27, tzinfo=UTC)),
        ("2025-01-21 17:39:10.000000000", datetime(2025, 1, 21, 17, 39, 10, tzinfo=UTC)),
        ("2025-01-15T10:00:00.123Z", datetime(2025, 1, 15, 10, 0, 0, 123000, tzinfo=UTC)),
        ("2025-01-15T12:00:00+02:00", datetime(2025, 1, 15, 10, tzinfo=UTC)),
    ],
)
def test_event_times_are_utc_in_each_form_that_logs_hold(text: str, moment: datetime) -> None:
    found = record(eventTime=text)

    assert found.event_time == moment
    assert found.event_time.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z", "yesterday", "1736935200", "0001-01-01T00:00:00+23:59"],
)
def test_a_time_that_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecord, match=r"^eventTime: "):
        record(eventTime=text)


def test_the_recipient_account_comes_before_the_callers_and_the_envelopes() -> None:
    caller = iam_user(accountId="999988887777")

    recipient = parse_record(raw_record(userIdentity=caller), default_account="444455556666")
    no_recipient = parse_record(
        raw_record("recipientAccountId", userIdentity=caller), default_account="444455556666"
    )
    neither = parse_record(raw_record("recipientAccountId", "userIdentity"), default_account="444455556666")

    assert recipient.account_id == ACCOUNT
    assert no_recipient.account_id == "999988887777"
    assert neither.account_id == "444455556666"


def test_a_record_that_names_no_account_at_all_is_refused() -> None:
    with pytest.raises(InvalidRecord, match=r"^recipientAccountId: missing"):
        record("recipientAccountId", "userIdentity")


def test_an_account_written_as_a_number_gets_its_leading_zeros_back() -> None:
    assert record(recipientAccountId=12345678901).account_id == "012345678901"


@pytest.mark.parametrize("event_id", [None, "...", 7])
def test_a_record_without_event_id_gets_one_from_its_content(event_id: object) -> None:
    first = parse_record({**raw_record(), "eventID": event_id})
    again = parse_record(dict(reversed({**raw_record(), "eventID": event_id}.items())))
    other = parse_record({**raw_record(eventName="RevokeSecurityGroupIngress"), "eventID": event_id})

    assert first.event_id == again.event_id
    assert first.event_id != other.event_id


@pytest.mark.parametrize(
    ("written", "request_parameters", "omitted"),
    [
        (None, {}, False),
        ("null", {}, False),
        ({}, {}, False),
        ({"groupId": "sg-1"}, {"groupId": "sg-1"}, False),
        ('{"groupId": "sg-1"}', {"groupId": "sg-1"}, False),
        ("HIDDEN_DUE_TO_SECURITY_REASONS", {}, True),
        ("{not JSON", {}, True),
        (["a list"], {}, True),
        ({"omitted": True, "originalSize": 149893, "reason": "requestParameters too large"}, {}, True),
        ({"omitted": "true", "originalSize": "149893", "reason": "requestParameters too large"}, {}, True),
        ({"omitted": True}, {}, True),
        ({"omitted": False}, {"omitted": False}, False),
        ({"omitted": True, "groupId": "sg-1"}, {"omitted": True, "groupId": "sg-1"}, False),
    ],
)
def test_request_parameters_in_each_form_that_cloudtrail_writes(
    written: object, request_parameters: object, omitted: object
) -> None:
    found = parse_record({**raw_record(), "requestParameters": written})

    assert found.request == request_parameters
    assert found.parameters_omitted is omitted


def test_left_out_parameters_are_no_omitted_ones() -> None:
    found = record("requestParameters", "responseElements")

    assert (found.request, found.response, found.parameters_omitted) == ({}, {}, False)


@pytest.mark.parametrize(
    ("written", "meaning"), [(True, True), ("true", True), ("False", False), (None, None), ("perhaps", None)]
)
def test_read_only_is_a_boolean_or_its_word(written: object, meaning: bool | None) -> None:
    assert parse_record({**raw_record(), "readOnly": written}).read_only is meaning


@pytest.mark.parametrize(
    ("written", "meaning"), [("true", True), (True, True), ("false", False), (None, False)]
)
def test_the_consoles_session_credential_is_a_word_or_a_boolean(written: object, meaning: bool) -> None:
    found = parse_record({**raw_record(), "sessionCredentialFromConsole": written})

    assert found.session_credential_from_console is meaning


@pytest.mark.parametrize(
    ("written", "operation"),
    [
        ("RunInstances", "RunInstances"),
        ("CreateClusterV2", "CreateClusterV2"),
        ("PutMetricData2", "PutMetricData2"),
        ("Import12345678", "Import12345678"),
        ("GetFunction20151399", "GetFunction20151399"),
        ("CreateFunction2020_05_31", "CreateFunction"),
        ("20150331", "20150331"),
    ],
)
def test_only_a_date_at_the_end_of_a_name_is_a_suffix(written: str, operation: str) -> None:
    assert operation_name(written) == operation


def test_the_order_of_records_is_by_time_and_then_by_id() -> None:
    late = record(eventTime="2025-01-15T10:00:01Z", eventID="a")
    early_b = record(eventTime="2025-01-15T10:00:00Z", eventID="b")
    early_a = record(eventTime="2025-01-15T10:00:00Z", eventID="a")

    assert sorted([late, early_b, early_a], key=lambda each: each.order) == [early_a, early_b, late]


def test_a_region_of_a_global_service_stays_as_recorded() -> None:
    assert record(eventSource="iam.amazonaws.com", awsRegion="us-east-1").region == "us-east-1"
