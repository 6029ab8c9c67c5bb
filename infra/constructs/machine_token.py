"""The token that machines show where people sign in: Falco, scripts, monitoring."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.single_grants import grant_value

_LENGTH = 48


class MachineToken(Construct):
    """A generated token in Secrets Manager, for those who may read it there."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="The API token of TFDrift's machine clients",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=_LENGTH, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(
            self.secret,
            "AwsSolutions-SMG4",
            "Falco and other senders hold a copy, which a rotation by the clock would cut off at once.",
        )
        CfnOutput(Stack.of(self), "MachineTokenSecretArn", value=self.arn)

    @property
    def arn(self) -> str:
        """The secret's ARN."""
        return self.secret.secret_arn

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Let the grantee compare with the token."""
        grant_value(self.secret, grantee)
