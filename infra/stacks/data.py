"""The data stack: the three tables, apart from all that can be thrown away and made again."""

from aws_cdk import Stack
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.product_table import ProductTable
from tfdrift.adapters.table_schema import EVENTS_TABLE, FEED_TABLE, STATE_TABLE


class DataStack(Stack):
    """Events with their stream, the state index, and the feed that the streaming tasks read."""

    def __init__(
        self, scope: Construct, construct_id: str, *, alarm_topic_arn: str | None, stack_name: str
    ) -> None:
        super().__init__(
            scope, construct_id, stack_name=stack_name, description="TFDrift: drifts, events and state index"
        )
        self.events = ProductTable(self, "Events", EVENTS_TABLE)
        self.state = ProductTable(self, "State", STATE_TABLE)
        self.feed = ProductTable(self, "Feed", FEED_TABLE)
        alarms = Alarms(self, "Alarms", topic_arn=alarm_topic_arn)
        for product_table in (self.events, self.state, self.feed):
            alarms.watch_table(product_table.node.id, product_table.table)
