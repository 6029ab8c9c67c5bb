"""Grants of the one action that is called, where CDK's own add others that nothing here uses."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs

from infra.constructs.encryption import Encryption


def allow(grantee: iam.IGrantable, actions: Sequence[str], resource_arn: str) -> None:
    """Allow some actions on one resource."""
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(actions), resource_arns=[resource_arn]
    ).assert_success()


def grant_send(queue: sqs.IQueue, encryption: Encryption, grantee: iam.IGrantable) -> None:
    """Let the grantee send to a queue whose address it is told, and have it encrypted."""
    allow(grantee, ["sqs:SendMessage"], queue.queue_arn)
    encryption.grant_write(grantee)


def grant_value(secret: secretsmanager.ISecret, encryption: Encryption, grantee: iam.IGrantable) -> None:
    """Let the grantee read a secret's value, in whichever version, and nothing about it."""
    allow(grantee, ["secretsmanager:GetSecretValue"], secret.secret_arn)
    encryption.grant_read(grantee)
