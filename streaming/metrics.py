"""What a task measures of itself, in a registry of its own; docs/operations.md explains each figure."""

import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from tfdrift.service.stream_ports import FeedBatch

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_MINUTES = (1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 21_600, 86_400)


class Transport(StrEnum):
    """How a client is connected."""

    SSE = "sse"
    WEBSOCKET = "websocket"


class Lag:
    """A histogram of seconds, and the greatest one since it was last asked for."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._peak: float | None = None

    def observe(self, seconds: float) -> None:
        """Take one figure; clocks that differ by a little must not make it negative."""
        seconds = max(0.0, seconds)
        self._histogram.observe(seconds)
        self._peak = seconds if self._peak is None else max(self._peak, seconds)

    def take_peak(self) -> float | None:
        """Return the greatest figure since the last call; None if there was none."""
        peak, self._peak = self._peak, None
        return peak


class _LabelledGauge(Collector):
    """A gauge whose labels come and go."""

    def __init__(self, name: str, what: str, label: str, values: Callable[[], Mapping[str, float]]) -> None:
        self._name = name
        self._what = what
        self._label = label
        self._values = values

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauge with a sample for each label that there is now."""
        family = GaugeMetricFamily(self._name, self._what, labels=[self._label])
        for label, value in self._values().items():
            family.add_metric([label], value)
        yield family


class Metrics:
    """Counts and times of one task. What happens for each event is counted for each batch, or each flush.

    Only counters are changed as things happen; what is simply so at a moment is asked for by gauges, in the
    thread of whoever reads the registry.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._events = self._counter("events", "Events published to this task's clients", "type")
        self._deliveries = self._counter("deliveries", "Events handed to clients", "transport")
        self._started = self._counter("clients_started", "Streams begun", "transport", "source")
        self._ended = self._counter("clients_ended", "Streams ended", "transport", "reason")
        self._refused = self._counter("requests_refused", "Requests refused by a limit", "reason")
        self._gaps = self._counter("feed_gaps", "Gaps that this task put into the feed", "reason")
        self._tailings = self._counter("tailings", "Times that this task began to tail")
        self._reads = self._counter("shard_reads", "Reads of the change stream's shards", "outcome")
        self._traces = self._counter("trace_segments", "Segments of traces", "outcome")
        self.ingest = self._lag("ingest_lag", "From the event's time to its storage", _MINUTES)
        self.commit = self._lag("commit_lag", "From a record's storage to its commit to the feed", _SECONDS)
        self.send = self._lag("send_lag", "From the commit to the write to this task's clients", _SECONDS)
        self._oldest_unsent: datetime | None = None
        self._feed_read_at: float | None = None
        self.gauge("feed_read_age_seconds", "Time since the feed was last read", self.feed_read_age)

    def gauge(self, name: str, what: str, value: Callable[[], float | None]) -> None:
        """Have a figure asked for whenever the registry is read; None is shown as not a number."""

        def number() -> float:
            found = value()
            return float("nan") if found is None else float(found)

        Gauge(f"tfdrift_stream_{name}", what, registry=self.registry).set_function(number)

    def gauge_by(self, label: str, name: str, what: str, values: Callable[[], Mapping[str, float]]) -> None:
        """Have figures by a label asked for whenever the registry is read."""
        self.registry.register(_LabelledGauge(f"tfdrift_stream_{name}", what, label, values))

    def published(self, batch: FeedBatch) -> None:
        """Count a batch that goes out to the clients."""
        for kind, count in Tally(entry.type for entry in batch.entries).items():
            self._events.labels(kind).inc(count)
        if self._oldest_unsent is None:
            self._oldest_unsent = batch.committed_at

    def flushed(self) -> None:
        """Note that everything published was written to the clients that keep up."""
        if self._oldest_unsent is not None:
            self.send.observe((self._now() - self._oldest_unsent).total_seconds())
            self._oldest_unsent = None

    def nobody_waits(self) -> None:
        """Forget what was published: without a client there is no write whose lag could be told."""
        self._oldest_unsent = None

    def delivered(self, transport: Transport, events: int) -> None:
        """Count the events of one write, over all clients that it went to."""
        self._deliveries.labels(transport.value).inc(events)

    def started(self, transport: Transport, source: StrEnum) -> None:
        """Count a stream by where its past comes from."""
        self._started.labels(transport.value, source.value).inc()

    def ended(self, transport: Transport, reason: str) -> None:
        """Count a stream's end."""
        self._ended.labels(transport.value, reason).inc()

    def refused(self, reason: str) -> None:
        """Count a request that a limit refused."""
        self._refused.labels(reason).inc()

    def tailing_begun(self) -> None:
        """Count a beginning of the tailing."""
        self._tailings.inc()

    def shard_read(self, outcome: str) -> None:
        """Count a read of a shard."""
        self._reads.labels(outcome).inc()

    def gap(self, reason: str) -> None:
        """Count a gap that this task put into the feed."""
        self._gaps.labels(reason).inc()

    def trace_segments(self, outcome: str, count: int) -> None:
        """Count segments of traces that were sent, or could not be."""
        self._traces.labels(outcome).inc(count)

    def feed_read(self) -> None:
        """Note that the feed was read."""
        self._feed_read_at = time.monotonic()

    def feed_read_age(self) -> float | None:
        """Return the seconds since the feed was last read; None before the first time."""
        read_at = self._feed_read_at
        return None if read_at is None else time.monotonic() - read_at

    def total(self, name: str) -> float:
        """Return the sum of a counter over all its labels; `name` as in the registry, without ``_total``."""
        samples = (sample for family in self._counters[name].collect() for sample in family.samples)
        return sum(sample.value for sample in samples if sample.name.endswith("_total"))

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        counter = Counter(f"tfdrift_stream_{name}", what, labels, registry=self.registry)
        self._counters[name] = counter
        return counter

    def _lag(self, name: str, what: str, buckets: tuple[float, ...]) -> Lag:
        return Lag(Histogram(f"tfdrift_stream_{name}_seconds", what, registry=self.registry, buckets=buckets))
