"""Recording, messages, events, secrets, settings, identities and the organization: what their calls set."""

import json
from typing import Any

import pytest

from tests.unit.engine.scene import ACCOUNT, REGION, call, detected, managed
from tfdrift.domain.drift import ChangeType, Fidelity, Severity
from tfdrift.domain.finding import Finding
from tfdrift.domain.managed_resource import ManagedResource

TRAIL_ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
TRAIL = managed(
    "aws_cloudtrail.main",
    id=TRAIL_ARN,
    arn=TRAIL_ARN,
    name="main",
    enable_logging=True,
    is_multi_region_trail=True,
    kms_key_id="",
    event_selector=[
        {
            "read_write_type": "All",
            "include_management_events": True,
            "exclude_management_event_sources": [],
            "data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}],
        }
    ],
    advanced_event_selector=[],
    tags={"team": "core"},
    tags_all={"team": "core"},
)


def only(record: Any, *resources: ManagedResource) -> Finding:
    """Return the one finding that differs."""
    (finding,) = [finding for finding in detected(record, *resources).findings if finding.differs]
    return finding


def seen(record: Any, *resources: ManagedResource) -> dict[str | None, tuple[Any, Any, bool]]:
    return {f.attribute: (f.expected, f.actual, f.differs) for f in detected(record, *resources).findings}


@pytest.mark.parametrize("name", ["main", TRAIL_ARN])
def test_a_stopped_trail_is_critical_by_either_name(name: str):
    finding = only(call("cloudtrail", "StopLogging", {"name": name}), TRAIL)
    assert (finding.attribute, finding.expected, finding.actual) == ("enable_logging", True, False)
    assert (finding.severity, finding.fidelity) == (Severity.CRITICAL, Fidelity.EXACT)


def test_event_selectors_are_compared_as_blocks():
    same = {
        "readWriteType": "All",
        "includeManagementEvents": True,
        "dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}],
        "excludeManagementEventSources": [],
    }
    unchanged = {"trailName": "main", "eventSelectors": [same]}
    narrowed = {"trailName": "main", "eventSelectors": [{**same, "readWriteType": "ReadOnly"}]}
    quiet = seen(call("cloudtrail", "PutEventSelectors", unchanged), TRAIL)
    assert not any(differs for _, _, differs in quiet.values())
    assert only(call("cloudtrail", "PutEventSelectors", narrowed), TRAIL).attribute == "event_selector"


def test_a_trails_tags_are_its_defaults_too():
    record = call("cloudtrail", "RemoveTags", {"resourceId": TRAIL_ARN, "tagsList": [{"key": "team"}]})
    assert seen(record, TRAIL) == {"tags": ({"team": "core"}, {}, True)}


QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/jobs"
QUEUE = managed(
    "aws_sqs_queue.jobs",
    id=QUEUE_URL,
    url=QUEUE_URL,
    name="jobs",
    visibility_timeout_seconds=30,
    kms_master_key_id="alias/jobs",
    policy="",
    redrive_policy='{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:111122223333:dead","maxReceiveCount":4}',
)
OPEN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}]}


@pytest.mark.parametrize(
    "url",
    [
        QUEUE_URL,
        f"https://{REGION}.queue.amazonaws.com/{ACCOUNT}/jobs",
        f"https://queue.amazonaws.com/{ACCOUNT}/jobs",
    ],
)
def test_a_queue_goes_by_the_urls_of_all_hosts(url: str):
    record = call("sqs", "SetQueueAttributes", {"queueUrl": url, "attributes": {"VisibilityTimeout": "100"}})
    assert seen(record, QUEUE) == {"visibility_timeout_seconds": (30, 100, True)}


def test_a_queues_policy_is_its_own_or_a_resource():
    record = call(
        "sqs", "SetQueueAttributes", {"queueUrl": QUEUE_URL, "attributes": {"Policy": json.dumps(OPEN)}}
    )
    policy = managed("aws_sqs_queue_policy.jobs", id=QUEUE_URL, queue_url=QUEUE_URL, policy="{}")
    own, other = only(record, QUEUE), only(record, QUEUE, policy)
    assert (own.address, own.attribute, own.severity) == (QUEUE.address, "policy", Severity.CRITICAL)
    assert (other.address, other.severity) == (policy.address, Severity.CRITICAL)


