"""What all WebSocket clients of a task share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

from streaming.runtime import Runtime
from streaming.websocket.origins import Origins
from streaming.websocket.queries import QueryDesk
from streaming.websocket.stats import StatsBoard
from streaming.websocket.texts import MessageTexts
from tfdrift.rest.dependencies import RestServices
from tfdrift.rest.reads import statistics


@dataclass(frozen=True, slots=True)
class WebSockets:
    """The task's runtime, and what is made once for all clients."""

    runtime: Runtime
    queries: QueryDesk
    stats: StatsBoard
    texts: MessageTexts
    origins: Origins

    @classmethod
    def of(cls, runtime: Runtime, rest: RestServices, allowed_origins: Sequence[str]) -> Self:
        """Return what the clients of a runtime share; to be called within its loop."""
        stats = StatsBoard(partial(statistics, rest), runtime.hub, runtime.settings.stats_seconds)
        return cls(runtime, QueryDesk(rest), stats, MessageTexts(), Origins(allowed_origins))
