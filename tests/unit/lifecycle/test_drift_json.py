"""The drift record's JSON shape is design-stable and loses nothing on the way there and back."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tfdrift.domain.drift import (
    Acknowledgement,
    Cause,
    ChangeType,
    Confidence,
    DriftRecord,
    DriftStatus,
    Fidelity,
    HistoryEntry,
    Holder,
    Origin,
    OriginKind,
    Resolution,
    ResolutionHow,
    Severity,
    StateReference,
    TransitionName,
    drift_id,
)
from tfdrift.domain.drift_json import drift_detail_to_json, drift_from_json, drift_to_json
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.timestamps import format_time, parse_time

RECORD = DriftRecord(
    id=drift_id("111122223333", "eu-west-1", "aws_security_group", "sg-0a1", "ingress"),
    status=DriftStatus.RESOLVED,
    change_type=ChangeType.MODIFIED,
    severity=Severity.CRITICAL,
    provider="aws",
    account_id="111122223333",
    region="eu-west-1",
    resource_type="aws_security_group",
    resource_id="sg-0a1",
    resource_address='module.web["a.b"].aws_security_group.this[0]',
    managed=True,
    attribute="ingress",
    old_value=[{"from_port": 443, "cidr_blocks": ["10.0.0.0/8"]}],
    new_value=[{"from_port": 22, "cidr_blocks": ["0.0.0.0/0"], "big": 1234567890123456789}],
    user_identity=UserIdentity("AssumedRole", "oncall", "arn:aws:sts::111122223333:assumed-role/Ops/oncall"),
    origin=Origin(OriginKind.CONSOLE, ("user agent says console",), Confidence.MEDIUM),
    source_ip="203.0.113.7",
    user_agent="Mozilla/5.0",
    timestamp=datetime(2025, 1, 15, 10, 0, tzinfo=UTC),
    detected_at=datetime(2025, 1, 15, 10, 0, 3, 250000, tzinfo=UTC),
    cause=Cause("e-1", "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", "r-1"),
    state=StateReference("prod/terraform.tfstate", 42, "lineage-1", "states", "v7"),
    fidelity=Fidelity.EXACT,
    severity_reason="port 22 is open to the world",
    resolution=Resolution(ResolutionHow.REVERTED, "oncall", datetime(2025, 1, 15, 11, 0, tzinfo=UTC)),
    also_managed_by=(Holder("aws_security_group.copy", StateReference("old.tfstate", 3, "lineage-2")),),
    report_reason="a reason",
    acknowledgement=Acknowledgement(
        "oncall", datetime(2025, 1, 15, 10, 5, tzinfo=UTC), "known", datetime(2025, 1, 16, tzinfo=UTC)
    ),
    history=(
        HistoryEntry(
            TransitionName.OPENED,
            DriftStatus.OPEN,
            datetime(2025, 1, 15, 10, 0, tzinfo=UTC),
            "oncall",
            "ec2.amazonaws.com AuthorizeSecurityGroupIngress",
            "drift:1:e-1",
        ),
    ),
)


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        dataclasses.replace(
            RECORD,
            state=None,
            resolution=None,
            attribute=None,
            resource_address=None,
            managed=False,
            source_ip=None,
            user_agent=None,
            user_identity=UserIdentity("Root", mfa=True),
        ),
    ],
)
def test_a_record_comes_back_as_it_was(record: DriftRecord) -> None:
    # given a record, when it goes through JSON text
    text = json.dumps(drift_detail_to_json(record))
    # then the same record comes out, also with fields of a later version beside
    assert drift_from_json({**json.loads(text), "field_of_tomorrow": 1}) == record


def test_the_contract_s_fields_come_first_and_times_end_with_z() -> None:
    obj = drift_to_json(RECORD)
    assert list(obj)[:7] == [
        "severity",
        "resource_type",
        "resource_id",
        "old_value",
        "new_value",
        "user_identity",
        "timestamp",
    ]
    assert obj["timestamp"] == "2025-01-15T10:00:00Z"
    assert obj["detected_at"] == "2025-01-15T10:00:03.250000Z"


@pytest.mark.parametrize("field", ["id", "cause", "user_identity", "timestamp"])
def test_a_missing_field_is_named(field: str) -> None:
    obj = drift_to_json(RECORD)
    del obj[field]
    with pytest.raises(ValueError, match=field):
        drift_from_json(obj)


def test_times_of_other_offsets_become_utc() -> None:
    tokyo = datetime(2025, 1, 15, 19, 0, tzinfo=timezone(timedelta(hours=9)))
    assert format_time(tokyo) == "2025-01-15T10:00:00Z"
    assert parse_time("2025-01-15T19:00:00+09:00") == parse_time("2025-01-15T10:00:00")


def test_a_record_of_an_earlier_version_is_read() -> None:
    obj = drift_to_json(RECORD)
    for field in ("kind", "group", "also_managed_by", "report_reason", "acknowledgement", "import"):
        del obj[field]
    origin = obj["origin"]
    assert isinstance(origin, dict)
    del origin["confidence"]
    read = drift_from_json(obj)
    assert (read.history, read.acknowledgement, read.also_managed_by) == ((), None, ())
    assert read.origin.confidence is Confidence.LOW


def test_the_history_is_in_the_detail_alone() -> None:
    assert "history" not in drift_to_json(RECORD)
    detail = drift_detail_to_json(RECORD)
    assert detail["history"] == [
        {
            "transition": "opened",
            "status": "open",
            "at": "2025-01-15T10:00:00Z",
            "by": "oncall",
            "reason": "ec2.amazonaws.com AuthorizeSecurityGroupIngress",
            "event_id": "drift:1:e-1",
        }
    ]


@pytest.mark.parametrize(("field", "value"), [("history", {}), ("history", [1]), ("also_managed_by", "x")])
def test_a_list_that_is_none_is_named(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        drift_from_json({**drift_detail_to_json(RECORD), field: value})


def test_what_was_created_without_terraform_is_a_kind_of_its_own_with_an_import_block() -> None:
    created = dataclasses.replace(
        RECORD,
        managed=False,
        change_type=ChangeType.CREATED,
        resource_type="aws_s3_bucket",
        resource_id="team-logs",
    )
    obj = drift_to_json(created)
    assert (obj["kind"], obj["group"]) == ("unmanaged", "111122223333:e-1")
    assert obj["import"] == {
        "address": "aws_s3_bucket.team_logs",
        "id": "team-logs",
        "block": 'import {\n  to = aws_s3_bucket.team_logs\n  id = "team-logs"\n}\n',
    }
    of_terraform = drift_to_json(RECORD)
    assert (of_terraform["kind"], of_terraform["import"]) == ("drift", None)