def test_a_redrive_policy_is_compared_as_a_document():
    same = '{"maxReceiveCount":"4","deadLetterTargetArn":"arn:aws:sqs:eu-central-1:111122223333:dead"}'
    record = call("sqs", "SetQueueAttributes", {"queueUrl": QUEUE_URL, "attributes": {"RedrivePolicy": same}})
    (finding,) = detected(record, QUEUE).findings
    assert (finding.attribute, finding.differs) == ("redrive_policy", False)


TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
TOPIC = managed(
    "aws_sns_topic.alerts",
    id=TOPIC_ARN,
    arn=TOPIC_ARN,
    name="alerts",
    policy="{}",
    kms_master_key_id="alias/a",
)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "severity"),
    [
        ("KmsMasterKeyId", "", "kms_master_key_id", Severity.HIGH),
        ("Policy", json.dumps(OPEN), "policy", Severity.CRITICAL),
    ],
)
def test_a_topics_attribute_is_named_by_the_call(name: str, value: str, attribute: str, severity: Severity):
    request = {"topicArn": TOPIC_ARN, "attributeName": name, "attributeValue": value}
    finding = only(call("sns", "SetTopicAttributes", request), TOPIC)
    assert (finding.attribute, finding.severity) == (attribute, severity)


def rule(bus: str, identifier: str) -> ManagedResource:
    return managed(
        f"aws_cloudwatch_event_rule.{bus}",
        id=identifier,
        name="nightly",
        event_bus_name=bus,
        state="ENABLED",
        schedule_expression="rate(1 day)",
        event_pattern=None,
        description="",
    )


def target(name: str) -> ManagedResource:
    return managed(
        f"aws_cloudwatch_event_target.{name}",
        id=f"nightly-{name}",
        rule="nightly",
        event_bus_name="default",
        target_id=name,
        arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        input="",
    )


