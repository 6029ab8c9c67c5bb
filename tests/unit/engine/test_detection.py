"""What becomes of a record: failed, read-only, no change, unmapped, omitted; cases that users reported."""

from typing import Any

import pytest

from tests.unit.engine.scene import ACCOUNT, call, detected, managed
from tfdrift.catalog import load_catalog
from tfdrift.domain.cloudtrail_parser import parse_record
from tfdrift.domain.detection import DetectionOutcome
from tfdrift.domain.drift import Fidelity, Severity

INSTANCE_ID = "i-0123456789abcdef0"
INSTANCE = managed("aws_instance.web", id=INSTANCE_ID, arn=f"arn:aws:ec2:eu-central-1:{ACCOUNT}:instance/x")
RESIZE = {"instanceId": INSTANCE_ID, "instanceType": {"value": "t3.xlarge"}}


def test_a_failed_call_is_no_drift():
    # https://github.com/cloud-custodian/cloud-custodian/issues/9648
    record = call("ec2", "ModifyInstanceAttribute", RESIZE, error_code="Client.UnauthorizedOperation")
    found = detected(record, INSTANCE)
    assert (found.outcome, found.findings) == (DetectionOutcome.FAILED, ())


@pytest.mark.parametrize("code", ["Client.DryRunOperation", "DryRunOperation"])
def test_a_dry_run_is_no_drift(code: str):
    record = call("ec2", "TerminateInstances", RESIZE, error_code=code)
    assert detected(record, INSTANCE).outcome is DetectionOutcome.FAILED


@pytest.mark.parametrize(
    ("name", "read_only"),
    [("DescribeInstances", True), ("DescribeInstances", None), ("GetConsoleOutput", None)],
)
def test_a_reading_call_is_no_drift(name: str, read_only: bool | None):
    record = call("ec2", name, RESIZE, read_only=read_only)
    assert detected(record, INSTANCE).outcome is DetectionOutcome.READ_ONLY


def test_an_insight_is_no_drift():
    # https://github.com/fivexl/terraform-aws-cloudtrail-to-slack/issues/71
    record = call("ec2", "ModifyInstanceAttribute", RESIZE, event_type="AwsCloudTrailInsight")
    assert detected(record, INSTANCE).outcome is DetectionOutcome.NOT_A_CHANGE


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("CreateFunction20150331", "CreateFunction"),
        ("UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration"),
        ("AddPermission20150331v2", "AddPermission"),
        ("TagResource20170331v2", "TagResource"),
    ],
)
def test_a_dated_name_is_the_operation_without_its_date(written: str, name: str):
    # https://github.com/cloud-custodian/cloud-custodian/issues/3292
    function = managed("aws_lambda_function.f", id="f", function_name="f", memory_size=128, tags={})
    record = parse_record(
        {
            "eventID": "e-1",
            "eventTime": "2025-01-15T10:00:00Z",
            "eventSource": "lambda.amazonaws.com",
            "eventName": written,
            "awsRegion": "eu-central-1",
            "recipientAccountId": ACCOUNT,
            "requestParameters": {
                "functionName": "f",
                "memorySize": 256,
                "statementId": "s",
                "resource": "arn:aws:lambda:eu-central-1:111122223333:function:f",
                "tags": {"a": "b"},
            },
        }
    )
    assert record.event_name == name
    found = detected(record, function)
    assert found.outcome is DetectionOutcome.FINDINGS
    assert {f.resource_id.partition("/")[0] for f in found.findings} == {"f"}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("ec2.amazonaws.com", "AuthorizeSecurityGroupIngress"),
        ("s3.amazonaws.com", "PutBucketAcl"),
        ("ec2.amazonaws.com", "ModifyVpcAttribute"),
    ],
)
def test_events_that_were_reported_missing_are_mapped(source: str, name: str):
    # https://github.com/higakikeita/tfdrift-falco/issues/324
    (mapping,) = load_catalog().mappings(source, name)
    assert mapping.changes
    assert mapping.targets


QUEUE = managed(
    "aws_sqs_queue.jobs",
    id="https://sqs.eu-central-1.amazonaws.com/111122223333/jobs",
    arn=f"arn:aws:sqs:eu-central-1:{ACCOUNT}:jobs",
    name="jobs",
)


