"""What is known of a tailer's reads: silence by shard, and how far behind the stream it may be."""

from datetime import UTC, datetime, timedelta

from streaming.metrics import Metrics
from streaming.shard_reads import ShardReads
from tests.support.scripted_stream import entry
from tfdrift.service.stream_ports import GapReason, RecordsPage

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
EMPTY = RecordsPage((), None, "next")


class Bench:
    """Reads on clocks that the test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.metrics = Metrics()
        self.reads = ShardReads(
            self.metrics, lambda: self.seconds, lambda: NOON + timedelta(seconds=self.seconds)
        )


def page(created: float, *waits: float) -> RecordsPage:
    entries = tuple(entry(str(n)) for n in range(len(waits)))
    return RecordsPage(entries, "7", "next", NOON + timedelta(seconds=created), waits)


def test_a_shard_that_is_not_read_is_named_until_it_is_read_or_ends() -> None:
    bench = Bench()
    for name in ("b", "a", "c"):
        bench.reads.begin(name)
    bench.seconds = 31
    bench.reads.page("c", EMPTY)
    assert bench.reads.silent(30) == ["a", "b"]
    bench.reads.page("a", EMPTY)
    bench.reads.end("b")
    assert bench.reads.silent(30) == []
    assert len(bench.reads) == 2


def test_the_lag_is_that_of_the_shard_furthest_behind() -> None:
    bench = Bench()
    assert bench.reads.lag() is None
    bench.reads.begin("a")
    bench.reads.begin("b")
    bench.seconds = 100
    bench.reads.page("a", EMPTY)
    bench.reads.page("b", page(40, 1.0))
    assert bench.reads.lags() == {"a": 0, "b": 100}
    bench.reads.committed("b", page(40, 1.0))
    assert bench.reads.lag() == 60
    bench.reads.page("b", EMPTY)
    assert bench.reads.lag() == 0
    bench.seconds = 105
    assert bench.reads.lag() == 5
    bench.reads.clear()
    assert bench.reads.lag() is None


def test_pages_troubles_and_losses_are_counted() -> None:
    bench = Bench()
    bench.reads.begin("a")
    bench.reads.page("a", page(0, 60.0, 300.0))
    bench.seconds = 2
    bench.reads.committed("a", page(0, 60.0, 300.0))
    bench.reads.committed("a", EMPTY)
    bench.reads.committed("gone", page(0))
    bench.reads.open()
    bench.reads.trouble("throttled")
    bench.reads.lost(GapReason.TRIMMED)
    bench.reads.page("gone", EMPTY)

    found = bench.metrics.registry.get_sample_value
    assert bench.metrics.ingest.take_peak() == 300
    assert bench.metrics.commit.take_peak() == 2
    assert found("tfdrift_stream_shard_reads_total", {"outcome": "records"}) == 1
    assert found("tfdrift_stream_shard_reads_total", {"outcome": "throttled"}) == 1
    assert found("tfdrift_stream_tailings_total") == 1
    assert found("tfdrift_stream_feed_gaps_total", {"reason": "trimmed"}) == 1
