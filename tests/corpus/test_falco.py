"""Every recorded Falco alert is read, keeps its exact numbers, and is CloudTrail evidence where it is any."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import Severity
from tfdrift.domain.envelopes import AlertFound, read_evidence
from tfdrift.domain.falco_alert import FalcoAlert, alert_event, cloudtrail_evidence, parse_alert

DETECTED = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def alerts(shared_data: Path) -> dict[int, FalcoAlert]:
    path = shared_data / "falco.jsonl"
    found = list(read_evidence(path.read_bytes(), name=path.name))
    assert all(isinstance(one, AlertFound) for one in found)
    return {
        number: parse_alert(one.obj)
        for number, one in enumerate(found, start=1)
        if isinstance(one, AlertFound)
    }


def test_every_alert_is_read(alerts: dict[int, FalcoAlert]) -> None:
    assert len(alerts) == 34
    assert Counter(alert.severity for alert in alerts.values()) == {
        Severity.HIGH: 1,
        Severity.MEDIUM: 17,
        Severity.LOW: 12,
        Severity.INFO: 4,
    }


def test_no_two_alerts_have_one_identity(alerts: dict[int, FalcoAlert]) -> None:
    assert len({alert.event_id for alert in alerts.values()}) == 34


def test_long_numbers_and_times_stay_exact(shared_data: Path, alerts: dict[int, FalcoAlert]) -> None:
    for line, alert in zip(
        (shared_data / "falco.jsonl").read_text().splitlines(), alerts.values(), strict=True
    ):
        written = json.loads(line)
        kept = {name: value for name, value in written.get("output_fields", {}).items() if value is not None}
        assert alert.output_fields == kept
        assert alert.time_text == written.get("time")


def test_every_alert_is_an_event_that_can_be_sent(alerts: dict[int, FalcoAlert]) -> None:
    for alert in alerts.values():
        event = alert_event(alert, DETECTED)
        frame = json.dumps(event.payload, ensure_ascii=False).encode()
        assert json.loads(frame)["rule"] == alert.rule
        assert b"\n" not in frame


def evidence(alert: FalcoAlert) -> CloudTrailRecord | None:
    return cloudtrail_evidence(alert, sources_of=lambda _: ("ec2.amazonaws.com",))


def test_alerts_of_the_cloudtrail_plugin_are_evidence_where_they_tell_enough(
    alerts: dict[int, FalcoAlert],
) -> None:
    plugin = [number for number, alert in alerts.items() if alert.source == "aws_cloudtrail"]
    found = {number: record for number, alert in alerts.items() if (record := evidence(alert)) is not None}

    assert plugin == [29, 31, 32, 33, 34]
    assert sorted(found) == [29, 31, 34]
    assert found[29].identity.user_name == "user16@example.com"
    assert found[29].request == {"instanceId": "i-0demoweb0000001", "instanceType": {"value": "t3.2xlarge"}}
    assert (found[31].identity.user_name, found[31].account_id) == ("ADMIN_OKTA_TEST", "200000000063")
    assert (found[34].event_name, found[34].parameters_omitted) == ("AuthorizeSecurityGroupIngress", True)


def test_without_a_catalog_no_service_is_guessed(alerts: dict[int, FalcoAlert]) -> None:
    assert [number for number, alert in alerts.items() if cloudtrail_evidence(alert) is not None] == []
