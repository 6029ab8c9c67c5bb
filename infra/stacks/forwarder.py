"""A member account's forwarder: what happens there goes to the central event bus."""

from dataclasses import dataclass

from aws_cdk import (
    BootstraplessSynthesizer,
    CfnCondition,
    CfnParameter,
    Duration,
    Environment,
    Fn,
    RemovalPolicy,
    Stack,
    Token,
)
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.constructs.cloudtrail_source import LOG_FILE_SUFFIX, call_pattern
from infra.constructs.state_source import STATE_DETAIL_TYPES

_KEEP = Duration.days(14)
# No bucket has so short a name, and a rule's pattern wants at least one.
_NO_BUCKET = "-"
_BUCKET = r"^(-|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$"


@dataclass(frozen=True, slots=True)
class ForwarderProps:
    """Where to; `name` names the deployment that takes it, `region` the only one that it forwards from.

    `state_key_suffixes` are the endings of the keys that are states; with any, the stack has parameters for
    the buckets whose objects are told of.
    """

    name: str
    bus_arn: str
    region: str | None = None
    state_key_suffixes: tuple[str, ...] = ()


class ForwarderStack(Stack):
    """One template for every member account and region: no asset, no lookup, no parameter without a default.

    As a StackSet's template it is given to AWS as it was synthesised; it asks for no bootstrapped account.
    """

    def __init__(
        self, scope: Construct, construct_id: str, props: ForwarderProps, *, stack_name: str
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description="TFDrift: forwards the events of this account and region",
            synthesizer=BootstraplessSynthesizer(),
            env=Environment(region=props.region) if props.region else None,
        )
        self._props = props
        self._bus = events.EventBus.from_event_bus_arn(self, "Bus", props.bus_arn)
        self._undelivered = sqs.Queue(
            self,
            "Undelivered",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_KEEP,
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(
            self._undelivered,
            "AwsSolutions-SQS3",
            "It is a dead-letter queue itself: of the rules, which the check does not see.",
        )
        self._role = self._sender(props.bus_arn)
        self._forward("Rule", f"CloudTrail's record of every change goes to {props.name}", call_pattern())
        if props.state_key_suffixes:
            self._forward_objects("State", "Terraform states", STATE_DETAIL_TYPES, props.state_key_suffixes)
            self._forward_objects(
                "LogFile", "CloudTrail's log files", ("Object Created",), (LOG_FILE_SUFFIX,)
            )

    def _sender(self, bus_arn: str) -> iam.IRole:
        """Return the role of all rules: it may put events on that bus, and nothing is added to it."""
        putting = iam.PolicyStatement(actions=["events:PutEvents"], resources=[bus_arn])
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("events.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy(self, "Policy", statements=[putting])],
        )
        return role.without_policy_updates()

    def _forward_objects(
        self, construct_id: str, what: str, detail_types: tuple[str, ...], suffixes: tuple[str, ...]
    ) -> None:
        """Forward what happens to objects of the buckets that a parameter names; of none without it."""
        names = CfnParameter(
            self,
            f"{construct_id}BucketNames",
            type="CommaDelimitedList",
            default=_NO_BUCKET,
            allowed_pattern=_BUCKET,
            description=f"Buckets with {what}, of which {self._props.name} is to be told; - for none",
        )
        is_named = CfnCondition(
            self,
            f"Has{construct_id}Buckets",
            expression=Fn.condition_not(Fn.condition_equals(Fn.join(",", names.value_as_list), _NO_BUCKET)),
        )
        rule = self._forward(
            f"{construct_id}Rule",
            f"Objects with {what} go to {self._props.name}",
            events.EventPattern(
                source=["aws.s3"],
                detail_type=list(detail_types),
                detail={
                    "bucket": {"name": names.value_as_list},
                    "object": {"key": [{"suffix": suffix} for suffix in suffixes]},
                },
            ),
        )
        rule.state = Token.as_string(Fn.condition_if(is_named.logical_id, "ENABLED", "DISABLED"))

    def _forward(self, construct_id: str, description: str, pattern: events.EventPattern) -> events.CfnRule:
        rule = events.Rule(self, construct_id, description=description, event_pattern=pattern)
        rule.add_target(targets.EventBus(self._bus, role=self._role, dead_letter_queue=self._undelivered))
        resource = rule.node.default_child
        if not isinstance(resource, events.CfnRule):
            raise TypeError(f"{rule.node.path} is no rule")
        return resource
