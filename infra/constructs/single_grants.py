"""Grants of the one action that is called, where CDK's own add others that nothing here uses."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs


def allow(grantee: iam.IGrantable, actions: Sequence[str], resource_arn: str) -> None:
    """Allow some actions on one resource."""
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(actions), resource_arns=[resource_arn]
    ).assert_success()


def grant_send(queue: sqs.IQueue, grantee: iam.IGrantable) -> None:
    """Let the grantee send to a queue whose address it is told."""
    allow(grantee, ["sqs:SendMessage"], queue.queue_arn)


def grant_value(secret: secretsmanager.ISecret, grantee: iam.IGrantable) -> None:
    """Let the grantee read a secret's value, and nothing about it."""
    allow(grantee, ["secretsmanager:GetSecretValue"], secret.secret_arn)
