"""The deployment on one page of CloudWatch: what comes in, what waits, what fails, who listens."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infra.constructs.alarms import METRICS_NAMESPACE
from infra.constructs.product_function import ProductFunction
from infra.constructs.work_queue import WorkQueue

_PERIOD = Duration.minutes(1)
_WIDTH = 12


@dataclass(frozen=True, slots=True)
class DashboardProps:
    """`metrics_service` is the name under which the streaming tasks report."""

    name: str
    metrics_service: str
    service: ecs.FargateService
    functions: Sequence[ProductFunction]
    queues: Sequence[WorkQueue]


class OperationsDashboard(Construct):
    """Two columns: evidence on the left, clients on the right; the alarms are the runbook's."""

    def __init__(self, scope: Construct, construct_id: str, props: DashboardProps) -> None:
        super().__init__(scope, construct_id)
        self._service = props.metrics_service
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=props.name)
        functions = [function.function for function in props.functions]
        queues = [work.queue for work in props.queues]
        dead = [work.dead_letters.queue for work in props.queues]
        board.add_widgets(
            _graph(
                "Evidence that waits, seconds",
                [queue.metric_approximate_age_of_oldest_message(period=_PERIOD) for queue in queues],
            ),
            _graph(
                "Connected clients",
                [
                    self._metric("Clients", "Sum"),
                    props.service.metric_cpu_utilization(period=_PERIOD),
                    props.service.metric_memory_utilization(period=_PERIOD),
                ],
            ),
        )
        board.add_widgets(
            _graph(
                "Dead letters",
                [queue.metric_approximate_number_of_messages_visible(period=_PERIOD) for queue in dead],
            ),
            _graph(
                "Lag, seconds: tailer, and from the event to the client",
                [
                    self._metric(name, "Maximum")
                    for name in ("TailerLag", "IngestLag", "CommitLag", "SendLag")
                ],
            ),
        )
        board.add_widgets(
            _graph(
                "Errors and throttles of functions",
                [
                    metric
                    for function in functions
                    for metric in (
                        function.metric_errors(period=_PERIOD),
                        function.metric_throttles(period=_PERIOD),
                    )
                ],
            ),
            _graph(
                "Events: published, delivered; refusals and gaps",
                [
                    self._metric(name, "Sum")
                    for name in ("EventsPublished", "EventsDelivered", "RequestsRefused", "FeedGaps")
                ],
            ),
        )

    def _metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self._service},
            statistic=statistic,
            period=_PERIOD,
        )


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=_WIDTH, height=6)
