"""The drift record's JSON shape is design-stable and loses nothing on the way there and back."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tfdrift.domain.drift import (
    Cause,
    ChangeType,
    DriftRecord,
    DriftStatus,
    Fidelity,
    Origin,
    OriginKind,
    Resolution,
    ResolutionHow,
    Severity,
    StateReference,
    drift_id,
)
from tfdrift.domain.drift_json import drift_from_json, drift_to_json
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
    origin=Origin(OriginKind.CONSOLE, ("user agent says console",)),
    source_ip="203.0.113.7",
    user_agent="Mozilla/5.0",
    timestamp=datetime(2025, 1, 15, 10, 0, tzinfo=UTC),
    detected_at=datetime(2025, 1, 15, 10, 0, 3, 250000, tzinfo=UTC),
    cause=Cause("e-1", "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", "r-1"),
    state=StateReference("prod/terraform.tfstate", 42, "lineage-1", "states", "v7"),
    fidelity=Fidelity.EXACT,
    severity_reason="port 22 is open to the world",
    resolution=Resolution(ResolutionHow.REVERTED, "oncall", datetime(2025, 1, 15, 11, 0, tzinfo=UTC)),
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
    text = json.dumps(drift_to_json(record))
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
