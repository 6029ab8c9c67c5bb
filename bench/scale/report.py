"""Prints the tables of docs/scaling.md as Markdown: `python -m bench scale`."""

from collections.abc import Iterable, Sequence

from bench.scale.assumptions import Assumptions, read
from bench.scale.model import (
    Needs,
    follow_dollars,
    needs,
    sequencer_events_second,
    stream_read_dollars,
)
from bench.scale.simulation import Scenario, quantile, simulate

_WAITS = (0.05, 0.25, 1.0, 5.0)
_RATES = (0.1, 1.0, 20.0, 200.0, 1_000.0)


def tables() -> str:
    """Return all tables, of the data file's assumptions."""
    given = read()
    sizes = [needs(step, given) for step in given.steps]
    return "\n\n".join(
        (
            _sizes(sizes),
            _costs(sizes),
            _limits(sizes),
            f"One feed is full at {sequencer_events_second(given):,.0f} events a second.",
            _polling(given),
            _latencies(given),
            _failover(given),
        )
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    marks = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, marks, *rows))


def _sizes(sizes: Sequence[Needs]) -> str:
    head = (
        "size", "accounts", "dashboards", "feeds", "events/s, peak", "deliveries/s, peak", "tasks", "shards",
        "feed write units/s", "feed read units/s", "$ a month",
    )  # fmt: skip
    return _table(
        head,
        (
            (
                size.step.name,
                f"{size.step.accounts:,}",
                f"{size.step.clients:,}",
                f"{size.step.feeds}",
                f"{size.peak_events_second:,.2f}",
                f"{size.deliveries_second:,.0f}",
                f"{size.tasks:,}",
                f"{size.shards:,}",
                f"{size.feed_writes_second:,.0f}",
                f"{size.feed_reads_second:,.0f}",
                f"{sum(size.dollars_month.values()):,.0f}",
            )
            for size in sizes
        ),
    )


def _costs(sizes: Sequence[Needs]) -> str:
    names = list(sizes[0].dollars_month)
    return _table(
        ("$ a month", *names),
        ((size.step.name, *(f"{size.dollars_month[name]:,.0f}" for name in names)) for size in sizes),
    )


def _limits(sizes: Sequence[Needs]) -> str:
    names = [limit.name for limit in sizes[0].limits]
    return _table(
        ("used of each limit, percent", *names),
        ((size.step.name, *(f"{100 * limit.used:,.1f}" for limit in size.limits)) for size in sizes),
    )


def _polling(given: Assumptions) -> str:
    return _table(
        ("longest wait", "4 idle shards, $ a month", "an idle task's reads of the feed, $ a month"),
        (
            (
                f"{wait} s",
                f"{stream_read_dollars(4, wait, given):,.2f}",
                f"{follow_dollars(wait, given):,.2f}",
            )
            for wait in _WAITS
        ),
    )


def _scenario(rate: float, given: Assumptions, kills: tuple[float, ...] = ()) -> Scenario:
    return Scenario(
        events_second=rate,
        shards=4,
        followers=3,
        seconds=max(60.0, min(3_600.0, 2_000 / rate)),
        idle_poll_seconds=given.product["idle_poll_seconds"],
        idle_follow_seconds=given.product["idle_follow_seconds"],
        kills=kills,
    )


def _latencies(given: Assumptions) -> str:
    rows = []
    for rate in _RATES:
        scenario = _scenario(rate, given)
        seen = simulate(scenario, given)
        rows.append(
            (
                f"{rate:g}",
                *(f"{1000 * quantile(seen.tailing, part):,.0f}" for part in (0.5, 0.99)),
                *(f"{1000 * quantile(seen.following, part):,.0f}" for part in (0.5, 0.99)),
                f"{seen.events / seen.commits:,.1f}",
                f"{seen.stream_reads / scenario.seconds:,.0f}",
                f"{seen.feed_reads / scenario.seconds / scenario.followers:,.1f}",
            )
        )
    head = (
        "events/s", "tailing task p50, ms", "p99", "other tasks p50, ms", "p99", "events a commit",
        "GetRecords/s, 4 shards", "queries/s a task",
    )  # fmt: skip
    return _table(head, rows)


def _failover(given: Assumptions) -> str:
    rows = []
    for rate in (1.0, 20.0, 200.0):
        seen = simulate(_scenario(rate, given, kills=(20.0,)), given)
        late = sum(latency > 1 for latency in seen.following) / len(seen.following)
        rows.append((f"{rate:g}", f"{max(seen.following):,.1f}", f"{100 * late:,.1f}"))
    return _table(("events/s", "longest, s", "later than a second, percent"), rows)
