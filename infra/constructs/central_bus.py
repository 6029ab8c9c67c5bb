"""The bus that other accounts of the organisation, and other regions, send their events to."""

from dataclasses import dataclass

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.cloudtrail_source import call_pattern
from infra.constructs.work_queue import WorkQueue


@dataclass(frozen=True, slots=True)
class CentralBusProps:
    """The bus's name, who may send, and the queue that its events go to.

    Without an `organization_id` this account alone, from its other regions, may send.
    """

    name: str
    calls: WorkQueue
    organization_id: str | None


class CentralBus(Construct):
    """A bus of its own: what others may put there never mixes with this account's own events."""

    def __init__(self, scope: Construct, construct_id: str, props: CentralBusProps) -> None:
        super().__init__(scope, construct_id)
        bus = self.bus = events.EventBus(self, "Bus", event_bus_name=props.name)
        if props.organization_id is not None:
            bus.add_to_resource_policy(_members_alone(bus.event_bus_arn, props.organization_id))
        rule = events.Rule(
            self,
            "Rule",
            event_bus=bus,
            description="CloudTrail's record of every change in other accounts and regions",
            event_pattern=call_pattern(),
        )
        rule.add_target(targets.SqsQueue(props.calls.queue, dead_letter_queue=props.calls.dead_letters.queue))
        CfnOutput(Stack.of(self), "CentralBusArn", value=bus.event_bus_arn)


def _members_alone(bus_arn: str, organization_id: str) -> iam.PolicyStatement:
    """Let accounts of the organisation send.

    Who may put events by hand can name any source, AWS's aside: those EventBridge refuses from all but AWS. A
    rule's own role hands on what came from AWS with its source as it was.
    """
    return iam.PolicyStatement(
        sid="MembersOfTheOrganisation",
        actions=["events:PutEvents"],
        resources=[bus_arn],
        principals=[iam.StarPrincipal()],
        conditions={"StringEquals": {"aws:PrincipalOrgID": organization_id}},
    )
