"""The token that machines show where people sign in: Falco, scripts, monitoring."""

from aws_cdk import Aws, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.encryption import Encryption
from infra.constructs.generated_secret import GeneratedSecret, GeneratedSecretProps
from infra.constructs.product_function import ProductFunction
from infra.constructs.single_grants import allow

_LENGTH = 48
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
_ROTATE = ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")


class MachineToken(GeneratedSecret):
    """A generated token in Secrets Manager, for those who may read it there.

    Its current and its previous version are accepted, so that a rotation cuts off no sender that takes up the
    new one before the next.
    """

    def __init__(self, scope: Construct, construct_id: str, encryption: Encryption) -> None:
        super().__init__(
            scope,
            construct_id,
            GeneratedSecretProps(
                description="The API token of TFDrift's machine clients",
                length=_LENGTH,
                removal_policy=RemovalPolicy.DESTROY,
                encryption=encryption,
            ),
        )
        CfnOutput(Stack.of(self), "MachineTokenSecretArn", value=self.arn)

    def rotate_with(self, function: ProductFunction, days: int) -> None:
        """Have the function rotate the token each time that many days have passed."""
        allow(function.role, [f"secretsmanager:{action}" for action in _ROTATE], self.arn)
        self.encryption.grant_write(function.role)
        invocation = lambda_.CfnPermission(
            self,
            "RotationInvocation",
            action="lambda:InvokeFunction",
            function_name=function.function.function_arn,
            principal="secretsmanager.amazonaws.com",
            source_account=Aws.ACCOUNT_ID,
        )
        # Made as it is: CDK's own way lets any account's Secrets Manager invoke the function, and gives it a
        # right on all secrets.
        schedule = secretsmanager.CfnRotationSchedule(
            self,
            "Rotation",
            secret_id=self.arn,
            rotation_lambda_arn=function.function.function_arn,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                automatically_after_days=days
            ),
            # Else a changed schedule rotates at once, maybe before all have taken up the last version.
            rotate_immediately_on_update=False,
        )
        schedule.node.add_dependency(invocation, function.role)

    def never_rotate(self) -> None:
        """Accept that the token stays as it is until somebody changes it by hand."""
        for rule in ("AwsSolutions-SMG4", "NIST.800.53.R5-SecretsManagerRotationEnabled"):
            acknowledge(
                self.secret,
                rule,
                "token_rotation_days is 0 by choice: the token is changed by hand, with its senders.",
            )
