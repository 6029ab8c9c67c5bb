"""Falco alerts are read exactly, keep their identity, and become CloudTrail evidence where they are some."""

from datetime import UTC, datetime

import pytest

from tests.unit.evidence.samples import ACCOUNT, raw_alert
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import Severity
from tfdrift.domain.falco_alert import InvalidAlert, alert_event, cloudtrail_evidence, parse_alert
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject, JsonValue

DETECTED = datetime(2025, 1, 15, 10, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("priority", "severity"),
    [
        ("Emergency", Severity.CRITICAL),
        ("Alert", Severity.CRITICAL),
        ("Critical", Severity.CRITICAL),
        ("Error", Severity.HIGH),
        ("Warning", Severity.MEDIUM),
        ("Notice", Severity.LOW),
        ("Informational", Severity.INFO),
        ("INFO", Severity.INFO),
        ("debug", Severity.INFO),
    ],
)
def test_each_priority_has_its_severity(priority: str, severity: Severity) -> None:
    assert parse_alert(raw_alert(priority=priority)).severity is severity


def test_an_alert_is_an_event_of_the_feed_with_the_contracts_fields() -> None:
    event = alert_event(parse_alert(raw_alert()), DETECTED)

    assert event.type is EventType.FALCO
    assert event.event_id.startswith("falco:")
    assert event.timestamp == datetime(2025, 1, 15, 10, 0, 0, 123456, tzinfo=UTC)
    assert event.severity == "critical"
    assert event.payload == {
        "severity": "critical",
        "rule": "Terminal shell in container",
        "output": "10:00:00.123456789: Critical A shell was spawned in a container (container_id=abc123)",
        "container_id": "abc123",
        "priority": "Critical",
        "source": "syscall",
        "timestamp": "2025-01-15T10:00:00.123456789Z",
        "detected_at": "2025-01-15T10:00:05Z",
        "hostname": "node-1",
        "tags": ["container", "shell"],
        "output_fields": {"container.id": "abc123", "evt.time": 1736935200123456789, "proc.name": "sh"},
        "event_id": event.event_id,
    }


def test_an_alert_delivered_twice_has_one_identity() -> None:
    first = parse_alert(raw_alert())
    again = parse_alert(dict(reversed(raw_alert().items())))

    assert first.event_id == again.event_id


@pytest.mark.parametrize(
    ("time", "shortened"),
    [
        ("2025-01-15T10:00:00.123456780Z", "2025-01-15T10:00:00.12345678Z"),
        ("2025-01-15T10:00:00.000000000Z", "2025-01-15T10:00:00Z"),
    ],
)
def test_an_alert_that_a_forwarder_rounded_has_the_identity_that_falco_gave_it(
    time: str, shortened: str
) -> None:
    def alert(time: str, evt_time: int, **more: JsonValue) -> JsonObject:
        return raw_alert(time=time, output_fields={"evt.time": evt_time, "proc.name": "sh"}, **more)

    posted = parse_alert(alert(time, 1736935200123456780))
    forwarded = parse_alert(alert(shortened, 1736935200123456800, uuid="x"))

    assert posted.event_id == forwarded.event_id


def test_alerts_without_time_are_told_apart_by_their_events_time() -> None:
    def alert(evt_time: int) -> JsonObject:
        return {"rule": "r", "priority": "Notice", "output_fields": {"evt.time": evt_time}}

    assert parse_alert(alert(1)).event_id != parse_alert(alert(2)).event_id


@pytest.mark.parametrize(
    "change",
    [
        {"time": "2025-01-15T10:00:00.123456790Z"},
        {"output": "another"},
        {"rule": "another"},
        {"hostname": "node-2"},
        {"output_fields": {"container.id": "abc124"}},
    ],
)
def test_alerts_that_differ_have_different_identities(change: dict[str, JsonValue]) -> None:
    assert parse_alert(raw_alert()).event_id != parse_alert(raw_alert(**change)).event_id


def test_an_alert_without_time_output_and_host_is_dated_by_its_detection() -> None:
    alert = parse_alert({"rule": "Something Modified", "priority": "Warning"})
    event = alert_event(alert, DETECTED)

    assert event.timestamp == DETECTED
    assert event.payload["timestamp"] == "2025-01-15T10:00:05Z"
    assert event.payload["output"] == "Something Modified"
    assert (event.payload["container_id"], event.payload["hostname"], event.payload["tags"]) == (
        None,
        None,
        [],
    )


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("2025-01-15T10:00:00Z", "2025-01-15T10:00:00Z"),
        ("2025-01-15T12:00:00.000000001+02:00", "2025-01-15T10:00:00.000000001Z"),
        ("0099-01-15T10:00:00,5Z", "0099-01-15T10:00:00.5Z"),
    ],
)
def test_a_time_keeps_all_its_digits(written: str, exact: str) -> None:
    assert parse_alert(raw_alert(time=written)).time_text == exact


@pytest.mark.parametrize(
    ("obj", "complaint"),
    [
        (None, "JSON object"),
        ([], "JSON object"),
        (raw_alert(rule=None), "^rule: "),
        (raw_alert(priority="Loud"), "^priority: 'Loud'"),
        (raw_alert(priority=None), "^priority: None"),
        (raw_alert(time="yesterday"), "^time: "),
        ({**raw_alert(), "output_fields": {"x": float("inf")}}, "not a JSON number"),
    ],
)
def test_what_is_no_alert_is_refused_by_the_fields_name(obj: object, complaint: str) -> None:
    with pytest.raises(InvalidAlert, match=complaint):
        parse_alert(obj)


