"""Writes the task's figures as CloudWatch metrics, in the embedded metric format, once in a while.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import asyncio
from collections.abc import Iterator

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from streaming.metrics import Metrics
from streaming.moment import Moment

NAMESPACE = "TFDrift"
COUNTED = {
    "EventsPublished": "events",
    "EventsDelivered": "deliveries",
    "StreamsStarted": "clients_started",
    "StreamsEnded": "clients_ended",
    "RequestsRefused": "requests_refused",
    "FeedGaps": "feed_gaps",
    "ShardReads": "shard_reads",
    "TailingsBegun": "tailings",
}


class EmbeddedMetrics:
    """Reports what happened since the last report, the greatest lags of that time, and what is so now.

    `service` is the dimension by which deployments in one account are told apart.
    """

    def __init__(self, metrics: Metrics, moment: Moment, service: str) -> None:
        self._metrics = metrics
        self._moment = moment
        self._service = service
        self._before = dict.fromkeys(COUNTED, 0.0)

    async def run(self, seconds: float) -> None:
        """Report again and again, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            self.report()

    def report(self) -> None:
        """Write one report to the standard output, from where the container's log carries it on."""
        report = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
        for name, unit, value in (*self._counts(), *self._figures()):
            report.add_metric(name=name, unit=unit, value=value)
        report.flush_metrics()

    def _counts(self) -> Iterator[tuple[str, MetricUnit, float]]:
        for name, counter in COUNTED.items():
            total = self._metrics.total(counter)
            yield name, MetricUnit.Count, total - self._before[name]
            self._before[name] = total

    def _figures(self) -> Iterator[tuple[str, MetricUnit, float]]:
        """Yield the figures that there are: a task that does not tail has no lag of a tailer."""
        yield "Clients", MetricUnit.Count, sum(self._moment.clients().values())
        yield "Tailing", MetricUnit.Count, int(self._moment.tailing())
        seconds = {
            "TailerLag": self._moment.tailer_lag(),
            "FeedReadAge": self._metrics.feed_read_age(),
            "IngestLag": self._metrics.ingest.take_peak(),
            "CommitLag": self._metrics.commit.take_peak(),
            "SendLag": self._metrics.send.take_peak(),
        }
        for name, value in seconds.items():
            if value is not None:
                yield name, MetricUnit.Seconds, value
