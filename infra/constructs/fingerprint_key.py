"""The secret key under which Terraform's secrets are fingerprinted before anything is stored."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.product_function import ProductFunction
from infra.constructs.single_grants import grant_value

_KEY_LENGTH = 64


class FingerprintKey(Construct):
    """A generated key that nobody needs to know."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="Keys the fingerprints that stand in for secrets of Terraform states",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=_KEY_LENGTH, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(
            self.secret,
            "AwsSolutions-SMG4",
            "A rotated key changes every fingerprint, so that each secret of each state would look changed.",
        )

    @property
    def arn(self) -> str:
        """The secret's ARN."""
        return self.secret.secret_arn

    def grant_read(self, function: ProductFunction) -> None:
        """Let the function read the key."""
        grant_value(self.secret, function.role)
