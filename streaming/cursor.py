"""A place in the feed, as the SSE id says it: what a client has seen, in a form that any task understands."""

import re
from dataclasses import dataclass
from typing import Self

_ID = re.compile(r"(?P<epoch>[0-9a-f]{1,32}):(?P<n>\d{1,15})\.(?P<seen>\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Everything before batch `n`, and the first `seen` entries of that batch."""

    n: int
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the feed of one epoch; an epoch ends only with the feed table itself."""

    epoch: str
    position: Position

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the cursor that an SSE id says, None if it is no id of ours."""
        match = _ID.fullmatch(text)
        if match is None:
            return None
        return cls(match["epoch"], Position(int(match["n"]), int(match["seen"])))

    def __str__(self) -> str:
        return f"{self.epoch}:{self.position.n}.{self.position.seen}"


# The id of a client that came with one that is not ours: it names no epoch, so it stays unknown.
NOWHERE = Cursor("0", Position(0))
