"""Lambda, RDS and KMS: what their calls set, and the several names of one thing."""

import json
from typing import Any

import pytest

from tests.unit.engine.scene import call, detected, managed
from tfdrift.domain.detection import DetectionOutcome
from tfdrift.domain.drift import ChangeType, Fidelity, Severity

FUNCTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:orders"
FUNCTION = managed(
    "aws_lambda_function.orders",
    id="orders",
    arn=FUNCTION_ARN,
    function_name="orders",
    memory_size=128,
    timeout=30,
    role="arn:aws:iam::111122223333:role/orders",
    handler="index.handler",
    layers=["arn:aws:lambda:eu-central-1:111122223333:layer:x:1"],
    environment=[{"variables": {"TOKEN": "fingerprint:ab"}}],
    vpc_config=[],
    tracing_config=[{"mode": "PassThrough"}],
    kms_key_arn="",
    reserved_concurrent_executions=-1,
    source_code_hash="PoaAEeOCmEFZojnrhEJvNzs+jg7/w1lL9GiFYvlM6aw=",
    tags={},
)


@pytest.mark.parametrize(
    "name",
    ["orders", FUNCTION_ARN, "111122223333:function:orders", f"{FUNCTION_ARN}:$LATEST", "function:orders"],
)
def test_a_function_goes_by_name_and_arn(name: str):
    record = call("lambda", "UpdateFunctionConfiguration", {"functionName": name, "memorySize": 1024})
    (finding,) = detected(record, FUNCTION).findings
    assert (finding.attribute, finding.expected, finding.actual) == ("memory_size", 128, 1024)


def configure(**request: Any) -> Any:
    return call("lambda", "UpdateFunctionConfiguration", {"functionName": "orders", **request})


def test_the_environment_is_hidden_and_its_secrets_stay_so():
    (finding,) = detected(configure(environment={"variables": {"TOKEN": "plain"}}), FUNCTION).findings
    assert (finding.attribute, finding.fidelity, finding.actual) == ("environment", Fidelity.PARTIAL, None)


def test_numbers_and_blocks_of_a_function_are_compared():
    found = detected(
        configure(timeout="30", tracingConfig={"mode": "Active"}, vpcConfig={"subnetIds": []}), FUNCTION
    )
    assert {finding.attribute: finding.differs for finding in found.findings} == {
        "timeout": False,
        "tracing_config[0].mode": True,
        "vpc_config[0].subnet_ids": False,
    }


def test_new_code_is_partial_or_exact_by_what_the_state_holds():
    record = call(
        "lambda", "UpdateFunctionCode", {"functionName": "orders", "dryRun": False}, {"codeSha256": "new="}
    )
    exact = managed("aws_lambda_function.new", id="orders", function_name="orders", code_sha256="old=")
    (partial,) = detected(record, FUNCTION).findings
    (known,) = detected(record, exact).findings
    assert (partial.attribute, partial.fidelity) == ("source_code_hash", Fidelity.PARTIAL)
    assert (known.attribute, known.actual, known.fidelity) == ("code_sha256", "new=", Fidelity.EXACT)
    assert known.severity is Severity.HIGH


def test_a_dry_run_is_no_change():
    record = call("lambda", "UpdateFunctionCode", {"functionName": "orders", "dryRun": True})
    assert detected(record, FUNCTION).outcome is DetectionOutcome.FAILED


def test_a_permission_is_found_by_function_and_statement():
    permission = managed(
        "aws_lambda_permission.events",
        id="events",
        function_name="orders",
        statement_id="events",
        principal="s3",
    )
    request = {"functionName": FUNCTION_ARN, "statementId": "events"}
    (gone,) = detected(call("lambda", "RemovePermission", request), FUNCTION, permission).findings
    (new,) = detected(
        call("lambda", "AddPermission", {**request, "statementId": "evil", "principal": "*"}), FUNCTION
    ).findings
    assert (gone.address, gone.change_type) == (permission.address, ChangeType.DELETED)
    assert (new.managed, new.parent, new.severity) == (False, FUNCTION, Severity.HIGH)


def test_concurrency_returns_to_unreserved():
    (finding,) = detected(
        call("lambda", "DeleteFunctionConcurrency", {"functionName": "orders"}), FUNCTION
    ).findings
    assert not finding.differs


def test_a_url_without_authentication_is_critical():
    url = managed(
        "aws_lambda_function_url.o", id="orders", function_name="orders", authorization_type="AWS_IAM"
    )
    request = {"functionName": "orders", "authType": "NONE"}
    (finding,) = detected(call("lambda", "UpdateFunctionUrlConfig", request), url).findings
    assert (finding.attribute, finding.severity) == ("authorization_type", Severity.CRITICAL)