def evidence(source: str = "aws_cloudtrail", **fields: JsonValue) -> CloudTrailRecord | None:
    written: dict[str, JsonValue] = {
        "ct.name": "ModifyInstanceAttribute",
        "ct.src": "ec2.amazonaws.com",
        "ct.region": "eu-central-1",
        "ct.user.accountid": ACCOUNT,
        "ct.user.arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/oncall",
        "ct.user": "Admin",
        "ct.user.identitytype": "AssumedRole",
    }
    written |= {name.replace("__", "."): value for name, value in fields.items()}
    return cloudtrail_evidence(parse_alert(raw_alert(source=source, output_fields=written)))


def test_the_plugins_fields_are_a_records() -> None:
    found = evidence(
        ct__id="0b1c2d3e-0000-4000-8000-000000000001",
        ct__time="2025-01-15T09:59:58Z",
        ct__error="AccessDenied",
        ct__srcip="203.0.113.17",
        ct__useragent="aws-cli/2.31.0",
        ct__readonly="false",
        ct__recipientaccountid="444455556666",
        ct__request='{"instanceId":"i-1","instanceType":{"value":"m5.large"}}',
        ct__response='{"_return":true}',
        ct__resources='[{"ARN":"arn:aws:ec2:eu-central-1:111122223333:instance/i-1"}]',
    )

    assert found is not None
    assert found.key == ("444455556666", "0b1c2d3e-0000-4000-8000-000000000001")
    assert found.event_time == datetime(2025, 1, 15, 9, 59, 58, tzinfo=UTC)
    assert found.error_code == "AccessDenied"
    assert (found.source_ip, found.user_agent, found.read_only) == ("203.0.113.17", "aws-cli/2.31.0", False)
    assert found.request == {"instanceId": "i-1", "instanceType": {"value": "m5.large"}}
    assert found.response == {"_return": True}
    assert found.resource_arns == ("arn:aws:ec2:eu-central-1:111122223333:instance/i-1",)
    assert found.parameters_omitted is False


def test_the_plugins_user_of_a_role_session_is_the_role_and_not_the_person() -> None:
    found = evidence()

    assert found is not None
    assert (found.identity.type, found.identity.user_name) == ("AssumedRole", "oncall")


def test_a_services_name_is_the_plugins_user() -> None:
    found = evidence(ct__user="rds.amazonaws.com", ct__user__identitytype="AWSService", ct__user__arn=None)

    assert found is not None
    assert (found.identity.user_name, found.invoked_by) == ("rds.amazonaws.com", "rds.amazonaws.com")


def test_without_ct_id_the_alerts_own_identity_stands_for_the_call() -> None:
    first, again, other = evidence(), evidence(), evidence(ct__name="StopInstances")

    assert first is not None
    assert again is not None
    assert other is not None
    assert first.event_id == again.event_id
    assert first.event_id.startswith("falco-")
    assert other.event_id != first.event_id


def test_fields_of_single_parameters_get_the_parameters_names_and_count_as_incomplete() -> None:
    found = evidence(
        **{"ct.request.instanceid": "i-1", "ct.request.functionname": "f", "ct.request.odd": "x"}
    )

    assert found is not None
    assert found.request == {"instanceId": "i-1", "functionName": "f", "odd": "x"}
    assert found.parameters_omitted is True


@pytest.mark.parametrize("request_text", ["{cut", "<NA>", "7"])
def test_a_request_that_is_no_json_object_counts_as_omitted(request_text: str) -> None:
    found = evidence(ct__request=request_text)

    assert found is not None
    assert (found.request, found.parameters_omitted) == ({}, True)


def test_the_short_name_of_a_service_is_enough() -> None:
    found = evidence(ct__src="<NA>", ct__shortsrc="s3")

    assert found is not None
    assert found.event_source == "s3.amazonaws.com"


@pytest.mark.parametrize(
    ("known", "source"),
    [
        (("ec2.amazonaws.com",), "ec2.amazonaws.com"),
        (("ec2.amazonaws.com", "lightsail.amazonaws.com"), None),
        ((), None),
    ],
)
def test_a_missing_service_is_never_guessed(known: tuple[str, ...], source: str | None) -> None:
    alert = parse_alert(
        raw_alert(
            source="aws_cloudtrail",
            output_fields={
                "ct.name": "StopInstances",
                "ct.region": "eu-central-1",
                "ct.user.accountid": ACCOUNT,
            },
        )
    )

    found = cloudtrail_evidence(alert, sources_of=lambda name: known if name == "StopInstances" else ())

    assert (found.event_source if found else None) == source


@pytest.mark.parametrize("missing", ["ct.name", "ct.src", "ct.region"])
def test_an_alert_that_tells_too_little_is_no_evidence(missing: str) -> None:
    assert evidence(**{missing: None}) is None


def test_an_alert_of_another_source_is_no_evidence() -> None:
    assert evidence(source="syscall") is None


def test_an_alerts_event_names_the_account_that_cloudtrail_recorded_for() -> None:
    alert = parse_alert(
        raw_alert(output_fields={"ct.recipientaccountid": "444455556666", "ct.user.accountid": ACCOUNT})
    )

    assert alert_event(alert, DETECTED).account_id == "444455556666"
