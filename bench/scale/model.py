"""What a size needs: events, tasks, shards, reads and writes a second, cost a month, and what breaks first.

All functions are pure. Loads are at the peak, where something breaks; costs are of the average.
"""

import math
from dataclasses import dataclass

from bench.scale.assumptions import Assumptions, Step

MONTH_SECONDS = 30 * 86_400
_MILLION = 1_000_000
_LEAST_TASKS = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a bound is used; above 1 it is broken."""

    name: str
    used: float


@dataclass(frozen=True, slots=True)
class Needs:
    """What one step needs in all, and how much of each limit its fullest part uses."""

    step: Step
    events_second: float
    peak_events_second: float
    deliveries_second: float
    tasks: int
    shards: int
    feed_writes_second: float
    feed_reads_second: float
    dollars_month: dict[str, float]
    limits: tuple[Limit, ...]

    @property
    def first_to_break(self) -> Limit:
        """Return the limit of which most is used."""
        return max(self.limits, key=lambda limit: limit.used)


def needs(step: Step, given: Assumptions) -> Needs:
    """Return what a step needs; its feeds are alike, and so are their tasks."""
    events = step.accounts * given.workload["events_per_account_day"] / 86_400
    peak = events * given.workload["peak_factor"]
    feed_peak, feed_events = peak / step.feeds, events / step.feeds
    clients = step.clients / step.feeds
    tasks = tasks_of(feed_peak, clients, given)
    shards = shards_of(feed_peak, given)
    return Needs(
        step=step,
        events_second=events,
        peak_events_second=peak,
        deliveries_second=feed_peak * given.workload["passing_share"] * clients * step.feeds,
        tasks=tasks * step.feeds,
        shards=shards * step.feeds,
        feed_writes_second=feed_write_units(feed_peak, shards, given) * step.feeds,
        feed_reads_second=feed_read_units(feed_peak, tasks, given) * step.feeds,
        dollars_month={
            name: dollars * step.feeds
            for name, dollars in _cost(feed_events, clients, tasks, shards, given).items()
        },
        limits=_limits(feed_peak, clients, tasks, shards, given),
    )


def tasks_of(peak: float, clients: float, given: Assumptions) -> int:
    """Return the tasks that carry so many clients of one feed: by number, by CPU and by memory."""
    product = given.product
    deliveries = peak * given.workload["passing_share"] * clients
    by_number = clients / product["max_clients"]
    by_cpu = deliveries / task_deliveries(given)
    by_memory = clients * product["kib_a_client"] / (product["task_gib"] * 2**20 - product["base_mib"] * 1024)
    return max(_LEAST_TASKS, math.ceil(max(by_number, by_cpu, by_memory)))


def task_deliveries(given: Assumptions) -> float:
    """Return the deliveries a second that one task makes with headroom."""
    product = given.product
    return product["deliveries_per_cpu_second"] * product["task_vcpu"] * product["cpu_headroom"]


def shards_of(peak: float, given: Assumptions) -> int:
    """Return the shards of the events table's stream: one a partition."""
    units = peak * given.product["write_units_an_event"]
    return max(
        int(given.quotas["first_partitions"]), math.ceil(units / given.quotas["partition_write_units"])
    )


def commits_second(events: float, shards: int, given: Assumptions) -> float:
    """Return the feed's transactions a second: one for a page with records, one after the other."""
    if events == 0:
        return 0.0
    poll = given.product["poll_seconds"] + given.aws["get_records_seconds"] + given.aws["transaction_seconds"]
    pages = shards / poll * (1 - math.exp(-events / shards * poll))
    return min(pages, 1 / given.aws["transaction_seconds"])


def feed_write_units(events: float, shards: int, given: Assumptions) -> float:
    """Return the feed's write units a second: head, checkpoint and batch, twice in a transaction."""
    commits = commits_second(events, shards, given)
    if commits == 0:
        return 0.0
    return commits * 2 * (2 + _batch_kib(events / commits, given))


def _batch_kib(events: float, given: Assumptions) -> int:
    size = events * given.workload["event_bytes"] * given.workload["compression"]
    return max(1, math.ceil(size / 1024))


