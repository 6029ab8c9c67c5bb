"""A queue of work for a function, with the dead-letter queue that keeps poison messages whole."""

from dataclasses import dataclass

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.dead_letters import DeadLetters
from infra.constructs.encryption import Encryption
from infra.constructs.single_grants import grant_send

_MAX_RECEIVES = 5


@dataclass(frozen=True, slots=True)
class WorkQueueProps:
    """`function_timeout` is that of the function that reads the queue."""

    function_timeout: Duration
    encryption: Encryption


class WorkQueue(Construct):
    """An encrypted queue that answers over TLS only, redriving into a queue that keeps 14 days.

    The visibility timeout is six times the function's, as
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html asks for.
    """

    def __init__(self, scope: Construct, construct_id: str, props: WorkQueueProps) -> None:
        super().__init__(scope, construct_id)
        self.encryption = props.encryption
        self.dead_letters = DeadLetters(
            self,
            "DeadLetters",
            name=f"{construct_id}DeadLetters",
            of_a_queue=True,
            encryption=props.encryption,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(4),
            visibility_timeout=Duration.seconds(props.function_timeout.to_seconds() * 6),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters.queue, max_receive_count=_MAX_RECEIVES
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        props.encryption.cover(self.queue)
        stack = Stack.of(self)
        CfnOutput(stack, f"{construct_id}Url", value=self.queue.queue_url)
        CfnOutput(stack, f"{construct_id}Arn", value=self.queue.queue_arn)

    def grant_send(self, grantee: iam.IGrantable) -> None:
        """Let the grantee send to the queue, whose address it is told."""
        grant_send(self.queue, self.encryption, grantee)
