"""The secret key under which Terraform's secrets are fingerprinted before anything is stored."""

from aws_cdk import RemovalPolicy
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.encryption import Encryption
from infra.constructs.generated_secret import GeneratedSecret, GeneratedSecretProps

_KEY_LENGTH = 64


class FingerprintKey(GeneratedSecret):
    """A generated key that nobody needs to know; it stays when its stack goes, and is never another."""

    def __init__(self, scope: Construct, construct_id: str, encryption: Encryption) -> None:
        super().__init__(
            scope,
            construct_id,
            GeneratedSecretProps(
                description="Keys the fingerprints that stand in for secrets of Terraform states",
                length=_KEY_LENGTH,
                removal_policy=RemovalPolicy.RETAIN,
                encryption=encryption,
            ),
        )
        for rule in ("AwsSolutions-SMG4", "NIST.800.53.R5-SecretsManagerRotationEnabled"):
            acknowledge(
                self.secret,
                rule,
                "Another key makes other fingerprints, so that each secret of each state would look changed.",
            )
