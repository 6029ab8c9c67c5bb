"""A queue that keeps what could not be used, whole, until somebody has looked at it."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.encryption import Encryption
from infra.constructs.single_grants import grant_send


class DeadLetters(Construct):
    """An encrypted queue that answers over TLS only and keeps its messages for 14 days.

    `name` names it among the stack's outputs and alarms; `of_a_queue` says that a queue redrives into it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        encryption: Encryption,
        of_a_queue: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = name
        self.encryption = encryption
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.encryption.cover(self.queue)
        if not of_a_queue:
            acknowledge(
                self.queue,
                "AwsSolutions-SQS3",
                "It is a dead-letter queue itself: of a rule or a function, which the check does not see.",
            )
        CfnOutput(Stack.of(self), f"{name}Url", value=self.queue.queue_url)

    def grant_send(self, grantee: iam.IGrantable) -> None:
        """Let the grantee put something aside here."""
        grant_send(self.queue, self.encryption, grantee)
