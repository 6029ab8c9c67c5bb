"""Objects in members' buckets: their events come over the central bus, and a function may read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.member_reading import MemberReading, MemberReadingProps
from infra.constructs.product_function import ProductFunction
from infra.constructs.work_queue import WorkQueue
from infra.members import MemberBucket, accounts_of

# A rule's pattern has at most 2,048 characters, and a bucket's name up to 63; each rule needs a statement of
# the queue's policy, which has at most twenty.
_BUCKETS_A_RULE = 15


@dataclass(frozen=True, slots=True)
class MemberObjectsProps:
    """The bus that members send to, the queue that the events go to, and the function that reads the objects.

    `key_suffixes` are the endings of the keys that count; `lists` whether the function must be able to tell a
    missing object from a forbidden one.
    """

    bus: events.IEventBus
    work: WorkQueue
    function: ProductFunction
    buckets: tuple[MemberBucket, ...]
    key_suffixes: tuple[str, ...]
    detail_types: tuple[str, ...]
    lists: bool = False


class MemberObjects(Construct):
    """Takes the events of the buckets that were named, from the accounts that were named, and no others."""

    def __init__(self, scope: Construct, construct_id: str, props: MemberObjectsProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        ordered = sorted(props.buckets, key=lambda member: (member.account, member.bucket))
        for start in range(0, len(ordered), _BUCKETS_A_RULE):
            self._add_rule(f"Rule{start // _BUCKETS_A_RULE + 1}", ordered[start : start + _BUCKETS_A_RULE])
        reading = MemberReadingProps(props.function, ordered, props.key_suffixes, props.lists)
        MemberReading(self, "Reading", reading)
        # For the policies of the members' buckets and keys.
        CfnOutput(Stack.of(self), f"{construct_id}RoleArn", value=props.function.role.role_arn)

    def _add_rule(self, construct_id: str, part: Sequence[MemberBucket]) -> None:
        rule = events.Rule(
            self,
            construct_id,
            event_bus=self._props.bus,
            description="Objects in buckets of other accounts and regions",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=list(self._props.detail_types),
                account=list(accounts_of(part)),
                detail={
                    "bucket": {"name": [member.bucket for member in part]},
                    "object": {"key": [{"suffix": suffix} for suffix in self._props.key_suffixes]},
                },
            ),
        )
        work = self._props.work
        rule.add_target(targets.SqsQueue(work.queue, dead_letter_queue=work.dead_letters.queue))
