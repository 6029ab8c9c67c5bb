"""The bucket that takes the server access logs of the other buckets and of the load balancer."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledge import acknowledge

_KEEP = Duration.days(90)
_KEEP_DELETED = Duration.days(30)
_NO_LOG_OF_ITSELF = "This bucket takes the access logs; logging its own accesses into itself would never end."
_ACCEPTED = {
    "AwsSolutions-S1": _NO_LOG_OF_ITSELF,
    "NIST.800.53.R5-S3BucketLoggingEnabled": _NO_LOG_OF_ITSELF,
    "NIST.800.53.R5-S3DefaultEncryptionKMS": (
        "S3 and the load balancer can write their access logs with SSE-S3 alone."
    ),
    "NIST.800.53.R5-S3BucketReplicationEnabled": (
        "Access logs are forgotten after 90 days; the evidence is in CloudTrail's log files."
    ),
}


class AccessLogBucket(Construct):
    """A private bucket that forgets access logs after 90 days; what somebody deletes stays for 30 days.

    Encryption is SSE-S3, with or without a key of the deployment's own: the only kind that S3's server access
    logs and the load balancer's can be written with.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=_KEEP, noncurrent_version_expiration=_KEEP_DELETED)],
            removal_policy=RemovalPolicy.RETAIN,
        )
        for rule, reason in _ACCEPTED.items():
            acknowledge(self.bucket, rule, reason)
