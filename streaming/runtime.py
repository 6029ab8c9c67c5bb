"""What one task runs beside its server: the follower, the tailing, and what each client's session needs."""

import asyncio
import logging
import uuid
from dataclasses import dataclass

from streaming.backlog import Backlog
from streaming.blocking import Threads
from streaming.client_limits import ClientLimits
from streaming.embedded_metrics import EmbeddedMetrics
from streaming.fanout import Fanout, FanoutLimits
from streaming.follower import Follower
from streaming.history import History
from streaming.hub import Hub
from streaming.lease import LeaseKeeper
from streaming.metrics import Metrics
from streaming.moment import Moment
from streaming.settings import StreamingSettings
from streaming.shard_reader import PollTimes
from streaming.tailer import Tailer, TailerTimes
from streaming.tailing import Tailing
from streaming.traces import Traces
from tfdrift.service.stream_ports import ChangeStream, FeedStore, LeaseStore, TraceSegments

_LOG = logging.getLogger(__name__)
_GRACE_AFTER_DRAIN_SECONDS = 1.0
_TRACES_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StreamPorts:
    """The outside of the stream; without `traces` nothing is told of traces."""

    changes: ChangeStream
    feed: FeedStore
    leases: LeaseStore
    traces: TraceSegments | None = None


class Runtime:
    """Starts and stops the task's own work; made inside the loop that runs it."""

    def __init__(self, ports: StreamPorts, settings: StreamingSettings) -> None:
        self.settings = settings
        self.feed = ports.feed
        self.threads = Threads()
        self.metrics = Metrics()
        self.hub = Hub(ring_events=settings.ring_events, ring_bytes=settings.ring_bytes, metrics=self.metrics)
        self.clients = ClientLimits(
            most=settings.max_clients, most_per_address=settings.max_clients_per_address
        )
        self.history = History(ports.feed, self.threads)
        self.fanout = Fanout(
            self.hub,
            Backlog(self.hub, self.history),
            _fanout_limits(settings),
            lambda client: self.clients.leave(client.address),
        )
        self._follower = Follower(
            ports.feed,
            self.hub,
            self.threads,
            PollTimes(settings.follow_seconds, settings.idle_follow_seconds),
        )
        times = TailerTimes(
            settings.discover_seconds, PollTimes(settings.poll_seconds, settings.idle_poll_seconds)
        )
        self._traces = (
            Traces(ports.traces, Threads(1), settings.metrics_service, self.metrics) if ports.traces else None
        )
        tailer = Tailer(
            ports.changes,
            ports.feed,
            self.threads,
            times,
            self._follower.publish,
            self.metrics,
            self._traces,
        )
        owner = uuid.uuid4().hex
        # The lease has a thread of its own: its signs of life must not wait behind slow reads of shards.
        lease = LeaseKeeper(ports.leases, Threads(1), owner=owner, seconds=settings.lease_seconds)
        self.shard_reads = tailer.reads
        self._tailing = Tailing(tailer, lease, self._follower)
        self._tasks: list[asyncio.Task[None]] = []
        self._reports: list[asyncio.Task[None]] = []
        self._moment = Moment(
            clients=lambda: self.hub.clients_by_transport,
            tailing=lambda: self.tailing,
            shard_lags=self.shard_reads.lags,
        )
        self._moment.show_in(self.metrics)

    @property
    def tailing(self) -> bool:
        """Return whether this task is the one that tails."""
        return self._tailing.active

    @property
    def feed_read_seconds(self) -> float | None:
        """Return the seconds since the feed was last read; None before the first time."""
        return self.metrics.feed_read_age()

    @property
    def working(self) -> bool:
        """Return whether the task's own work goes on: it outlives every trouble but a fault of its own."""
        return self.hub.ending or not any(task.done() for task in self._tasks)

    def start(self) -> None:
        """Begin to follow the feed, and to tail whenever the lease is free."""
        self._tasks = [
            asyncio.create_task(self._follower.run(), name="follower"),
            asyncio.create_task(self._tailing.run(), name="tailing"),
        ]
        for task in self._tasks:
            task.add_done_callback(_tell_of_fault)
        seconds = self.settings.embedded_metrics_seconds
        if seconds:
            report = EmbeddedMetrics(self.metrics, self._moment, self.settings.metrics_service)
            self._reports.append(asyncio.create_task(report.run(seconds), name="report of the metrics"))
        if self._traces is not None:
            telling = self._traces.run(_TRACES_SECONDS)
            self._reports.append(asyncio.create_task(telling, name="report of the traces"))
        for task in self._reports:
            task.add_done_callback(_tell_of_fault)

    def begin_stop(self) -> None:
        """Let another task tail, and have the streams end over the drain; the feed is still followed."""
        if self.hub.ending:
            return
        _LOG.info("Stopping: %d streams end", self.hub.clients, extra={"clients": self.hub.clients})
        self.hub.end()
        for task in self._tasks[1:]:
            task.cancel()

    async def stop(self) -> None:
        """End everything; returns when the streams and the calls under way have ended."""
        self.begin_stop()
        await self.fanout.drained(self.settings.drain_seconds + _GRACE_AFTER_DRAIN_SECONDS)
        self.fanout.close()
        works = [*self._tasks, *self._reports]
        for task in works:
            task.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        if self._traces is not None:
            await self._traces.send()


def _fanout_limits(settings: StreamingSettings) -> FanoutLimits:
    return FanoutLimits(
        flush=settings.flush_milliseconds / 1000,
        keep_alive=settings.keep_alive_seconds,
        write_timeout=settings.write_timeout_seconds,
        drain=settings.drain_seconds,
        lifetime=settings.max_lifetime_seconds,
        max_lag_events=settings.max_lag_events,
        max_buffered_bytes=settings.max_buffered_bytes,
    )


def _tell_of_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        _LOG.critical("The %s ended; this task needs to be replaced", task.get_name(), exc_info=fault)
