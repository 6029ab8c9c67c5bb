"""Restarts, failovers and rotations leave the configuration as it is, and are told of what is managed."""

from typing import Any

import pytest

from tests.unit.engine.scene import ACCOUNT, REGION, call, detected, managed
from tfdrift.catalog import load_catalog
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/oncall"
TOUCHES: list[tuple[str, str, dict[str, Any], Any, Severity]] = [
    (
        "rds",
        "RebootDBInstance",
        {"dBInstanceIdentifier": "Orders", "forceFailover": False},
        managed("aws_db_instance.orders", id="db-ORDERS", identifier="orders"),
        Severity.INFO,
    ),
    (
        "rds",
        "FailoverDBCluster",
        {"dBClusterIdentifier": "orders"},
        managed("aws_rds_cluster.orders", id="orders", cluster_identifier="orders"),
        Severity.INFO,
    ),
    (
        "rds",
        "StopDBCluster",
        {"dBClusterIdentifier": "orders"},
        managed("aws_docdb_cluster.orders", id="orders", cluster_identifier="orders"),
        Severity.LOW,
    ),
    (
        "ec2",
        "RebootInstances",
        {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}},
        managed("aws_instance.web", id="i-0123456789abcdef0"),
        Severity.INFO,
    ),
    (
        "kms",
        "RotateKeyOnDemand",
        {"keyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY}"},
        managed("aws_kms_key.data", id=KEY, key_id=KEY),
        Severity.INFO,
    ),
    (
        "iam",
        "EnableMFADevice",
        {"userName": "oncall", "serialNumber": DEVICE},
        managed("aws_iam_virtual_mfa_device.oncall", id=DEVICE, arn=DEVICE),
        Severity.INFO,
    ),
    (
        "redshift",
        "PauseCluster",
        {"clusterIdentifier": "warehouse"},
        managed("aws_redshift_cluster.warehouse", id="warehouse"),
        Severity.LOW,
    ),
]


@pytest.mark.parametrize(("service", "name", "request_of", "resource", "severity"), TOUCHES)
def test_an_operation_on_a_managed_resource_is_told_as_one(
    service: str, name: str, request_of: Any, resource: Any, severity: Severity
) -> None:
    (finding,) = detected(call(service, name, request_of), resource).findings
    assert (finding.address, finding.attribute) == (resource.address, None)
    assert (finding.change_type, finding.fidelity) == (ChangeType.MODIFIED, Fidelity.EVENT_ONLY)
    assert finding.severity is severity


@pytest.mark.parametrize(("service", "name", "request_of"), [touch[:3] for touch in TOUCHES])
def test_of_what_nothing_manages_an_operation_is_not_told(service: str, name: str, request_of: Any) -> None:
    assert detected(call(service, name, request_of)).findings == ()


@pytest.mark.parametrize("name", ["RotateKey", "SynchronizeMultiRegionKey"])
def test_what_a_service_does_by_schedule_is_no_change(name: str) -> None:
    (mapping,) = load_catalog().mappings("kms.amazonaws.com", name)
    assert not mapping.changes
