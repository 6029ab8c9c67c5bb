"""The notification stack, made where targets are named: who is told of what, and what tells them."""

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import DeploymentConfig
from infra.constructs import table_access as access
from infra.constructs.alarms import Alarms
from infra.constructs.dead_letters import DeadLetters
from infra.constructs.feed_listener import FeedListener, FeedListenerProps
from infra.constructs.product_function import ProductFunction, ProductFunctionProps
from infra.constructs.product_table import ProductTable
from infra.constructs.single_grants import allow
from infra.constructs.work_queue import WorkQueue, WorkQueueProps
from infra.stacks.data import DataStack
from tfdrift.adapters.notifications.targets import EventBusTarget, SnsTarget, Target, Targets
from tfdrift.adapters.table_schema import DELIVERIES_TABLE

_TIMEOUT = Duration.seconds(60)


@dataclass(frozen=True, slots=True)
class NotifyProps:
    """The options, and the feed whose batches are announced."""

    config: DeploymentConfig
    data: DataStack
    log_retention: logs.RetentionDays


class NotifyStack(Stack):
    """Feed → who is told → outbox → Slack, Teams, PagerDuty, webhooks, SNS, EventBridge."""

    def __init__(self, scope: Construct, construct_id: str, props: NotifyProps, *, stack_name: str) -> None:
        super().__init__(scope, construct_id, stack_name=stack_name, description="TFDrift: notifications")
        self._props = props
        self._code = lambda_.Code.from_asset(str(props.config.lambda_bundle))
        self._alarms = Alarms(self, "Alarms", topic_arn=props.config.alarm_topic_arn)
        self._encryption = props.data.encryption
        self._outbox = WorkQueue(
            self, "Outbox", WorkQueueProps(function_timeout=_TIMEOUT, encryption=self._encryption)
        )
        self._deliveries = ProductTable(self, "Deliveries", DELIVERIES_TABLE, self._encryption)
        self._add_announcing()
        self._add_delivering()
        self._alarms.watch_queue(self._outbox)
        self._alarms.watch_table("Deliveries", self._deliveries.table)

    def _add_announcing(self) -> None:
        function = self._function("Notify", "notify")
        failed = DeadLetters(self, "NotifyDeadLetters", name="NotifyDeadLetters", encryption=self._encryption)
        FeedListener(
            self,
            "FeedListener",
            FeedListenerProps(function=function, feed=self._props.data.feed, failed=failed),
        )
        self._props.data.feed.grant(function.role, access.FEED_OF_NOTIFICATIONS)
        self._outbox.grant_send(function.role)
        self._alarms.watch_dead_letters(failed)
        self._alarms.watch_stream_reading(function)

    def _add_delivering(self) -> None:
        function = self._function("Deliver", "deliver")
        function.read_from(self._outbox, max_concurrency=5)
        self._outbox.grant_send(function.role)
        self._deliveries.grant(function.role, access.DELIVERIES)
        for target in self._props.config.notifications:
            action, arn = _right(target)
            allow(function.role, [action], arn)

    def _function(self, construct_id: str, handler: str) -> ProductFunction:
        function = ProductFunction(
            self,
            construct_id,
            ProductFunctionProps(
                handler=handler,
                code=self._code,
                timeout=_TIMEOUT,
                memory_mib=512,
                log_retention=self._props.log_retention,
                encryption=self._encryption,
                environment={
                    "TFDRIFT_NOTIFICATIONS": Targets.dump_json(
                        self._props.config.notifications, exclude_defaults=True
                    ).decode("utf-8"),
                    "TFDRIFT_OUTBOX_URL": self._outbox.queue.queue_url,
                    "TFDRIFT_FEED_TABLE": self._props.data.feed.name,
                    "TFDRIFT_DELIVERIES_TABLE": self._deliveries.name,
                    "TFDRIFT_DASHBOARD_URL": self._props.config.dashboard_url or "",
                },
            ),
        )
        self._alarms.watch_function(function)
        return function


def _right(target: Target) -> tuple[str, str]:
    """Return the one action that a target asks for, and on what."""
    if isinstance(target, SnsTarget):
        return "sns:Publish", target.topic_arn
    if isinstance(target, EventBusTarget):
        return "events:PutEvents", target.bus_arn
    return "secretsmanager:GetSecretValue", target.secret_arn
