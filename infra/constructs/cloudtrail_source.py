"""CloudTrail's two ways in: events within moments, log files for whatever the events left out."""

from dataclasses import dataclass

from aws_cdk import Aws, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.encryption import Encryption
from infra.constructs.object_access import grant_read_objects
from infra.constructs.product_function import ProductFunction
from infra.constructs.work_queue import WorkQueue

_DETAIL_TYPES = ("AWS API Call via CloudTrail", "AWS Service Event via CloudTrail")
LOG_FILE_SUFFIX = ".json.gz"
_KEEP_LOG_FILES = Duration.days(365)


@dataclass(frozen=True, slots=True)
class CloudTrailSourceProps:
    """`calls` takes single records of the event bus, `files` the notices of new log files.

    `record_sources` are event sources besides AWS that may hand in records. `existing_log_files` are names of
    buckets whose owners send notifications to the queue of files. `encryption` covers trail and bucket.
    """

    calls: WorkQueue
    files: WorkQueue
    access_logs: s3.IBucket
    create_trail: bool
    encryption: Encryption
    record_sources: tuple[str, ...] = ()
    existing_log_files: tuple[str, ...] = ()


class CloudTrailSource(Construct):
    """Routes management events to one queue and new log files to another, where they delay no live event.

    EventBridge leaves out events over 256 KB and can be late or down, so the same records come once more with
    the log files; a record's identity makes the second one change nothing.
    """

    def __init__(self, scope: Construct, construct_id: str, props: CloudTrailSourceProps) -> None:
        super().__init__(scope, construct_id)
        self._encryption = props.encryption
        self._add_rule(props)
        self.log_files = self._add_log_files(props)
        self._existing = tuple(
            s3.Bucket.from_bucket_name(self, f"Existing{number}", name)
            for number, name in enumerate(props.existing_log_files, start=1)
        )
        if props.create_trail:
            self._add_trail()
        CfnOutput(Stack.of(self), "LogFileBucketName", value=self.log_files.bucket_name)

    def grant_read_log_files(self, function: ProductFunction) -> None:
        """Let the function fetch the log files that the queue's messages name."""
        self._encryption.grant_read(function.role)
        grant_read_objects(
            function, self.log_files, "AWSLogs/*", "CloudTrail's log files are named by date and random text."
        )
        for bucket in self._existing:
            grant_read_objects(function, bucket, "*", "The prefix of the log files is their owner's choice.")

    def _add_rule(self, props: CloudTrailSourceProps) -> None:
        """Take management events, of AWS's own sources: anybody who may put events can name a detail type."""
        rule = events.Rule(
            self,
            "Rule",
            description="CloudTrail's record of every call that changes something",
            event_pattern=call_pattern(props.record_sources),
        )
        rule.add_target(targets.SqsQueue(props.calls.queue, dead_letter_queue=props.calls.dead_letters.queue))

    def _add_log_files(self, props: CloudTrailSourceProps) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "LogFiles",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            server_access_logs_bucket=props.access_logs,
            server_access_logs_prefix="cloudtrail-log-files/",
            lifecycle_rules=[
                s3.LifecycleRule(expiration=_KEEP_LOG_FILES, noncurrent_version_expiration=_KEEP_LOG_FILES)
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        props.files.queue.add_to_resource_policy(
            # The bucket cannot be named here: bucket, policy and notification would wait for each other.
            iam.PolicyStatement(
                sid="LogFilesOfThisAccount",
                actions=["sqs:SendMessage"],
                resources=[props.files.queue.queue_arn],
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        resource = bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{bucket.node.path} is no bucket")
        # Set on the resource itself: CDK's own way is a custom resource with a function of its own.
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=props.files.queue.queue_arn,
                    filter=s3.CfnBucket.NotificationFilterProperty(
                        s3_key=s3.CfnBucket.S3KeyFilterProperty(
                            rules=[
                                s3.CfnBucket.FilterRuleProperty(name="prefix", value="AWSLogs/"),
                                s3.CfnBucket.FilterRuleProperty(name="suffix", value=LOG_FILE_SUFFIX),
                            ]
                        )
                    ),
                )
            ]
        )
        policy = props.files.queue.node.try_find_child("Policy")
        if policy is None:
            raise ValueError(f"{props.files.queue.node.path} has no policy to wait for")
        bucket.node.add_dependency(policy)
        self._encryption.cover(bucket)
        acknowledge(
            bucket,
            "NIST.800.53.R5-S3BucketReplicationEnabled",
            "It lives for a year and keeps all versions; CloudTrail's own history holds 90 days beside it.",
        )
        return bucket

    def _add_trail(self) -> None:
        trail = cloudtrail.Trail(
            self,
            "Trail",
            bucket=self.log_files,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_file_validation=True,
            management_events=cloudtrail.ReadWriteType.WRITE_ONLY,
        )
        self._encryption.cover(trail)
        acknowledge(
            trail,
            "NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled",
            "Its events come over EventBridge and in log files; nobody reads a third copy in CloudWatch.",
        )


def call_pattern(record_sources: tuple[str, ...] = ()) -> events.EventPattern:
    """Return the pattern of what CloudTrail tells, from AWS itself and from whoever else is named."""
    return events.EventPattern(
        source=[*events.Match.prefix("aws."), *record_sources], detail_type=list(_DETAIL_TYPES)
    )
