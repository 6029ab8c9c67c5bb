"""Random histories at the ports: a scripted stream that splits and forgets, and tailers that race and die.

What no emulator does happens here: shards close and split, children are listed late, records are trimmed
before or after they were read, iterators expire, a commit is made after its tailer has given it up.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from streaming.backoff import Backoff
from streaming.blocking import Threads
from streaming.committer import FeedReplaced
from streaming.metrics import Metrics
from streaming.shard_reader import PollTimes
from streaming.tailer import Tailer, TailerTimes
from tests.support.flaky_feed import Killed
from tests.support.memory_feed import MemoryFeed
from tests.support.scripted_stream import ScriptedStream, entry
from tfdrift.service.stream_ports import AccessFailed, CheckpointMove, FeedEntry, FeedHead

_TIMES = TailerTimes(discover=0.01, poll=PollTimes(busy=0.0005, idle=0.004))
_MOST_OPEN = 7
_SETTLE_SECONDS = 30.0


class UnsureFeed:
    """The feed in memory, seen by one tailer whose calls and commits meet faults."""

    def __init__(self, feed: MemoryFeed, dice: random.Random, made: Counter[str]) -> None:
        self._feed = feed
        self._dice = dice
        self._made = made
        self._late: list[threading.Timer] = []

    def __getattr__(self, name: str) -> Any:
        if name in {"head", "checkpoint"} and self._dice.random() < 0.03:
            self._made["read failed"] += 1
            raise AccessFailed("no answer")
        return getattr(self._feed, name)

    def commit(self, head: FeedHead, entries: Sequence[FeedEntry], move: CheckpointMove) -> FeedHead:
        """Commit, or fail before it, after it, or long before it."""
        kind = self._dice.choices(
            ("made", "refused", "answer lost", "killed before", "killed after", "late"),
            (80, 4, 4, 4, 4, 4),
        )[0]
        if kind != "made":
            self._made[f"commit {kind}"] += 1
        if kind == "late":
            timer = threading.Timer(self._dice.uniform(0.002, 0.02), self._try, (head, entries, move))
            timer.start()
            self._late.append(timer)
        if kind in {"late", "refused"}:
            raise AccessFailed("no answer")
        if kind == "killed before":
            raise Killed
        new = self._feed.commit(head, entries, move)
        if kind == "answer lost":
            raise AccessFailed("no answer")
        if kind == "killed after":
            raise Killed
        return new

    def _try(self, head: FeedHead, entries: Sequence[FeedEntry], move: CheckpointMove) -> None:
        try:
            self._feed.commit(head, entries, move)
        except Exception:  # noqa: BLE001 - nobody waits for this answer any more
            self._made["late commit refused"] += 1

    def settle(self) -> None:
        """Return when no commit is under way any more."""
        for timer in self._late:
            timer.join()


@dataclass
class Judgement:
    """What became of a history."""

    seed: int
    written: int = 0
    lost: int = 0
    duplicated: int = 0
    disordered: int = 0
    trimmed_and_told: int = 0
    lost_untold: int = 0
    lost_unread: int = 0
    made: Counter[str] = field(default_factory=Counter)

    @property
    def right(self) -> bool:
        """Return whether what was kept is there, once, in order, and what the stream lost is told."""
        return not (self.lost or self.duplicated or self.disordered or self.lost_untold)


class History:
    """One random history."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a repeatable test
        self.stream = ScriptedStream(page_size=self.dice.choice([1, 3, 20, 1000]))
        self.feed = MemoryFeed()
        self.judgement = Judgement(seed)
        self.lineages: dict[str, list[str]] = {}
        self.own: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.trimmed: set[str] = set()
        self._feeds: list[UnsureFeed] = []
        self._over = False
        for number in range(self.dice.choice([1, 1, 2, 4])):
            self._open_shard(f"s{number}", None, listed=True)

    def _open_shard(self, shard: str, parent: str | None, *, listed: bool) -> None:
        self.stream.open_shard(shard, parent, listed=listed)
        self.open.append(shard)
        self.own[shard] = []
        self.lineages[shard] = list(self.lineages[parent]) if parent else []

    def _write(self) -> None:
        for _ in range(self.dice.randrange(8)):
            shard = self.dice.choice(self.open)
            name = f"{shard}/{self.judgement.written}"
            self.judgement.written += 1
            self.own[shard].append(name)
            self.lineages[shard].append(name)
            self.stream.write(shard, entry(name), *([None] if self.dice.random() < 0.2 else []))

    def _end_shard(self) -> None:
        """Close a shard: it splits, or goes on in one child, whose listing may be late."""
        parent = self.dice.choice(self.open)
        self.stream.show(parent)
        self.stream.close_shard(parent)
        self.open.remove(parent)
        children = "lr" if len(self.open) < _MOST_OPEN and self.dice.random() < 0.6 else "n"
        for suffix in children:
            self._open_shard(parent + suffix, parent, listed=self.dice.random() < 0.5)

    def _show_all(self) -> None:
        for shard in self.own:
            self.stream.show(shard)

    def _trim(self) -> None:
        """Lose a shard's oldest records, read or not."""
        shard = self.dice.choice(sorted(self.own))
        kept = self.stream.kept(shard)
        self.stream.trim(shard, self.dice.randint(0, len(kept)))
        still = set(self.stream.kept(shard))
        self.trimmed.update(name for name in kept if name not in still)

    def step(self) -> None:
        """Write, and meet one trouble or none."""
        self._write()
        troubles: dict[str, Any] = {
            "shard ended": self._end_shard,
            "children listed": self._show_all,
            "iterators expired": self.stream.expire_iterators,
            "throttled": lambda: self.stream.throttle(self.dice.randint(1, 4)),
            "read failed": lambda: self.stream.fail(self.dice.randint(1, 3)),
            "shard not found": lambda: self.stream.deny(1),
            "records trimmed": self._trim,
        }
        name = self.dice.choice([*troubles, None, None])
        if name is not None:
            troubles[name]()
            self.judgement.made[name] += 1

    async def tailer_life(self) -> None:
        """Tail and die, by a kill within a commit or a stop at any moment, again and again."""
        # A task group tells of a child's death though it was cancelled as well: the cancellation alone would
        # not end this loop.
        while not self._over:
            feed = UnsureFeed(self.feed, random.Random(self.dice.random()), self.judgement.made)  # noqa: S311
            try:
                async with asyncio.timeout(self.dice.uniform(0.005, 0.12)):
                    await self._tailer(feed).run()
            except TimeoutError:
                self.judgement.made["tailer stopped"] += 1
            except (AccessFailed, FeedReplaced):
                continue
            except BaseExceptionGroup as group:
                _, others = group.split((Killed, AccessFailed))
                if others is not None:
                    raise
                self.judgement.made["tailer killed"] += 1
            finally:
                if self.dice.random() < 0.5:
                    await asyncio.to_thread(feed.settle)
                self._feeds.append(feed)

    def _tailer(self, feed: Any) -> Tailer:
        return Tailer(self.stream, feed, Threads(), _TIMES, lambda _: None, Metrics())

    async def run(self, steps: int) -> Judgement:
        """Live through it, let it settle, and judge."""
        lives = [asyncio.create_task(self.tailer_life()) for _ in range(2)]
        for _ in range(steps):
            self.step()
            await asyncio.sleep(self.dice.uniform(0, 0.006))
        self._over = True
        for life in lives:
            life.cancel()
        ends = await asyncio.gather(*lives, return_exceptions=True)
        faults = [end for end in ends if end and not isinstance(end, asyncio.CancelledError)]
        assert not faults, faults
        await asyncio.to_thread(lambda: [feed.settle() for feed in self._feeds])
        self._show_all()
        await self._settle()
        self._judge()
        return self.judgement

    async def _settle(self) -> None:
        """Let one last tailer read all that is left."""
        tailing = asyncio.create_task(self._tailer(self.feed).run())
        try:
            async with asyncio.timeout(_SETTLE_SECONDS):
                while not self._all_read():
                    assert not tailing.done(), tailing.exception()
                    await asyncio.sleep(0.003)
        finally:
            tailing.cancel()
            await asyncio.gather(tailing, return_exceptions=True)

    def _all_read(self) -> bool:
        positions = self.feed.checkpoints("stream-1")
        return all(
            positions.get(shard) == "END" or (shard in self.open and self.stream.is_last(shard, positions))
            for shard in self.own
        )

    def _judge(self) -> None:
        entries = [e for batch in self.feed.read("e0", 1, 10**6) for e in batch.entries]
        place = {e.event_id: index for index, e in enumerate(entries) if e.type != "gap"}
        found = Counter(e.event_id for e in entries if e.type != "gap")
        judgement = self.judgement
        judgement.duplicated = (found - Counter(place.keys())).total()
        for lineage in self.lineages.values():
            places = [place[name] for name in lineage if name in place]
            judgement.disordered += places != sorted(places)
        gaps: dict[str, list[int]] = {}
        for index, e in enumerate(entries):
            if e.type == "gap":
                gaps.setdefault(e.event_id.rpartition(":")[2], []).append(index)
        for shard, names in self.own.items():
            self._judge_shard(names, place, gaps.get(shard, []))

    def _judge_shard(self, names: Sequence[str], place: dict[str, int], gaps: Sequence[int]) -> None:
        """Of what is missing the stream must have lost it, and a gap must stand where it is missing."""
        for index, name in enumerate(names):
            if name in place:
                continue
            if name not in self.trimmed:
                self.judgement.lost += 1
                continue
            before = max((place[other] for other in names[:index] if other in place), default=-1)
            after = min((place[other] for other in names[index:] if other in place), default=10**9)
            told = any(before < gap < after for gap in gaps)
            self.judgement.trimmed_and_told += told
            # The oldest record of a shard that nobody had read yet looks like its first one: see ADR 2.
            self.judgement.lost_unread += not told and before == -1
            self.judgement.lost_untold += not told and before != -1


@contextmanager
def impatient() -> Iterator[None]:
    """Let nobody wait long after a failure, so that many histories fit into a minute."""
    with patch.object(Backoff, "next", lambda _: 0.001):
        yield


async def histories(seeds: Sequence[int], steps: int = 40) -> list[Judgement]:
    """Return what became of each history."""
    with impatient():
        return [await History(seed).run(steps) for seed in seeds]
