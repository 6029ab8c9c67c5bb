"""Falco's alerts beside HTTP: an SNS topic and an SQS queue that Falcosidekick can write to."""

from dataclasses import dataclass

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.work_queue import WorkQueue


@dataclass(frozen=True, slots=True)
class FalcoSourceProps:
    """The queue that alerts end up in, whichever way they take."""

    work: WorkQueue


class FalcoSource(Construct):
    """A topic, TLS-only, that delivers into the queue and is encrypted with the queue's key, if it has one.

    With a key of the deployment's own whoever publishes needs rights on it, too, beside that on the topic.
    """

    def __init__(self, scope: Construct, construct_id: str, props: FalcoSourceProps) -> None:
        super().__init__(scope, construct_id)
        topic = sns.Topic(
            self,
            "Topic",
            master_key=kms.Alias.from_alias_name(self, "Key", "alias/aws/sns"),
            enforce_ssl=True,
        )
        props.work.encryption.cover(topic)
        topic.add_subscription(
            subscriptions.SqsSubscription(props.work.queue, dead_letter_queue=props.work.dead_letters.queue)
        )
        CfnOutput(Stack.of(self), "FalcoTopicArn", value=topic.topic_arn)
