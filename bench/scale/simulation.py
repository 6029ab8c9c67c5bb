"""Simulates shards, the leased tailer and the following tasks, event by event, on a clock of its own."""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.scale.assumptions import Assumptions

_SLOWER = 1.5
_SPREAD = 0.5
_LEASE_CHECK = 1.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is simulated: rates are of the whole feed, the tailer is killed at those seconds."""

    events_second: float
    shards: int
    followers: int
    seconds: float
    idle_poll_seconds: float
    idle_follow_seconds: float
    kills: tuple[float, ...] = ()
    seed: int = 1


@dataclass(slots=True)
class Outcome:
    """Latencies in seconds from an event's write to the client, and what was read meanwhile."""

    tailing: list[float] = field(default_factory=list)
    following: list[float] = field(default_factory=list)
    stream_reads: int = 0
    feed_reads: int = 0
    commits: int = 0
    events: int = 0
    overlapping_readers: int = 0


@dataclass(slots=True)
class _Poll:
    """A reader with the product's adaptive wait: short after a find, then longer by half each time."""

    busy: float
    idle: float
    wait: float = 0.0

    def next(self, *, found: bool) -> float:
        self.wait = self.busy if found else min(max(self.wait, self.busy) * _SLOWER, self.idle)
        return self.wait


class _Simulation:
    def __init__(self, scenario: Scenario, given: Assumptions) -> None:
        self._scenario = scenario
        self._given = given
        self._random = random.Random(scenario.seed)  # noqa: S311 - a simulation that can be repeated
        self._outcome = Outcome()
        self._pending = [list(self._arrivals()) for _ in range(scenario.shards)]
        self._sequencer_free = 0.0
        # Commits in order: when, and when each of their events was written.
        self._feed: list[tuple[float, list[float]]] = []

    def run(self) -> Outcome:
        self._tail()
        for _ in range(self._scenario.followers):
            self._follow()
        return self._outcome

    def _arrivals(self) -> Iterator[float]:
        rate = self._scenario.events_second / self._scenario.shards
        at = self._random.expovariate(rate)
        while at < self._scenario.seconds:
            yield at
            at += self._random.expovariate(rate)

    def _takes(self, name: str) -> float:
        """Return how long a call takes: its median, with a tail."""
        return self._given.aws[name] * self._random.lognormvariate(0, _SPREAD)

    def _tail(self) -> None:
        """Poll every shard in the order of time; while a killed tailer's lease runs out, nobody does."""
        product = self._given.product
        polls = [
            _Poll(product["poll_seconds"], self._scenario.idle_poll_seconds)
            for _ in range(self._scenario.shards)
        ]
        queue = [(self._random.random() * product["poll_seconds"], shard) for shard in range(len(polls))]
        heapq.heapify(queue)
        read_until = [0] * len(polls)
        end = self._scenario.seconds + product["lease_seconds"] * 3
        while queue:
            at, shard = heapq.heappop(queue)
            if at > end:
                continue
            at = self._alive(at)
            self._outcome.stream_reads += 1
            answered = at + self._takes("get_records_seconds")
            found = self._page(shard, read_until, at)
            if found:
                answered = self._commit(answered, found)
            heapq.heappush(queue, (answered + polls[shard].next(found=bool(found)), shard))

    def _alive(self, at: float) -> float:
        """Return the moment at which a tailer polls: later, if the one that would have is dead by then."""
        lease = self._given.product["lease_seconds"]
        for kill in self._scenario.kills:
            # The next task counts silence from its last look, and looks in a random rhythm.
            back = kill + lease + self._random.uniform(0, _LEASE_CHECK)
            if kill <= at < back:
                return back
        return at

    def _page(self, shard: int, read_until: list[int], at: float) -> list[float]:
        """Return when the events of the next page were written, of those that the stream shows by now."""
        events, first = self._pending[shard], read_until[shard]
        most = int(self._given.product["page_records"])
        last = first
        while last < len(events) and last - first < most:
            if events[last] + self._given.aws["stream_delay_seconds"] > at:
                break
            last += 1
        read_until[shard] = last
        return events[first:last]

    def _commit(self, ready: float, events: list[float]) -> float:
        """Append to the feed, one commit at a time; the tailing task's clients get it at its next flush."""
        done = max(ready, self._sequencer_free) + self._takes("transaction_seconds")
        self._sequencer_free = done
        self._feed.append((done, events))
        self._outcome.commits += 1
        self._outcome.events += len(events)
        sent = done + self._flush()
        self._outcome.tailing += [sent - written for written in events]
        return done

    def _flush(self) -> float:
        return self._random.uniform(0, self._given.product["flush_seconds"])

    def _follow(self) -> None:
        """Read the feed as one following task does."""
        poll = _Poll(self._given.product["follow_seconds"], self._scenario.idle_follow_seconds)
        at = self._random.random() * self._scenario.idle_follow_seconds
        taken = 0
        while taken < len(self._feed):
            self._outcome.feed_reads += 1
            answered = at + self._takes("query_seconds")
            first = taken
            while taken < len(self._feed) and self._feed[taken][0] <= at:
                taken += 1
            for _, events in self._feed[first:taken]:
                sent = answered + self._flush()
                self._outcome.following += [sent - written for written in events]
            at = answered + poll.next(found=taken > first)


def simulate(scenario: Scenario, given: Assumptions) -> Outcome:
    """Return what a scenario leads to; the same for the same seed."""
    return _Simulation(scenario, given).run()


def quantile(values: list[float], part: float) -> float:
    """Return the value below which that part of all lies; raises IndexError if there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
