"""Records why a rule of the security checks does not apply to one construct."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept one finding on one construct, as ``AwsSolutions-L1`` or ``AwsSolutions-IAM5[Resource::*]``."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_own_policy(role: IConstruct) -> None:
    """Accept that a role's rights stand in a policy of its own."""
    acknowledge(
        role,
        "NIST.800.53.R5-IAMNoInlinePolicy",
        "Its rights are for this role alone: nothing else can have the policy, and it goes with the role.",
    )
