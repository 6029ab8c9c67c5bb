"""The data stack: the tables, and the key if there is one, apart from all that can be made again."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.encryption import Encryption, OwnKey
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
        self.encryption = OwnKey(self._make_key()) if own_key else Encryption()
        self.events = ProductTable(self, "Events", EVENTS_TABLE, self.encryption)
        self.state = ProductTable(self, "State", STATE_TABLE, self.encryption)
        self.feed = ProductTable(self, "Feed", FEED_TABLE, self.encryption)
        alarms = Alarms(self, "Alarms", topic_arn=alarm_topic_arn)
        for product_table in (self.events, self.state, self.feed):
            alarms.watch_table(product_table.node.id, product_table.table)

    def _make_key(self) -> kms.Key:
        """Make the key, which outlives the stacks as what it encrypts does."""
        key = kms.Key(
            self,
            "Key",
            description="Encrypts what TFDrift keeps",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        CfnOutput(self, "KeyArn", value=key.key_arn)
        return key
