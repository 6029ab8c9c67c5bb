"""What encrypts at rest: with `own_key` one key for all that is kept, which few may use; else AWS's keys."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.constructs.encryption import Encryption
from tests.support.templates import Template, as_list

# Where each type names its key.
KEYS = {
    "AWS::CloudTrail::Trail": ("KMSKeyId",),
    "AWS::DynamoDB::GlobalTable": ("Replicas", 0, "SSESpecification", "KMSMasterKeyId"),
    "AWS::Lambda::Function": ("KmsKeyArn",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::S3::Bucket": (
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        0,
        "ServerSideEncryptionByDefault",
        "KMSMasterKeyID",
    ),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
}
# Access logs can be written with SSE-S3 alone, and the forwarder stands in another region than the key.
WITHOUT = ("Ingest/AccessLogs", "Stream/AccessLogs", "GlobalServices/Undelivered")

READ, WRITE = {"Decrypt"}, {"Decrypt", "GenerateDataKey"}
TABLE = {"Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"}
RIGHTS = {
    "Api": TABLE,
    "CloudTrail": TABLE,
    "Deliver": TABLE,
    "Falco": TABLE,
    "Held": TABLE,
    "LogFiles": TABLE,
    "Notify": {*WRITE, "DescribeKey"},
    "State": TABLE,
    "StreamingTaskTask": TABLE,
    "TokenRotation": WRITE,
}


def kept(templates: dict[str, Template]) -> Iterator[tuple[str, Any]]:
    """Yield stack and logical id of everything that keeps data, and the key it names."""
    for stack, template in templates.items():
        for resource_type, path in KEYS.items():
            for logical_id, properties in template.of_type(resource_type).items():
                yield f"{stack}/{logical_id}", value_at(properties, path)


def value_at(properties: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        try:
            properties = properties[part]
        except (KeyError, IndexError):
            return None
    return properties


def is_own(key: Any) -> bool:
    """Whether it is the data stack's key: by its logical id there, by what that stack exports elsewhere."""
    return bool(
        re.search(r"'Fn::GetAtt': \['Key[0-9A-F]{8}', 'Arn'\]|-data:\w+GetAttKey[0-9A-F]{8}Arn", str(key))
    )


def rights_on_keys(templates: dict[str, Template]) -> dict[str, set[str]]:
    """Return the KMS actions of each role, by the beginning of its logical id."""
    found: dict[str, set[str]] = {}
    for template in templates.values():
        for name, statement in template.statements():
            actions = {action for action in as_list(statement["Action"]) if action.startswith("kms:")}
            if actions:
                assert all(is_own(resource) for resource in as_list(statement["Resource"])), name
                role = name.partition("Role")[0]
                found.setdefault(role, set()).update(action.removeprefix("kms:") for action in actions)
    return found


def test_everything_that_is_kept_is_encrypted_with_the_own_key(whole: dict[str, Template]) -> None:
    keys = dict(kept(whole))
    assert {name.partition("/")[0] for name in keys} == {
        "Data",
        "Ingest",
        "Stream",
        "Notify",
        "GlobalServices",
    }
    for name, key in keys.items():
        if name.startswith(WITHOUT):
            assert key is None, name
        else:
            assert key is not None, name
            assert is_own(key), name
    # and none of the types is missing
    assert {kind for kind in KEYS for template in whole.values() if template.of_type(kind)} == set(KEYS)


def test_the_access_logs_are_encrypted_all_the_same(whole: dict[str, Template]) -> None:
    for stack in ("Ingest", "Stream"):
        bucket = whole[stack].resource("AccessLogs", "AWS::S3::Bucket")
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_data_keys_are_used_again(whole: dict[str, Template]) -> None:
    for stack in ("Ingest", "Notify"):
        for name, queue in whole[stack].of_type("AWS::SQS::Queue").items():
            assert queue["KmsDataKeyReusePeriodSeconds"] == 3600, name
            assert "SqsManagedSseEnabled" not in queue, name


def test_no_bucket_key_stands_between_cloudtrail_and_the_key(whole: dict[str, Template]) -> None:
    # CloudTrail's right is bound to the trail; with a bucket key KMS would be told of the bucket alone.
    for bucket in whole["Ingest"].of_type("AWS::S3::Bucket").values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert "BucketKeyEnabled" not in rule


