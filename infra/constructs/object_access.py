"""Lets a function read objects of a bucket, in any version, and nothing else of it."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.acknowledge import acknowledge
from infra.constructs.product_function import ProductFunction

# The name of a bucket that was deleted is anybody's: what is read must still be this account's.
OWN = {"StringEquals": {"s3:ResourceAccount": Aws.ACCOUNT_ID}}


def grant_read_objects(function: ProductFunction, bucket: s3.IBucket, keys: str, reason: str) -> None:
    """Grant the reading of the keys that match a pattern; the reason says why no key can be named."""
    iam.Grant.add_to_principal(
        grantee=function.role,
        actions=["s3:GetObject", "s3:GetObjectVersion"],
        resource_arns=[bucket.arn_for_objects(keys)],
        conditions=OWN,
    ).assert_success()
    acknowledge(function.role, f"AwsSolutions-IAM5[Resource::{_arn_in_findings(bucket)}/{keys}]", reason)


def _arn_in_findings(bucket: s3.IBucket) -> str:
    """Name a bucket as a finding names it: by logical id if a stack makes it, else by ARN."""
    resource = bucket.node.default_child
    if isinstance(resource, s3.CfnBucket):
        return f"<{bucket.stack.get_logical_id(resource)}.Arn>"
    return f"arn:<AWS::Partition>:s3:::{bucket.bucket_name}"
