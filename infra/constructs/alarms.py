"""CloudWatch alarms of one stack, which tell the deployment's alarm topic if it has one."""

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra import alarm_rules
from infra.acknowledge import acknowledge
from infra.alarm_rules import AlarmRule
from infra.constructs.dead_letters import DeadLetters
from infra.constructs.product_function import ProductFunction
from infra.constructs.work_queue import WorkQueue

# As the streaming tasks report them: `streaming.embedded_metrics`, which this side must not import.
METRICS_NAMESPACE = "TFDrift"


class Alarms(Construct):
    """Watches what a stack gives it; without a topic the alarms only change their colour."""

    def __init__(self, scope: Construct, construct_id: str, *, topic_arn: str | None) -> None:
        super().__init__(scope, construct_id)
        self._action = (
            actions.SnsAction(sns.Topic.from_topic_arn(self, "Topic", topic_arn)) if topic_arn else None
        )

    def watch_queue(self, work: WorkQueue, *, whole_files: bool = False) -> None:
        """Ring for evidence that could not be used, and for evidence that waits."""
        self.watch_dead_letters(work.dead_letters)
        self._add(
            f"{work.node.id}Waiting",
            alarm_rules.WAITING_FILES if whole_files else alarm_rules.WAITING_CALLS,
            work.queue.metric_approximate_age_of_oldest_message(statistic="Maximum"),
        )

    def watch_dead_letters(self, dead_letters: DeadLetters) -> None:
        """Ring for what ended in dead letters."""
        self._add(
            dead_letters.name,
            alarm_rules.DEAD_LETTERS,
            dead_letters.queue.metric_approximate_number_of_messages_visible(statistic="Maximum"),
        )

    def watch_function(self, function: ProductFunction) -> None:
        """Ring for errors and for throttled invocations."""
        name = function.node.id
        self._add(f"{name}Errors", alarm_rules.FUNCTION_ERRORS, function.function.metric_errors())
        self._add(f"{name}Throttles", alarm_rules.FUNCTION_THROTTLES, function.function.metric_throttles())

    def watch_schedule(self, function: ProductFunction) -> None:
        """Ring when a function that a clock invokes is not invoked."""
        self._add(
            f"{function.node.id}Pass",
            alarm_rules.HELD_PASS,
            function.function.metric_invocations(statistic="Sum"),
        )

    def watch_stream_reading(self, function: ProductFunction) -> None:
        """Ring when a function that reads a table's stream falls behind it."""
        self._add(
            f"{function.node.id}Waiting",
            alarm_rules.WAITING_NEWS,
            function.function.metric("IteratorAge", statistic="Maximum"),
        )

    def watch_rotation(self, function: ProductFunction) -> None:
        """Ring when the machines' token could not be rotated."""
        self._add(f"{function.node.id}Fails", alarm_rules.TOKEN_ROTATION, function.function.metric_errors())

    def watch_table(self, name: str, table: dynamodb.TableV2) -> None:
        """Ring when DynamoDB throttles what the product does with a table."""
        for kind in ("Read", "Write"):
            self._add(
                f"{name}{kind}Throttles",
                alarm_rules.TABLE_THROTTLES,
                table.metric(f"{kind}ThrottleEvents", statistic="Sum"),
            )

    def watch_service(self, cluster: ecs.ICluster, service: ecs.FargateService, tasks: int) -> None:
        """Ring when tasks are missing or nearly out of memory."""
        running = cloudwatch.Metric(
            namespace="ECS/ContainerInsights",
            metric_name="RunningTaskCount",
            dimensions_map={"ClusterName": cluster.cluster_name, "ServiceName": service.service_name},
            statistic="Minimum",
        )
        self._add("TasksMissing", replace(alarm_rules.TASKS_MISSING, threshold=tasks), running)
        self._add(
            "TaskMemory", alarm_rules.TASK_MEMORY, service.metric_memory_utilization(statistic="Maximum")
        )

    def watch_tailer(self, service: str) -> None:
        """Ring when the tailer, of whatever task, falls behind or is silent; tasks report as `service`."""
        lag = cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name="TailerLag",
            dimensions_map={"service": service},
            statistic="Maximum",
        )
        self._add("TailerLag", alarm_rules.TAILER_LAG, lag)

    def watch_load_balancer(
        self, balancer: elb.ApplicationLoadBalancer, tasks: elb.ApplicationTargetGroup
    ) -> None:
        """Ring when no task is healthy, and when answers are errors of the server."""
        self._add("NoTask", alarm_rules.NO_TASK, tasks.metrics.healthy_host_count(statistic="Maximum"))
        self._add(
            "TaskErrors",
            alarm_rules.SERVER_ERRORS,
            balancer.metrics.http_code_target(elb.HttpCodeTarget.TARGET_5XX_COUNT, statistic="Sum"),
        )
        self._add(
            "BalancerErrors",
            alarm_rules.SERVER_ERRORS,
            balancer.metrics.http_code_elb(elb.HttpCodeElb.ELB_5XX_COUNT, statistic="Sum"),
        )

    def _add(self, name: str, rule: AlarmRule, metric: cloudwatch.Metric) -> None:
        operators = cloudwatch.ComparisonOperator
        missing = cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric.with_(period=Duration.minutes(rule.minutes)),
            alarm_description=rule.description,
            threshold=rule.threshold,
            evaluation_periods=rule.periods,
            comparison_operator=operators.LESS_THAN_THRESHOLD
            if rule.below
            else operators.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=missing.BREACHING if rule.silence_counts else missing.NOT_BREACHING,
        )
        if self._action is None:
            acknowledge(
                alarm,
                "NIST.800.53.R5-CloudWatchAlarmAction",
                "Whom it tells is the option alarm_topic_arn; without one it is seen in CloudWatch alone.",
            )
            return
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