DATABASE = managed(
    "aws_db_instance.main",
    id="db-PVD6KZ2WX76FJ7CJXVUNMEM2VQ",
    identifier="prod",
    resource_id="db-PVD6KZ2WX76FJ7CJXVUNMEM2VQ",
    publicly_accessible=False,
    deletion_protection=True,
    allocated_storage=20,
    port=5432,
    password="fingerprint:00ff",
    engine_version="14",
    maintenance_window="sun:05:00-sun:06:00",
    performance_insights_kms_key_id="arn:aws:kms:eu-central-1:111122223333:key/1234abcd",
    enabled_cloudwatch_logs_exports=["audit"],
)


def modify(**request: Any) -> Any:
    return call("rds", "ModifyDBInstance", {"dBInstanceIdentifier": "PROD", **request})


def test_an_instance_whose_id_is_its_resource_id_is_found_by_its_identifier():
    # https://github.com/hashicorp/terraform-provider-aws/issues/31232
    found = detected(
        modify(publiclyAccessible=True, deletionProtection=False, applyImmediately=True), DATABASE
    )
    assert [(f.attribute, f.actual, f.severity) for f in found.findings] == [
        ("deletion_protection", False, Severity.HIGH),
        ("publicly_accessible", True, Severity.CRITICAL),
    ]
    assert {f.resource_id for f in found.findings} == {"db-PVD6KZ2WX76FJ7CJXVUNMEM2VQ"}


@pytest.mark.parametrize(
    "request_",
    [
        {"allocatedStorage": "20"},
        {"dBPortNumber": 5432},
        {"preferredMaintenanceWindow": "Sun:05:00-Sun:06:00"},
        {"performanceInsightsKMSKeyId": "1234abcd"},
        {"newDBInstanceIdentifier": "Prod"},
        {"engineVersion": "14.7"},
        {"engineVersion": "14"},
    ],
)
def test_values_are_compared_as_terraform_sees_them(request_: dict[str, Any]):
    (finding,) = detected(modify(**request_), DATABASE).findings
    assert not finding.differs


@pytest.mark.parametrize("version", ["15.2", "1", "140.1", "13"])
def test_another_engine_version_is_a_difference(version: str):
    (finding,) = detected(modify(engineVersion=version), DATABASE).findings
    assert (finding.expected, finding.actual, finding.differs) == ("14", version, True)


def test_an_alias_is_not_the_key_that_its_name_ends_in():
    # https://github.com/cloud-custodian/cloud-custodian/issues/9616
    alias = "arn:aws:kms:eu-central-1:111122223333:alias/my/kms/for/1234abcd"
    (finding,) = detected(modify(performanceInsightsKMSKeyId=alias), DATABASE).findings
    assert finding.differs


@pytest.mark.parametrize("mask", ["****", "HIDDEN_DUE_TO_SECURITY_REASONS", "leaked"])
def test_a_new_password_is_seen_and_never_shown(mask: str):
    (finding,) = detected(modify(masterUserPassword=mask), DATABASE).findings
    assert (finding.attribute, finding.differs, finding.actual) == ("password", True, None)
    assert finding.fidelity is Fidelity.PARTIAL


def test_log_exports_are_added_and_taken_away_in_one_call():
    exports = {"enableLogTypes": ["error"], "disableLogTypes": ["audit"]}
    (finding,) = detected(modify(cloudwatchLogsExportConfiguration=exports), DATABASE).findings
    assert (finding.attribute, finding.actual) == ("enabled_cloudwatch_logs_exports", ["error"])


def test_parameters_are_merged_by_name():
    group = managed(
        "aws_db_parameter_group.pg",
        id="pg",
        name="pg",
        parameter=[{"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"}],
    )
    parameters = [{"parameterName": "rds.force_ssl", "parameterValue": "0", "applyMethod": "immediate"}]
    request = {"dBParameterGroupName": "pg", "parameters": parameters}
    (off,) = detected(call("rds", "ModifyDBParameterGroup", request), group).findings
    parameters[0]["parameterValue"] = "1"
    (same,) = detected(call("rds", "ModifyDBParameterGroup", request), group).findings
    assert (off.attribute, off.differs, same.differs) == ("parameter", True, False)


