"""A member account's forwarder: what CloudTrail tells there goes to the central event bus."""

from dataclasses import dataclass

from aws_cdk import BootstraplessSynthesizer, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.cloudtrail_source import call_pattern

_KEEP = Duration.days(14)


@dataclass(frozen=True, slots=True)
class ForwarderProps:
    """Where to; `name` names the deployment that takes it, `region` the only one that it forwards from."""

    name: str
    bus_arn: str
    region: str | None = None


class ForwarderStack(Stack):
    """One template for every member account and region: no asset, no parameter, no lookup.

    As a StackSet's template it is given to AWS as it was synthesised; it asks for no bootstrapped account.
    """

    def __init__(
        self, scope: Construct, construct_id: str, props: ForwarderProps, *, stack_name: str
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description="TFDrift: forwards this account's and region's CloudTrail events",
            synthesizer=BootstraplessSynthesizer(),
            env=Environment(region=props.region) if props.region else None,
        )
        undelivered = sqs.Queue(
            self,
            "Undelivered",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_KEEP,
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(
            undelivered,
            "AwsSolutions-SQS3",
            "It is a dead-letter queue itself: of the rule, which the check does not see.",
        )
        rule = events.Rule(
            self,
            "Rule",
            description=f"CloudTrail's record of every change goes to {props.name}",
            event_pattern=call_pattern(),
        )
        bus = events.EventBus.from_event_bus_arn(self, "Bus", props.bus_arn)
        rule.add_target(targets.EventBus(bus, dead_letter_queue=undelivered))
