"""The ingest stack: sources, queues, functions and how they hang together."""

from typing import Any

import pytest

from tests.support.templates import Template, as_list

FUNCTIONS = {
    "CloudTrail": "cloudtrail",
    "LogFiles": "cloudtrail",
    "State": "tfstate",
    "Falco": "falco",
    "Api": "api",
    "Held": "held",
}


def queue_of(template: Template, name: str) -> tuple[str, dict[str, Any]]:
    """Return logical id and properties of a work queue (not of its dead letters)."""
    ((logical_id, properties),) = (
        (logical_id, properties)
        for logical_id, properties in template.of_type("AWS::SQS::Queue").items()
        if logical_id.startswith(name) and "DeadLetters" not in logical_id
    )
    return logical_id, properties


def rule_with(template: Template, detail_type: str) -> dict[str, Any]:
    (rule,) = (
        rule
        for rule in template.of_type("AWS::Events::Rule").values()
        if detail_type in rule.get("EventPattern", {}).get("detail-type", [])
    )
    return rule


@pytest.mark.parametrize(("name", "handler"), sorted(FUNCTIONS.items()))
def test_a_function_runs_its_handler_and_is_traced_and_logged(
    ingest: Template, name: str, handler: str
) -> None:
    function = ingest.resource(f"{name}Function", "AWS::Lambda::Function")
    assert function["Handler"] == f"handlers.{handler}.handler.handler"
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert {"TFDRIFT_EVENTS_TABLE", "TFDRIFT_STATE_TABLE", "TFDRIFT_FEED_TABLE"} <= set(
        function["Environment"]["Variables"]
    )


def test_every_log_group_forgets(ingest: Template, stream: Template) -> None:
    groups = [
        *ingest.of_type("AWS::Logs::LogGroup").values(),
        *stream.of_type("AWS::Logs::LogGroup").values(),
    ]
    assert [group["RetentionInDays"] for group in groups] == [30] * 8


def test_only_functions_that_meet_secrets_know_the_fingerprint_key(ingest: Template) -> None:
    knowing = {
        name
        for name in FUNCTIONS
        if "TFDRIFT_FINGERPRINT_SECRET_ARN"
        in ingest.resource(f"{name}Function", "AWS::Lambda::Function")["Environment"]["Variables"]
    }
    assert knowing == {"CloudTrail", "LogFiles", "State", "Falco", "Held"}


@pytest.mark.parametrize(
    ("queue_name", "name"),
    [
        ("CloudTrailQueue", "CloudTrail"),
        ("LogFileQueue", "LogFiles"),
        ("StateQueue", "State"),
        ("FalcoQueue", "Falco"),
    ],
)
def test_a_queue_feeds_its_function_and_only_failed_messages_come_back(
    ingest: Template, queue_name: str, name: str
) -> None:
    logical_id, queue = queue_of(ingest, queue_name)
    mapping = ingest.resource(f"{name}Function", "AWS::Lambda::EventSourceMapping")
    function = ingest.resource(f"{name}Function", "AWS::Lambda::Function")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [logical_id, "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_every_work_queue_redrives_into_dead_letters_that_are_kept_longest(ingest: Template) -> None:
    queues = ingest.of_type("AWS::SQS::Queue")
    dead = {name for name in queues if "DeadLetters" in name}
    redriven = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for name, queue in queues.items()
        if name not in dead
    }
    # that of the scheduled pass takes what its rule could not hand over, and what its function failed
    (scheduled,) = [name for name in dead if name.startswith("HeldDeadLetters")]
    assert redriven == dead - {scheduled}
    assert len(redriven) == 4
    assert {queues[name]["MessageRetentionPeriod"] for name in dead} == {14 * 24 * 3600}


