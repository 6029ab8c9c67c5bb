"""What is simply so on a task whenever it is asked: clients, whether it tails, how far its shards are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from streaming.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Moment:
    """Asks the parts that know; any thread may ask.

    Attributes
    ----------
    clients
        Clients connected, by transport.
    tailing
        Whether this task is the one that tails.
    shard_lags
        Of each open shard that this task reads, how old a record may be that is not in the feed, in seconds.
    """

    clients: Callable[[], Mapping[str, float]]
    tailing: Callable[[], bool]
    shard_lags: Callable[[], Mapping[str, float]]

    def tailer_lag(self) -> float | None:
        """Return the lag of the shard that is furthest behind; None without open shards."""
        return max(self.shard_lags().values(), default=None)

    def show_in(self, metrics: Metrics) -> None:
        """Add a gauge for each figure to a task's metrics."""
        metrics.gauge_by("transport", "clients", "Clients connected", self.clients)
        metrics.gauge("tailing", "Whether this task is the one that tails", self.tailing)
        metrics.gauge("open_shards", "Shards that this task reads", lambda: len(self.shard_lags()))
        metrics.gauge(
            "tailer_lag_seconds", "How old a record may be that is not in the feed", self.tailer_lag
        )
        metrics.gauge_by(
            "shard",
            "shard_lag_seconds",
            "How old a record of a shard may be that is not in the feed",
            self.shard_lags,
        )
