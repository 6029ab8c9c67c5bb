"""The clock that has expired holds of Terraform's own calls looked at."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.product_function import ProductFunction


@dataclass(frozen=True, slots=True)
class HeldScheduleProps:
    """`dead_letters` takes the invocations that failed for good."""

    function: ProductFunction
    dead_letters: sqs.IQueue
    every: Duration


class HeldSchedule(Construct):
    """Invokes the function at a fixed rate; a lost beat is made good by the next."""

    def __init__(self, scope: Construct, construct_id: str, props: HeldScheduleProps) -> None:
        super().__init__(scope, construct_id)
        rule = events.Rule(
            self,
            "Rule",
            description="Report Terraform's own calls that no state explained in time",
            schedule=events.Schedule.rate(props.every),
        )
        rule.add_target(
            targets.LambdaFunction(
                props.function.function,
                dead_letter_queue=props.dead_letters,
                retry_attempts=2,
                max_event_age=props.every,
            )
        )