def test_a_snapshot_shared_with_all_is_critical():
    snapshot = managed("aws_db_snapshot.s", id="snap", db_snapshot_identifier="snap", shared_accounts=[])
    request = {"dBSnapshotIdentifier": "snap", "attributeName": "restore", "valuesToAdd": ["all"]}
    (finding,) = detected(call("rds", "ModifyDBSnapshotAttribute", request), snapshot).findings
    assert (finding.attribute, finding.actual, finding.severity) == (
        "shared_accounts",
        ["all"],
        Severity.CRITICAL,
    )


KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:eu-central-1:111122223333:key/{KEY_ID}"
KEY = managed(
    "aws_kms_key.main",
    id=KEY_ID,
    key_id=KEY_ID,
    arn=KEY_ARN,
    enable_key_rotation=True,
    is_enabled=True,
    policy=json.dumps({"Statement": []}),
    tags={"Dept": "IT"},
)


@pytest.mark.parametrize("key_id", [KEY_ID, KEY_ARN])
def test_a_scheduled_deletion_is_critical_and_can_be_taken_back(key_id: str):
    (gone,) = detected(
        call("kms", "ScheduleKeyDeletion", {"keyId": key_id, "pendingWindowInDays": 7}), KEY
    ).findings
    back = detected(call("kms", "CancelKeyDeletion", {"keyId": key_id}), KEY).findings
    assert (gone.attribute, gone.change_type, gone.severity) == (None, ChangeType.DELETED, Severity.CRITICAL)
    assert [(finding.attribute, finding.differs) for finding in back] == [(None, False), ("is_enabled", True)]


def test_rotation_tags_and_policy_of_a_key():
    (rotation,) = detected(call("kms", "DisableKeyRotation", {"keyId": KEY_ARN}), KEY).findings
    tagged = call("kms", "TagResource", {"keyId": KEY_ID, "tags": [{"tagKey": "Dept", "tagValue": "HR"}]})
    (tags,) = detected(tagged, KEY).findings
    (policy,) = detected(
        call(
            "kms",
            "PutKeyPolicy",
            {
                "keyId": KEY_ID,
                "policy": json.dumps(
                    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}
                ),
            },
        ),
        KEY,
    ).findings
    assert (rotation.attribute, rotation.actual, rotation.severity) == (
        "enable_key_rotation",
        False,
        Severity.HIGH,
    )
    assert (tags.expected, tags.actual) == ({"Dept": "IT"}, {"Dept": "HR"})
    assert policy.severity is Severity.CRITICAL


def test_an_alias_names_its_own_resource_and_the_record_names_the_key():
    alias = managed("aws_kms_alias.a", id="alias/my/app", name="alias/my/app", target_key_id=KEY_ID)
    request = {"aliasName": "alias/my/app", "targetKeyId": KEY_ARN}
    (same,) = detected(call("kms", "UpdateAlias", request), alias, KEY).findings
    (by_arn,) = detected(
        call("kms", "DisableKey", {"keyId": "alias/my/app"}, resource_arns=(KEY_ARN,)), KEY
    ).findings
    assert (same.attribute, same.differs) == ("target_key_id", False)
    assert by_arn.address == "aws_kms_key.main"


def test_a_grant_of_a_person_is_told_and_a_services_is_not():
    request = {"keyId": KEY_ARN, "granteePrincipal": "arn:aws:iam::444455556666:role/other"}
    made = call("kms", "CreateGrant", request, {"grantId": "g-1"})
    by_service = call("kms", "CreateGrant", request, {"grantId": "g-1"}, invoked_by="ec2.amazonaws.com")
    (finding,) = detected(made, KEY).findings
    assert (finding.resource_id, finding.parent, finding.severity) == (f"{KEY_ID}:g-1", KEY, Severity.HIGH)
    assert detected(by_service, KEY).findings == ()


def test_a_state_that_names_a_function_by_its_arn_is_found():
    permission = managed(
        "aws_lambda_permission.p", id="p", function_name=FUNCTION_ARN, statement_id="p", principal="s3"
    )
    record = call("lambda", "RemovePermission", {"functionName": "orders", "statementId": "p"})
    (finding,) = detected(record, permission).findings
    assert finding.address == "aws_lambda_permission.p"


def test_tags_on_top_of_an_unknown_change_are_partial():
    record = call("kms", "TagResource", {"keyId": KEY_ID, "tags": [{"tagKey": "a", "tagValue": "b"}]})
    (finding,) = detected(record, KEY, opened={("aws_kms_key.main", "tags"): None}).findings
    assert (finding.fidelity, finding.actual) == (Fidelity.PARTIAL, {"Dept": "IT", "a": "b"})
