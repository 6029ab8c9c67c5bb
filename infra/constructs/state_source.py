"""Terraform's states: every write and deletion in a state bucket becomes a message on a queue."""

from dataclasses import dataclass

from aws_cdk import CfnOutput, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.encryption import Encryption
from infra.constructs.object_access import OWN, grant_read_objects
from infra.constructs.product_function import ProductFunction
from infra.constructs.work_queue import WorkQueue

STATE_DETAIL_TYPES = ("Object Created", "Object Deleted")
_KEEP_OLD_VERSIONS = Duration.days(90)


@dataclass(frozen=True, slots=True)
class StateSourceProps:
    """`existing_buckets` are names; when there are none a bucket is made, and `encryption` is of that."""

    work: WorkQueue
    access_logs: s3.IBucket
    key_suffixes: tuple[str, ...]
    encryption: Encryption
    existing_buckets: tuple[str, ...] = ()


class StateSource(Construct):
    """Watches buckets through EventBridge, which an owner can switch on beside other notifications."""

    def __init__(self, scope: Construct, construct_id: str, props: StateSourceProps) -> None:
        super().__init__(scope, construct_id)
        self._encryption = props.encryption
        self.buckets: tuple[s3.IBucket, ...] = tuple(
            s3.Bucket.from_bucket_name(self, f"Existing{number}", name)
            for number, name in enumerate(props.existing_buckets, start=1)
        ) or (self._make_bucket(props),)
        rule = events.Rule(
            self,
            "Rule",
            description="A Terraform state was written or deleted",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=list(STATE_DETAIL_TYPES),
                detail={
                    "bucket": {"name": self.bucket_names},
                    "object": {"key": [{"suffix": suffix} for suffix in props.key_suffixes]},
                },
            ),
        )
        rule.add_target(targets.SqsQueue(props.work.queue, dead_letter_queue=props.work.dead_letters.queue))
        CfnOutput(Stack.of(self), "StateBucketNames", value=Fn.join(",", self.bucket_names))

    @property
    def bucket_names(self) -> list[str]:
        """The names of the watched buckets."""
        return [bucket.bucket_name for bucket in self.buckets]

    def grant_read(self, function: ProductFunction) -> None:
        """Let the function fetch a state in the version that its message names, or see that it is gone."""
        self._encryption.grant_read(function.role)
        for bucket in self.buckets:
            grant_read_objects(function, bucket, "*", "The keys of the states are their owners' choice.")
            # Without it S3 answers that a missing object is forbidden, and a deleted state could not be told.
            iam.Grant.add_to_principal(
                grantee=function.role,
                actions=["s3:ListBucket"],
                resource_arns=[bucket.bucket_arn],
                conditions=OWN,
            ).assert_success()

    def _make_bucket(self, props: StateSourceProps) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            server_access_logs_bucket=props.access_logs,
            server_access_logs_prefix="terraform-states/",
            lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=_KEEP_OLD_VERSIONS)],
            removal_policy=RemovalPolicy.RETAIN,
        )
        resource = bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{bucket.node.path} is no bucket")
        # Set on the resource itself: CDK's own way is a custom resource with a function of its own.
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
        props.encryption.cover(bucket)
        acknowledge(
            bucket,
            "NIST.800.53.R5-S3BucketReplicationEnabled",
            "Old versions stay for 90 days; a copy in another region needs a bucket and a stack there.",
        )
        return bucket
