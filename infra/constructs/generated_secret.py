"""A secret that Secrets Manager makes up: letters and digits that nobody has to know."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.encryption import Encryption
from infra.constructs.single_grants import grant_value


@dataclass(frozen=True, slots=True)
class GeneratedSecretProps:
    """What it is for, its number of characters, and whether it stays when its stack goes."""

    description: str
    length: int
    removal_policy: RemovalPolicy
    encryption: Encryption


class GeneratedSecret(Construct):
    """The secret, and the reading of its value."""

    def __init__(self, scope: Construct, construct_id: str, props: GeneratedSecretProps) -> None:
        super().__init__(scope, construct_id)
        self.encryption = props.encryption
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description=props.description,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=props.length, exclude_punctuation=True
            ),
            removal_policy=props.removal_policy,
        )
        props.encryption.cover(self.secret)

    @property
    def arn(self) -> str:
        """The secret's ARN."""
        return self.secret.secret_arn

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Let the grantee read the value, in whichever version."""
        grant_value(self.secret, self.encryption, grantee)
