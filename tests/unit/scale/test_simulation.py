"""The simulated stream and the model of its sizes: nothing lost, and bounds that grow with what is asked."""

from dataclasses import replace

import pytest

from bench.scale.assumptions import Assumptions, Step, read
from bench.scale.model import needs, sequencer_events_second, stream_read_dollars, tasks_of
from bench.scale.simulation import Outcome, Scenario, quantile, simulate


@pytest.fixture(scope="module")
def given() -> Assumptions:
    return read()


def _run(given: Assumptions, *, kills: tuple[float, ...] = (), **changes: float) -> Outcome:
    scenario = Scenario(
        events_second=20.0,
        shards=4,
        followers=3,
        seconds=60.0,
        idle_poll_seconds=0.25,
        idle_follow_seconds=0.25,
        kills=kills,
    )
    return simulate(replace(scenario, **changes), given)


@pytest.mark.parametrize("kills", [(), (10.0,), (10.0, 30.0)])
def test_every_event_reaches_the_clients_of_every_task(given: Assumptions, kills: tuple[float, ...]) -> None:
    seen = _run(given, kills=kills)

    assert seen.events > 1_000
    assert len(seen.tailing) == seen.events
    assert len(seen.following) == 3 * seen.events


def test_no_event_arrives_before_it_is_written(given: Assumptions) -> None:
    seen = _run(given)

    assert min(seen.tailing) > given.aws["stream_delay_seconds"]
    assert min(seen.following) > given.aws["stream_delay_seconds"]


def test_a_killed_tailer_costs_about_a_lease(given: Assumptions) -> None:
    lease = given.product["lease_seconds"]

    assert max(_run(given).following) < 1
    assert lease - 1 < max(_run(given, kills=(10.0,)).following) < lease + 3


def test_longer_waits_read_less_and_deliver_later(given: Assumptions) -> None:
    quick = _run(given, events_second=1.0, seconds=600.0)
    slow = _run(given, events_second=1.0, seconds=600.0, idle_poll_seconds=2.0)

    assert slow.stream_reads < quick.stream_reads / 2
    assert quantile(slow.tailing, 0.5) > 2 * quantile(quick.tailing, 0.5)


def test_more_dashboards_need_more_tasks_and_no_size_stays_under_the_least(given: Assumptions) -> None:
    assert tasks_of(0.0, 1, given) == 2
    assert tasks_of(0.0, 45_000, given) == 5
    assert tasks_of(100.0, 45_000, given) > 5


def test_one_feed_of_everybody_breaks_and_forty_feeds_do_not(given: Assumptions) -> None:
    one = needs(Step("one", 10_000, 1_000_000, 1), given)
    forty = needs(Step("forty", 10_000, 1_000_000, 40), given)

    assert one.first_to_break.name == "reads of the feed's partition"
    assert one.first_to_break.used > 1
    assert forty.first_to_break.used < 1


def test_the_sequencer_is_bound_by_one_partition_of_half_a_megabyte_a_second(given: Assumptions) -> None:
    size = given.workload["event_bytes"] * given.workload["compression"]

    assert sequencer_events_second(given) * size == pytest.approx(500 * 1024)


def test_free_reads_are_not_paid_for(given: Assumptions) -> None:
    assert stream_read_dollars(1, 5.0, given) == 0
    assert stream_read_dollars(4, 0.25, given) > 0
