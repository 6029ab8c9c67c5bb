"""A feed whose process dies, or whose answers get lost, at chosen points of a commit to the real storage."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.service.stream_ports import AccessFailed, CheckpointMove, FeedEntry, FeedHead


class Killed(BaseException):
    """The process ends here: nothing of it runs on."""


class FlakyFeed:
    """Passes everything to the store behind it; `before` and `after` run around each commit."""

    def __init__(
        self,
        store: DynamoFeedStore,
        *,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, head: FeedHead, entries: Sequence[FeedEntry], move: CheckpointMove) -> FeedHead:
        """Commit, with what the test does before and after."""
        self._before()
        new = self._store.commit(head, entries, move)
        self._after()
        return new


def dies_once() -> Callable[[], None]:
    """Return a step that kills the process the first time."""
    left = [1]

    def step() -> None:
        if left:
            left.pop()
            raise Killed

    return step


def loses_answer(chance: float, seed: int) -> Callable[[], None]:
    """Return a step that sometimes loses the answer, so that the outcome is unknown."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable test

    def step() -> None:
        if dice.random() < chance:
            raise AccessFailed("connection reset")

    return step