def feed_read_units(events: float, tasks: int, given: Assumptions) -> float:
    """Return the feed's read units a second, of all tasks but the tailing one while events flow."""
    return (tasks - 1) * _task_read_units(events, given)


def _task_read_units(events: float, given: Assumptions) -> float:
    """Return one follower's units: a query is at least one, and 4 KB are one."""
    busy = given.product["follow_seconds"] + given.aws["query_seconds"]
    idle = given.product["idle_follow_seconds"] + given.aws["query_seconds"]
    # With few events most queries find nothing, and come at the longer wait.
    share_busy = 1 - math.exp(-events * idle)
    queries = share_busy / busy + (1 - share_busy) / idle
    kib = events * given.workload["event_bytes"] * given.workload["compression"] / 1024
    return max(queries, kib / 4)


def sequencer_events_second(given: Assumptions) -> float:
    """Return the events a second at which one feed's partition of batches is full."""
    kib = given.quotas["partition_write_units"] / 2
    return kib * 1024 / (given.workload["event_bytes"] * given.workload["compression"])


def _limits(peak: float, clients: float, tasks: int, shards: int, given: Assumptions) -> tuple[Limit, ...]:
    quotas = given.quotas
    commits = commits_second(peak, shards, given)
    batch_units = 2 * commits * _batch_kib(peak / commits, given) if commits else 0.0
    return (
        Limit("writes to the feed's partition", batch_units / quotas["partition_write_units"]),
        Limit("the one sequencer's commits", commits * given.aws["transaction_seconds"]),
        Limit(
            "reads of the feed's partition",
            feed_read_units(peak, tasks, given) / quotas["partition_read_units"],
        ),
        Limit(
            "writes to the events table",
            peak * given.product["write_units_an_event"] / quotas["table_write_units"],
        ),
        Limit("open files of a task", clients / tasks / quotas["open_files_a_task"]),
        Limit("targets of a load balancer", tasks / quotas["targets_a_load_balancer"]),
    )


def _cost(events: float, clients: float, tasks: int, shards: int, given: Assumptions) -> dict[str, float]:
    """Return US dollars a month for one feed, by what they are paid for."""
    product, month = given.product, MONTH_SECONDS / _MILLION
    hours = MONTH_SECONDS / 3_600
    sent = events * given.workload["passing_share"] * clients * given.workload["event_bytes"] / 1e9
    task = product["task_vcpu"] * given.price("vcpu_hour") + product["task_gib"] * given.price("gib_hour")
    return {
        "events table": events * product["write_units_an_event"] * month * given.price("write_million"),
        "stream reads": stream_read_dollars(shards, product["idle_poll_seconds"], given),
        "feed writes": feed_write_units(events, shards, given) * month * given.price("write_million"),
        "feed reads": feed_read_units(events, tasks, given) * month * given.price("read_million"),
        "tasks": tasks * task * hours,
        "load balancer": hours * (given.price("load_balancer_hour") + _lcus(clients, sent, given)),
        "traffic": sent * MONTH_SECONDS * given.price("transfer_gigabyte"),
    }


def _lcus(clients: float, gigabytes_second: float, given: Assumptions) -> float:
    """Return dollars an hour: the fullest dimension of a capacity unit counts."""
    unit = given.prices["lcu_hour"]
    replaced = clients / (given.workload["connection_hours"] * 3_600)
    used = max(
        clients / unit["connections"],
        replaced / unit["new_connections"],
        gigabytes_second * 3_600 / unit["gigabytes_hour"],
    )
    return float(used * unit["value"])


def stream_read_dollars(shards: int, wait_seconds: float, given: Assumptions) -> float:
    """Return US dollars a month for reading shards at a wait; the region's free reads are taken off."""
    reads = shards / (wait_seconds + given.aws["get_records_seconds"]) * MONTH_SECONDS
    free = float(given.prices["stream_read_million"]["free"])
    return max(0.0, reads - free) / _MILLION * given.price("stream_read_million")


def follow_dollars(wait_seconds: float, given: Assumptions) -> float:
    """Return US dollars a month for one idle task's reads of the feed at a wait."""
    reads = MONTH_SECONDS / (wait_seconds + given.aws["query_seconds"])
    return reads / _MILLION * given.price("read_million")