def test_every_queue_is_encrypted_and_refuses_plain_http(ingest: Template) -> None:
    queues = ingest.of_type("AWS::SQS::Queue")
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())
    closed = {
        policy["Queues"][0]["Ref"]
        for policy in ingest.of_type("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert closed == set(queues)


def test_only_aws_itself_may_hand_in_management_events(ingest: Template) -> None:
    rule = rule_with(ingest, "AWS API Call via CloudTrail")
    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"]["source"] == [{"prefix": "aws."}]
    logical_id, _ = queue_of(ingest, "CloudTrailQueue")
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [logical_id, "Arn"]}
    assert "DeadLetterConfig" in target


def test_other_sources_may_be_named(configured: dict[str, Template]) -> None:
    rule = rule_with(configured["Ingest"], "AWS API Call via CloudTrail")
    assert rule["EventPattern"]["source"] == [{"prefix": "aws."}, "example.audit"]


def test_whole_files_have_more_time_than_single_calls_and_come_one_by_one(ingest: Template) -> None:
    timeouts = {
        name: ingest.resource(f"{name}Function", "AWS::Lambda::Function")["Timeout"] for name in FUNCTIONS
    }
    assert timeouts == {"CloudTrail": 60, "LogFiles": 300, "State": 300, "Falco": 60, "Api": 60, "Held": 60}
    assert ingest.resource("LogFilesFunction", "AWS::Lambda::EventSourceMapping")["BatchSize"] == 1


def test_new_log_files_are_announced_to_a_queue_of_their_own(ingest: Template) -> None:
    bucket = ingest.resource("CloudTrailSourceLogFiles", "AWS::S3::Bucket")
    (announced,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    logical_id, _ = queue_of(ingest, "LogFileQueue")
    assert announced["Queue"] == {"Fn::GetAtt": [logical_id, "Arn"]}
    assert announced["Filter"]["S3Key"]["Rules"] == [
        {"Name": "prefix", "Value": "AWSLogs/"},
        {"Name": "suffix", "Value": ".json.gz"},
    ]


def test_the_log_file_bucket_waits_for_the_queue_to_let_it_in(ingest: Template) -> None:
    # S3 refuses a notification to a queue that it may not send to.
    (resource,) = (
        resource
        for name, resource in ingest.body["Resources"].items()
        if name.startswith("CloudTrailSourceLogFiles") and resource["Type"] == "AWS::S3::Bucket"
    )
    policies = set(ingest.of_type("AWS::SQS::QueuePolicy"))
    assert policies & set(as_list(resource["DependsOn"]))


def test_a_trail_of_all_regions_writes_the_log_files(ingest: Template) -> None:
    trail = ingest.only("AWS::CloudTrail::Trail")
    assert trail["IsMultiRegionTrail"] is True
    assert trail["IncludeGlobalServiceEvents"] is True
    assert trail["EnableLogFileValidation"] is True
    assert trail["EventSelectors"] == [{"IncludeManagementEvents": True, "ReadWriteType": "WriteOnly"}]


def test_no_trail_is_made_where_the_account_has_one(configured: dict[str, Template]) -> None:
    assert configured["Ingest"].of_type("AWS::CloudTrail::Trail") == {}


def test_log_files_of_an_existing_trail_are_read(configured: dict[str, Template]) -> None:
    ingest = configured["Ingest"]
    reading = [
        str(resource)
        for name, statement in ingest.statements()
        if name.startswith("LogFilesRole") and "s3:GetObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]
    assert len([resource for resource in reading if "trail-of-the-organisation/*" in resource]) == 1
    # Its owner needs the queue's ARN for the bucket's notifications.
    assert "LogFileQueueArn" in ingest.body["Outputs"]


def test_a_new_state_version_is_announced_but_not_its_lock_file(ingest: Template) -> None:
    bucket = ingest.resource("StateSourceBucket", "AWS::S3::Bucket")
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    rule = rule_with(ingest, "Object Created")
    assert rule["EventPattern"]["source"] == ["aws.s3"]
    assert rule["EventPattern"]["detail-type"] == ["Object Created", "Object Deleted"]
    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"suffix": ".tfstate"}]}


def test_existing_state_buckets_are_watched_and_read_and_none_is_made(
    configured: dict[str, Template],
) -> None:
    ingest = configured["Ingest"]
    detail = rule_with(ingest, "Object Created")["EventPattern"]["detail"]
    assert detail == {
        "bucket": {"name": ["states-of-team-a", "states-of-team-b"]},
        "object": {"key": [{"suffix": ".tfstate"}, {"suffix": "/state.json"}]},
    }
    assert not [name for name in ingest.of_type("AWS::S3::Bucket") if name.startswith("StateSource")]
    reading = [
        resource
        for name, statement in ingest.statements()
        if name.startswith("StateRole") and "s3:GetObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]
    assert [str(resource).count("states-of-team-") for resource in reading] == [1, 1]


def test_the_settings_reach_the_functions(configured: dict[str, Template]) -> None:
    function = configured["Ingest"].resource("CloudTrailFunction", "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    assert variables["TFDRIFT_TERRAFORM_PRINCIPALS"] == "arn:aws:iam::*:role/terraform-*"
    assert variables["TFDRIFT_CORS_ORIGINS"] == "https://console.example.com"
    state = configured["Ingest"].resource("StateFunction", "AWS::Lambda::Function")
    assert state["Environment"]["Variables"]["TFDRIFT_STATE_BUCKETS"] == "states-of-team-a,states-of-team-b"
    assert variables["TFDRIFT_IGNORE"] == "aws_autoscaling_group.*.desired_capacity"


def test_falco_alerts_come_by_topic_too(ingest: Template) -> None:
    subscription = ingest.only("AWS::SNS::Subscription")
    logical_id, _ = queue_of(ingest, "FalcoQueue")
    assert subscription["Endpoint"] == {"Fn::GetAtt": [logical_id, "Arn"]}
    assert "KmsMasterKeyId" in ingest.only("AWS::SNS::Topic")


def test_a_pass_that_failed_for_good_is_kept(ingest: Template) -> None:
    held = ingest.resource("HeldFunction", "AWS::Lambda::Function")
    assert "HeldDeadLetters" in str(held["DeadLetterConfig"]["TargetArn"])


def test_held_calls_are_looked_at_every_minute(ingest: Template) -> None:
    (rule,) = (rule for rule in ingest.of_type("AWS::Events::Rule").values() if "ScheduleExpression" in rule)
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    (target,) = rule["Targets"]
    assert "DeadLetterConfig" in target
    assert target["Arn"]["Fn::GetAtt"][0].startswith("HeldFunction")


def test_every_bucket_is_private_encrypted_and_tls_only(ingest: Template, stream: Template) -> None:
    for template in (ingest, stream):
        for name, bucket in template.of_type("AWS::S3::Bucket").items():
            assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
            assert "BucketEncryption" in bucket, name
            statements = [
                statement
                for policy in template.of_type("AWS::S3::BucketPolicy").values()
                if policy["Bucket"] == {"Ref": name}
                for statement in policy["PolicyDocument"]["Statement"]
                if statement["Effect"] == "Deny"
            ]
            assert {"Bool": {"aws:SecureTransport": "false"}} in [s["Condition"] for s in statements], name


def test_nothing_is_made_by_custom_resources(templates: dict[str, Template]) -> None:
    types = {
        resource["Type"]
        for template in templates.values()
        for resource in template.body["Resources"].values()
    }
    assert not [name for name in types if name.startswith(("Custom::", "AWS::CloudFormation::Custom"))]