def test_an_unmapped_event_on_a_managed_resource_is_still_a_finding():
    record = call("sqs", "SomethingNew", {"queueName": "jobs", "attributes": {"delaySeconds": 5}})
    found = detected(record, QUEUE)
    (finding,) = found.findings
    assert found.outcome is DetectionOutcome.FINDINGS
    assert (finding.address, finding.fidelity, finding.attribute) == (
        "aws_sqs_queue.jobs",
        Fidelity.EVENT_ONLY,
        None,
    )
    assert finding.severity is Severity.LOW


@pytest.mark.parametrize("arns", [(QUEUE.attributes["arn"],), ()])
def test_the_records_resource_arns_count_too(arns: tuple[str, ...]):
    found = detected(call("sqs", "SomethingNew", resource_arns=arns), QUEUE)
    assert found.outcome is (DetectionOutcome.FINDINGS if arns else DetectionOutcome.UNMAPPED)


@pytest.mark.parametrize(
    "request_",
    [
        {"note": "jobs"},
        {"tags": [{"key": "queueName", "value": "jobs"}]},
        {"queueName": "job"},
        {"clientTokenId": "jobs"},
    ],
)
def test_a_word_that_is_no_id_names_nothing(request_: dict[str, Any]):
    assert detected(call("sqs", "SomethingNew", request_), QUEUE).outcome is DetectionOutcome.UNMAPPED


def test_a_resource_of_another_service_is_only_mentioned():
    role_arn = f"arn:aws:iam::{ACCOUNT}:role/app"
    role = managed("aws_iam_role.app", id="app", arn=role_arn, name="app")
    record = call("mediaconvert", "CreateJob", {"role": role_arn, "roleArn": role_arn})
    assert detected(record, role).outcome is DetectionOutcome.UNMAPPED


def test_an_unmapped_event_of_a_bucket_is_the_buckets_alone():
    bucket = managed("aws_s3_bucket.b", id="demo", arn="arn:aws:s3:::demo", bucket="demo")
    policy = managed("aws_s3_bucket_policy.b", id="demo", bucket="demo", policy="{}")
    found = detected(call("s3", "PutBucketSomething", {"bucketName": "demo"}), policy, bucket)
    assert [finding.address for finding in found.findings] == ["aws_s3_bucket.b"]


def test_omitted_parameters_are_told():
    arn = INSTANCE.attributes["arn"]
    record = call("ec2", "ModifyInstanceAttribute", parameters_omitted=True, resource_arns=(arn,))
    found = detected(record, INSTANCE)
    (finding,) = found.findings
    assert (finding.address, finding.fidelity) == ("aws_instance.web", Fidelity.OMITTED)
    assert (finding.attribute, finding.actual) == (None, None)


def test_a_data_event_is_no_change_of_configuration():
    record = call("sqs", "SomethingNew", {"queueName": "jobs"}, event_category="Data")
    assert detected(record, QUEUE).outcome is DetectionOutcome.NOT_A_CHANGE


def test_a_resource_in_two_states_is_one_finding():
    other = managed("module.copy.aws_instance.web", id=INSTANCE_ID, instance_type="t3.xlarge")
    first = managed("aws_instance.web", id=INSTANCE_ID, instance_type="t3.micro")
    found = detected(call("ec2", "ModifyInstanceAttribute", RESIZE), other, first)
    (finding,) = found.findings
    assert (finding.address, finding.differs) == ("aws_instance.web", True)


def test_an_attribute_of_an_unmapped_part_is_an_event_only():
    record = call("ec2", "ModifyInstanceAttribute", {"instanceId": INSTANCE_ID, "kernel": {"value": "aki-1"}})
    (finding,) = detected(
        record, managed("aws_instance.web", id=INSTANCE_ID, instance_type="t3.micro")
    ).findings
    assert (finding.fidelity, finding.attribute) == (Fidelity.EVENT_ONLY, None)


@pytest.mark.parametrize(
    "garbage", ["text", 7, None, [], [None], {"items": None}, {"items": [None, 3]}, True]
)
def test_parameters_of_another_form_are_survived(garbage: Any):
    for source, name in load_catalog().pairs():
        request = dict.fromkeys(("groupId", "ipPermissions", "bucketName", "roleName", "keyId"), garbage)
        record = call(source.partition(".")[0], name, request, request)
        assert detected(record, INSTANCE).outcome in DetectionOutcome
