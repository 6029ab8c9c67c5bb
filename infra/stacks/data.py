"""The data stack: the three tables, apart from all that can be thrown away and made again."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.product_table import ProductTable
from tfdrift.adapters.table_schema import EVENTS_TABLE, FEED_TABLE, STATE_TABLE


class DataStack(Stack):
    """Events with their stream, the state index, and the feed that the streaming tasks read."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alarm_topic_arn: str | None,
        stack_name: str,
        own_key: bool = False,
    ) -> None:
        super().__init__(
            scope, construct_id, stack_name=stack_name, description="TFDrift: drifts, events and state index"
        )
        self.key = self._make_key() if own_key else None
        self.events = ProductTable(self, "Events", EVENTS_TABLE, self.key)
        self.state = ProductTable(self, "State", STATE_TABLE, self.key)
        self.feed = ProductTable(self, "Feed", FEED_TABLE, self.key)
        alarms = Alarms(self, "Alarms", topic_arn=alarm_topic_arn)
        for product_table in (self.events, self.state, self.feed):
            alarms.watch_table(product_table.node.id, product_table.table)

    def _make_key(self) -> kms.Key:
        """Make the tables' key, which outlives the stack as they do."""
        return kms.Key(
            self,
            "Key",
            description="Encrypts TFDrift's tables",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
