"""A function that is invoked with each new batch of the feed, by the stream of its table."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.dead_letters import DeadLetters
from infra.constructs.product_function import ProductFunction
from infra.constructs.product_table import ProductTable
from infra.constructs.single_grants import allow

_READ_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords")
_BATCHES = '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"FEED#"}]}}}}'


@dataclass(frozen=True, slots=True)
class FeedListenerProps:
    """`failed` takes word of the batches that the function could not take for an hour."""

    function: ProductFunction
    feed: ProductTable
    failed: DeadLetters


class FeedListener(Construct):
    """Begins with what is committed after its deployment: what is older is no news to anybody."""

    def __init__(self, scope: Construct, construct_id: str, props: FeedListenerProps) -> None:
        super().__init__(scope, construct_id)
        role = props.function.role
        allow(role, _READ_STREAM, props.feed.stream_arn)
        allow(role, ["dynamodb:ListStreams"], "*")
        acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "dynamodb:ListStreams, which Lambda's event source asks for, and xray:Put* know no resource.",
        )
        props.failed.grant_send(role)
        lambda_.CfnEventSourceMapping(
            self,
            "Source",
            function_name=props.function.function.function_name,
            event_source_arn=props.feed.stream_arn,
            starting_position="LATEST",
            batch_size=100,
            # What one call caused is written within moments, and is told together if it comes together.
            maximum_batching_window_in_seconds=2,
            maximum_retry_attempts=20,
            maximum_record_age_in_seconds=Duration.hours(1).to_seconds(),
            filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(
                filters=[lambda_.CfnEventSourceMapping.FilterProperty(pattern=_BATCHES)]
            ),
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(
                    destination=props.failed.queue.queue_arn
                )
            ),
        ).node.add_dependency(role)
