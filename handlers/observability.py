"""Structured logs and metrics of the functions: counts and reasons, never payloads or secrets."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "TFDrift"
_REASONS_LOGGED = 20


@cache
def logger_of(service: str) -> Logger:
    """Return the function's logger; made on the first invocation, since it reads the environment."""
    return Logger(service=f"tfdrift-{service}")


@dataclass(slots=True)
class Tally:
    """What one invocation did, by outcome; `unmapped` counts event names that the catalog does not know."""

    service: str
    outcomes: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)

    def publish(self) -> None:
        """Write the counts as metrics in the embedded metric format."""
        for outcome, count in sorted(self.outcomes.items()):
            self._metric("Evidence", count, outcome=outcome)
        for event, count in sorted(self.unmapped.items()):
            self._metric("UnmappedEvents", count, event=event)

    def _metric(self, name: str, count: int, **dimensions: str) -> None:
        unit = MetricUnit.Count
        with single_metric(name=name, unit=unit, value=count, namespace=NAMESPACE) as metric:
            metric.add_dimension("service", f"tfdrift-{self.service}")
            for dimension, value in dimensions.items():
                metric.add_dimension(dimension, value)


@contextmanager
def observed(service: str, context: Any) -> Iterator[Tally]:  # noqa: ANN401 - Lambda's untyped context
    """Count and log one invocation; what was counted is published even if the invocation fails."""
    logger = logger_of(service)
    request_id = getattr(context, "aws_request_id", None)
    tally = Tally(service)
    with logger.append_context_keys(function_request_id=request_id):
        try:
            yield tally
        finally:
            tally.publish()
            logger.info("invocation done", outcomes=dict(tally.outcomes))


def log_faults(service: str, where: str, faults: list[str]) -> None:
    """Log why a message fails."""
    logger_of(service).error(
        "message fails", where=where, faults=faults[:_REASONS_LOGGED], fault_count=len(faults)
    )