@pytest.mark.parametrize(
    ("request_", "bus"),
    [
        ({"name": "nightly"}, "default"),
        ({"name": "nightly", "eventBusName": "default"}, "default"),
        ({"name": "nightly", "eventBusName": "own"}, "own"),
        ({"name": "nightly", "eventBusName": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/own"}, "own"),
    ],
)
def test_rules_of_one_name_are_told_apart_by_their_bus(request_: dict[str, Any], bus: str):
    rules = rule("default", "nightly"), rule("own", "own/nightly")
    finding = only(call("events", "DisableRule", request_), *rules)
    assert (finding.address, finding.attribute) == (f"aws_cloudwatch_event_rule.{bus}", "state")
    assert (finding.actual, finding.severity) == ("DISABLED", Severity.HIGH)


def test_each_target_of_a_call_has_its_own_attributes():
    first, second = target("first"), target("second")
    targets = [{"id": "first", "arn": first.attributes["arn"]}, {"id": "second", "arn": "arn:aws:sqs:x"}]
    finding = only(call("events", "PutTargets", {"rule": "nightly", "targets": targets}), first, second)
    assert (finding.address, finding.attribute, finding.actual) == (second.address, "arn", "arn:aws:sqs:x")


def test_a_removed_target_is_deleted():
    first, second = target("first"), target("second")
    found = detected(
        call("events", "RemoveTargets", {"rule": "nightly", "ids": ["first", "second"]}), first, second
    )
    assert {(f.address, f.change_type) for f in found.findings} == {
        (first.address, ChangeType.DELETED),
        (second.address, ChangeType.DELETED),
    }


SECRET_ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf"
SECRET = managed(
    "aws_secretsmanager_secret.db", id=SECRET_ARN, arn=SECRET_ARN, name="prod/db", description="", policy=""
)
VERSION = managed(
    "aws_secretsmanager_secret_version.db",
    id=f"{SECRET_ARN}|v1",
    arn=SECRET_ARN,
    secret_id=SECRET_ARN,
    secret_string="fingerprint:ab",
)


@pytest.mark.parametrize("name", ["prod/db", SECRET_ARN, SECRET_ARN.removesuffix("-AbCdEf")])
def test_a_secrets_new_value_is_told_and_not_shown(name: str):
    record = call("secretsmanager", "PutSecretValue", {"secretId": name}, {"aRN": SECRET_ARN})
    (finding,) = detected(record, SECRET, VERSION).findings
    assert (finding.attribute, finding.actual, finding.fidelity) == ("secret_string", None, Fidelity.PARTIAL)
    assert finding.address == VERSION.address


def test_a_secrets_description_is_no_new_value():
    record = call(
        "secretsmanager", "UpdateSecret", {"secretId": "prod/db", "description": "x"}, {"aRN": SECRET_ARN}
    )
    assert seen(record, SECRET, VERSION) == {"description": ("", "x", True)}


def test_a_masked_parameter_is_partial():
    parameter = managed(
        "aws_ssm_parameter.p", id="/p", name="/p", type="String", value="fingerprint:ab", tier="Standard"
    )
    request = {
        "name": "/p",
        "value": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "type": "SecureString",
        "overwrite": True,
    }
    found = {
        f.attribute: (f.actual, f.fidelity)
        for f in detected(call("ssm", "PutParameter", request), parameter).findings
        if f.differs
    }
    assert found == {"value": (None, Fidelity.PARTIAL), "type": ("SecureString", Fidelity.EXACT)}


GROUP = managed(
    "aws_cloudwatch_log_group.app", id="/app", name="/app", retention_in_days=30, kms_key_id="", tags={}
)


def test_a_log_groups_retention_ends_and_its_tags_go_by_arn():
    never = only(call("logs", "DeleteRetentionPolicy", {"logGroupName": "/app"}), GROUP)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app:*"
    tagged = only(call("logs", "TagResource", {"resourceArn": arn, "tags": {"a": "1"}}), GROUP)
    assert (never.attribute, never.expected, never.actual) == ("retention_in_days", 30, 0)
    assert (tagged.attribute, tagged.actual, tagged.severity) == ("tags", {"a": "1"}, Severity.LOW)


ALARM = managed(
    "aws_cloudwatch_metric_alarm.cpu",
    id="cpu",
    alarm_name="cpu",
    threshold=80,
    dimensions={"InstanceId": "i-1"},
    actions_enabled=True,
)


def test_an_alarms_threshold_and_dimensions():
    request = {"alarmName": "cpu", "threshold": 99.0, "dimensions": [{"name": "InstanceId", "value": "i-1"}]}
    finding = only(call("monitoring", "PutMetricAlarm", request), ALARM)
    assert (finding.attribute, finding.expected, finding.actual) == ("threshold", 80, 99)


def test_a_silenced_alarm_is_high_and_each_alarm_of_a_call_is_found():
    composite = managed(
        "aws_cloudwatch_composite_alarm.all", id="all", alarm_name="all", actions_enabled=True
    )
    found = detected(
        call("monitoring", "DisableAlarmActions", {"alarmNames": ["cpu", "all"]}), ALARM, composite
    )
    assert {(f.address, f.severity) for f in found.findings} == {
        (ALARM.address, Severity.HIGH),
        (composite.address, Severity.HIGH),
    }


SET_ARN, INSTANCE = "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "arn:aws:sso:::instance/ssoins-1"
SET = managed(
    "aws_ssoadmin_permission_set.ops",
    id=f"{SET_ARN},{INSTANCE}",
    arn=SET_ARN,
    name="ops",
    session_duration="PT1H",
)
ON_SET = {"permissionSetArn": SET_ARN, "instanceArn": INSTANCE}


def test_every_permission_for_a_permission_set_is_critical():
    admin = {"managedPolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    finding = only(call("sso", "AttachManagedPolicyToPermissionSet", {**ON_SET, **admin}), SET)
    assert (finding.managed, finding.parent, finding.severity) == (False, SET, Severity.CRITICAL)


def test_an_assignment_goes_by_all_its_parts():
    parts = {"principalId": "p", "principalType": "GROUP", "targetId": ACCOUNT, "targetType": "AWS_ACCOUNT"}
    assignment = managed(
        "aws_ssoadmin_account_assignment.a",
        id="x",
        principal_id="p",
        principal_type="GROUP",
        target_id=ACCOUNT,
        target_type="AWS_ACCOUNT",
        permission_set_arn=SET_ARN,
        instance_arn=INSTANCE,
    )
    finding = only(call("sso", "DeleteAccountAssignment", {**ON_SET, **parts}), SET, assignment)
    assert (finding.address, finding.change_type) == (assignment.address, ChangeType.DELETED)


def test_the_organizations_policy_types_are_added_to():
    organization = managed(
        "aws_organizations_organization.o",
        id="o-1",
        arn=f"arn:aws:organizations::{ACCOUNT}:organization/o-1",
        enabled_policy_types=["SERVICE_CONTROL_POLICY"],
    )
    record = call("organizations", "EnablePolicyType", {"rootId": "r-1", "policyType": "TAG_POLICY"})
    assert only(record, organization).actual == ["SERVICE_CONTROL_POLICY", "TAG_POLICY"]


def test_detectors_features_are_resources_of_their_own():
    detector = managed("aws_guardduty_detector.d", id="d1", enable=True)
    feature = managed(
        "aws_guardduty_detector_feature.s3",
        id="d1/S3_DATA_EVENTS",
        detector_id="d1",
        name="S3_DATA_EVENTS",
        status="ENABLED",
    )
    features = [
        {"name": "EKS_AUDIT_LOGS", "status": "ENABLED"},
        {"name": "S3_DATA_EVENTS", "status": "DISABLED"},
    ]
    found = detected(
        call("guardduty", "UpdateDetector", {"detectorId": "d1", "features": features}), detector, feature
    )
    managed_ones = [f for f in found.findings if f.managed and f.differs]
    assert [(f.address, f.attribute, f.actual) for f in managed_ones] == [
        (feature.address, "status", "DISABLED")
    ]


def test_the_same_budget_in_another_spelling_is_no_difference():
    budget = managed(
        "aws_budgets_budget.b", id=f"{ACCOUNT}:b", account_id=ACCOUNT, name="b", limit_amount="100.0"
    )
    request = {
        "accountId": ACCOUNT,
        "newBudget": {"budgetName": "b", "budgetLimit": {"amount": "100", "unit": "USD"}},
    }
    assert not any(f.differs for f in detected(call("budgets", "UpdateBudget", request), budget).findings)


def test_shared_resources_and_principals_are_associations():
    share = managed("aws_ram_resource_share.s", id="arn:s", arn="arn:s")
    request = {"resourceShareArn": "arn:s", "principals": ["444455556666"], "resourceArns": ["arn:r"]}
    found = detected(call("ram", "AssociateResourceShare", request), share).findings
    assert {(f.resource_type, f.resource_id, f.severity) for f in found} == {
        ("aws_ram_principal_association", "arn:s,444455556666", Severity.HIGH),
        ("aws_ram_resource_association", "arn:s,arn:r", Severity.HIGH),
    }
    assert [f.parent for f in found] == [share, share]


def test_the_consoles_directory_is_the_identity_store():
    request = {"identityStoreId": "d-1", "groupId": "g", "member": {"memberId": "u"}}
    membership = managed(
        "aws_identitystore_group_membership.m",
        id="d-1/m",
        identity_store_id="d-1",
        group_id="g",
        member_id="u",
        membership_id="m",
    )
    finding = only(call("sso-directory", "RemoveMemberFromGroup", request), membership)
    assert (finding.address, finding.change_type) == (membership.address, ChangeType.DELETED)


def test_a_masked_name_is_no_id():
    request = {"userPoolId": "p_1", "username": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    assert detected(call("cognito-idp", "AdminDisableUser", request)).findings == ()