def test_roles_may_use_the_key_for_what_they_do_and_no_more(whole: dict[str, Template]) -> None:
    assert rights_on_keys(whole) == RIGHTS


def test_a_rule_still_says_which_it_is_to_a_queue_with_an_own_key(whole: dict[str, Template]) -> None:
    # Where CDK is told of a queue's key it leaves this condition out, to keep out of circles.
    statements = [
        statement
        for policy in whole["Ingest"].of_type("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "events.amazonaws.com"}
    ]
    assert statements
    for statement in statements:
        assert "aws:SourceArn" in str(statement["Condition"])


def test_services_use_the_key_for_this_accounts_things_alone(whole: dict[str, Template]) -> None:
    key = whole["Data"].only("AWS::KMS::Key")
    administration, *services = key["KeyPolicy"]["Statement"]
    assert administration["Principal"] == {"AWS": {"Fn::Join": ["", root("iam", ":root")]}}
    queues, groups, trails, look = services
    assert queues["Principal"] == {
        "Service": ["events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com"]
    }
    assert queues["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert queues["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": arn("sqs", "*")}}
    assert groups["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn("logs", "log-group:*")}
    }
    of_trails = arn("cloudtrail", "trail/*")
    assert trails["Action"] == ["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
    assert trails["Condition"] == {
        "ArnLike": {"aws:SourceArn": of_trails, "kms:EncryptionContext:aws:cloudtrail:arn": of_trails}
    }
    assert (look["Action"], look["Condition"]) == (
        "kms:DescribeKey",
        {"ArnLike": {"aws:SourceArn": of_trails}},
    )
    assert [statement["Effect"] for statement in key["KeyPolicy"]["Statement"]] == ["Allow"] * 5


def root(service: str, end: str) -> list[Any]:
    return ["arn:", {"Ref": "AWS::Partition"}, f":{service}::", {"Ref": "AWS::AccountId"}, end]


def arn(service: str, resource: str) -> dict[str, Any]:
    parts = [
        "arn:",
        {"Ref": "AWS::Partition"},
        f":{service}:",
        {"Ref": "AWS::Region"},
        ":",
        {"Ref": "AWS::AccountId"},
        f":{resource}",
    ]
    return {"Fn::Join": ["", parts]}


def test_the_key_turns_and_outlives_its_stack(whole: dict[str, Template]) -> None:
    data = whole["Data"]
    assert data.only("AWS::KMS::Key")["EnableKeyRotation"] is True
    (resource,) = (each for each in data.body["Resources"].values() if each["Type"] == "AWS::KMS::Key")
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    # Who writes states, or publishes alerts, needs rights on it.
    assert "KeyArn" in data.body["Outputs"]


def test_the_data_stack_knows_of_no_other(whole: dict[str, Template]) -> None:
    assert "Fn::ImportValue" not in str(whole["Data"].body)


@pytest.mark.parametrize("configuration", ["templates", "public", "configured"])
def test_without_an_own_key_awss_keys_encrypt(configuration: str, request: pytest.FixtureRequest) -> None:
    templates: dict[str, Template] = request.getfixturevalue(configuration)
    named = {name: key for name, key in kept(templates) if key is not None}
    # A topic has to be told of a key to be encrypted at all.
    assert [name for name in named if not name.startswith("Ingest/FalcoSourceTopic")] == []
    assert "alias/aws/sns" in str(named.values())
    assert rights_on_keys(templates) == {}
    assert not [template for template in templates.values() if template.of_type("AWS::KMS::Key")]
    for template in templates.values():
        assert all(queue["SqsManagedSseEnabled"] for queue in template.of_type("AWS::SQS::Queue").values())


def test_what_is_not_known_is_not_passed_over() -> None:
    from aws_cdk import App, Stack
    from constructs import Construct

    stack = Stack(App(), "Stack")
    with pytest.raises(TypeError, match="Stack/Other keeps nothing that is known here"):
        Encryption().cover(Construct(stack, "Other"))
