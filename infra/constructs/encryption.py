"""What encrypts data at rest: AWS's own keys, or one key of the deployment's own for all of it."""

from collections.abc import Callable
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import acknowledge

# What asks for a customer's key, by what it is found on.
_FINDINGS: dict[type[Any], str] = {
    s3.CfnBucket: "NIST.800.53.R5-S3DefaultEncryptionKMS",
    secretsmanager.CfnSecret: "NIST.800.53.R5-SecretsManagerUsingKMSKey",
    logs.CfnLogGroup: "NIST.800.53.R5-CloudWatchLogGroupEncrypted",
    cloudtrail.CfnTrail: "NIST.800.53.R5-CloudTrailEncryptionEnabled",
}
# For so long SQS uses a data key before it asks KMS for another; the longest is a day.
_REUSE_SECONDS = 3600
# What a sender to an encrypted queue needs:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
_READ = ("kms:Decrypt",)
_WRITE = ("kms:Decrypt", "kms:GenerateDataKey")
_DATA_KEYS = ("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
_READ_TABLE = ("kms:Decrypt", "kms:DescribeKey")
_WRITE_TABLE = ("kms:Encrypt", "kms:GenerateDataKey")


class Encryption:
    """AWS's own keys, which every service uses unless it is told of another; nobody needs a right."""

    def cover(self, construct: Construct) -> None:
        """Take charge of what a construct keeps; raises TypeError for a kind that is not known here."""
        resource = _resource_of(construct)
        finding = _FINDINGS.get(type(resource))
        if finding is not None:
            acknowledge(
                construct,
                finding,
                "A key of AWS's encrypts it; the option own_key takes one of the account's, at its price.",
            )

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Let the grantee read what is covered and what it may read of it anyway."""

    def grant_write(self, grantee: iam.IGrantable) -> None:
        """Let the grantee write what is covered and what it may write of it anyway."""

    def grant_table(self, grantee: iam.IGrantable, *, writes: bool) -> None:
        """Let the grantee use the covered tables that it may use anyway."""


class OwnKey(Encryption):
    """One KMS key for everything, with a policy for the services that use it in their own name.

    It is set on the resources themselves: where CDK knows of a key it allows more than is used, and leaves
    out of a queue's policy which rule may send. The policy names no resource but by account, so that the key
    depends on nothing that depends on it.
    """

    def __init__(self, key: kms.Key) -> None:
        self._key = key
        for statement in (*_for_queues(), *_for_logs(), *_for_trails()):
            key.add_to_resource_policy(statement)

    @property
    def arn(self) -> str:
        """The key's ARN."""
        return self._key.key_arn

    def cover(self, construct: Construct) -> None:
        """Encrypt what a construct keeps with the key."""
        resource = _resource_of(construct)
        _SETTERS[type(resource)](resource, self.arn)

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Let the grantee decrypt."""
        self._grant(grantee, _READ)

    def grant_write(self, grantee: iam.IGrantable) -> None:
        """Let the grantee have data keys made, and decrypt them."""
        self._grant(grantee, _WRITE)

    def grant_table(self, grantee: iam.IGrantable, *, writes: bool) -> None:
        """Let the grantee use the key for tables, which DynamoDB does in the caller's name."""
        self._grant(grantee, _READ_TABLE + (_WRITE_TABLE if writes else ()))

    def _grant(self, grantee: iam.IGrantable, actions: tuple[str, ...]) -> None:
        iam.Grant.add_to_principal(
            grantee=grantee, actions=list(actions), resource_arns=[self.arn]
        ).assert_success()


def _for_queues() -> tuple[iam.PolicyStatement, ...]:
    """Let the services that send to the queues have them encrypt; who may send is in the queues' policies."""
    senders = ("events", "s3", "sns")
    return (
        iam.PolicyStatement(
            sid="QueuesOfThisAccount",
            actions=list(_WRITE),
            resources=["*"],
            principals=[iam.ServicePrincipal(f"{name}.amazonaws.com") for name in senders],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": _arns("sqs", "*")}},
        ),
    )


def _for_logs() -> tuple[iam.PolicyStatement, ...]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html."""
    actions = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey")
    return (
        iam.PolicyStatement(
            sid="LogGroupsOfThisAccount",
            actions=[*actions, *_DATA_KEYS],
            resources=["*"],
            principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.{Aws.URL_SUFFIX}")],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": _arns("logs", "log-group:*")}},
        ),
    )


def _for_trails() -> tuple[iam.PolicyStatement, ...]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html."""
    trails = _arns("cloudtrail", "trail/*")
    principal = iam.ServicePrincipal("cloudtrail.amazonaws.com")
    return (
        iam.PolicyStatement(
            sid="TrailsOfThisAccount",
            actions=list(_DATA_KEYS),
            resources=["*"],
            principals=[principal],
            conditions={
                "ArnLike": {"aws:SourceArn": trails, "kms:EncryptionContext:aws:cloudtrail:arn": trails}
            },
        ),
        iam.PolicyStatement(
            sid="TrailsOfThisAccountLook",
            actions=["kms:DescribeKey"],
            resources=["*"],
            principals=[principal],
            conditions={"ArnLike": {"aws:SourceArn": trails}},
        ),
    )


def _arns(service: str, resource: str) -> str:
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"


def _resource_of(construct: Construct) -> Any:  # noqa: ANN401 - one of the keys of _SETTERS
    resource = construct.node.default_child
    if type(resource) not in _SETTERS:
        raise TypeError(f"{construct.node.path} keeps nothing that is known here")
    return resource


def _set_queue(queue: sqs.CfnQueue, key_arn: str) -> None:
    queue.sqs_managed_sse_enabled = None
    queue.kms_master_key_id = key_arn
    queue.kms_data_key_reuse_period_seconds = _REUSE_SECONDS


def _set_bucket(bucket: s3.CfnBucket, key_arn: str) -> None:
    by_default = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
        sse_algorithm="aws:kms", kms_master_key_id=key_arn
    )
    # Without a bucket key: KMS would be told of the bucket, where CloudTrail is let in by its trail.
    rule = s3.CfnBucket.ServerSideEncryptionRuleProperty(server_side_encryption_by_default=by_default)
    bucket.bucket_encryption = s3.CfnBucket.BucketEncryptionProperty(
        server_side_encryption_configuration=[rule]
    )


def _set_table(table: dynamodb.CfnGlobalTable, key_arn: str) -> None:
    table.add_property_override("Replicas.0.SSESpecification.KMSMasterKeyId", key_arn)


def _set_topic(topic: sns.CfnTopic, key_arn: str) -> None:
    topic.kms_master_key_id = key_arn


def _set_function(function: lambda_.CfnFunction, key_arn: str) -> None:
    function.kms_key_arn = key_arn


def _set_key_id(
    resource: secretsmanager.CfnSecret | logs.CfnLogGroup | cloudtrail.CfnTrail, key_arn: str
) -> None:
    resource.kms_key_id = key_arn


_SETTERS: dict[type[Any], Callable[[Any, str], None]] = {
    cloudtrail.CfnTrail: _set_key_id,
    dynamodb.CfnGlobalTable: _set_table,
    lambda_.CfnFunction: _set_function,
    logs.CfnLogGroup: _set_key_id,
    s3.CfnBucket: _set_bucket,
    secretsmanager.CfnSecret: _set_key_id,
    sns.CfnTopic: _set_topic,
    sqs.CfnQueue: _set_queue,
}
