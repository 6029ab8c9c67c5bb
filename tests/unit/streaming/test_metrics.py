"""What a task measures: lags without negative figures, sends counted once a flush, totals over all labels."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import generate_latest

from streaming.metrics import Metrics, Transport
from streaming.moment import Moment
from streaming.start import StartSource
from tests.support.scripted_stream import entry
from tfdrift.service.stream_ports import FeedBatch

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"tfdrift_stream_{name}", labels)


def batch(n: int, *kinds: str, at: datetime = NOON) -> FeedBatch:
    return FeedBatch(n, tuple(entry(f"{n}-{i}", kind) for i, kind in enumerate(kinds)), at)


def test_events_are_counted_by_type_and_sent_with_the_oldest_of_a_flush() -> None:
    clock = Clock()
    metrics = Metrics(clock)
    metrics.published(batch(1, "drift", "falco", "drift"))
    metrics.published(batch(2, "drift", at=NOON + timedelta(seconds=2)))
    clock.now = NOON + timedelta(seconds=3)
    metrics.flushed()
    metrics.flushed()

    assert sample(metrics, "events_total", type="drift") == 3
    assert sample(metrics, "events_total", type="falco") == 1
    assert sample(metrics, "send_lag_seconds_count") == 1
    assert sample(metrics, "send_lag_seconds_sum") == 3
    assert metrics.total("events") == 4


def test_what_nobody_waited_for_has_no_lag_when_somebody_comes() -> None:
    clock = Clock()
    metrics = Metrics(clock)
    metrics.published(batch(1, "drift"))
    metrics.nobody_waits()
    clock.now = NOON + timedelta(hours=1)
    metrics.published(batch(2, "drift", at=clock.now))
    metrics.flushed()

    assert metrics.send.take_peak() == 0


def test_a_peak_is_told_once_and_clocks_that_differ_give_no_negative_lag() -> None:
    lag = Metrics().commit
    for seconds in (0.5, 2.0, -3.0):
        lag.observe(seconds)
    assert lag.take_peak() == 2.0
    assert lag.take_peak() is None


def test_streams_are_counted_by_transport_source_and_end() -> None:
    metrics = Metrics()
    metrics.started(Transport.SSE, StartSource.LIVE)
    metrics.started(Transport.SSE, StartSource.RING)
    metrics.started(Transport.WEBSOCKET, StartSource.GAP)
    metrics.ended(Transport.SSE, "too_slow")

    assert sample(metrics, "clients_started_total", transport="sse", source="ring") == 1
    assert metrics.total("clients_started") == 3
    assert sample(metrics, "clients_ended_total", transport="sse", reason="too_slow") == 1


def test_deliveries_are_counted_over_the_clients_of_a_write() -> None:
    metrics = Metrics()
    metrics.delivered(Transport.SSE, 3 * 500)
    metrics.delivered(Transport.SSE, 2)
    assert sample(metrics, "deliveries_total", transport="sse") == 1502


def test_a_gauge_by_label_has_the_labels_that_there_are_when_it_is_asked() -> None:
    metrics = Metrics()
    lags = {"a": 1.0, "b": 2.0}
    Moment(clients=dict, tailing=lambda: True, shard_lags=lambda: lags).show_in(metrics)
    assert sample(metrics, "shard_lag_seconds", shard="b") == 2
    assert sample(metrics, "tailer_lag_seconds") == 2
    assert sample(metrics, "open_shards") == 2
    lags.pop("b")
    assert sample(metrics, "shard_lag_seconds", shard="b") is None
    assert sample(metrics, "tailer_lag_seconds") == 1


def test_what_is_not_known_is_no_number() -> None:
    metrics = Metrics()
    metrics.gauge("tailer_lag_seconds", "A lag", lambda: None)
    assert metrics.feed_read_age() is None
    lag = sample(metrics, "tailer_lag_seconds")
    assert lag is not None
    assert math.isnan(lag)
    metrics.feed_read()
    assert (metrics.feed_read_age() or 0) >= 0
    assert b"tfdrift_stream_feed_read_age_seconds" in generate_latest(metrics.registry)


def test_each_task_has_a_registry_of_its_own() -> None:
    one, other = Metrics(), Metrics()
    one.refused("head_too_large")
    assert (one.total("requests_refused"), other.total("requests_refused")) == (1, 0)
    with pytest.raises(ValueError, match="Duplicated"):
        one.gauge("feed_read_age_seconds", "The same", lambda: 0)
