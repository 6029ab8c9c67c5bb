"""One client's connection: what it asks is answered in order, while its topics' events are delivered."""

import asyncio
import logging
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streaming.cursor import Cursor, Position
from streaming.filters import InvalidFilter
from streaming.hub import Subscriber
from streaming.metrics import Transport
from streaming.start import FeedUnavailable, InvalidSince, Start, Wish, parse_since, source_of, start_from
from streaming.stream_end import StreamEnd
from streaming.websocket.channel import Channel
from streaming.websocket.faults import (
    FEED_REPLACED,
    FEED_UNAVAILABLE,
    LIFETIME_OVER,
    STOPPING,
    TOO_SLOW,
    ClientGone,
    Ending,
    ProtocolFault,
)
from streaming.websocket.messages import (
    ClientMessage,
    Ping,
    Query,
    Subscribe,
    Unsubscribe,
    parse_message,
)
from streaming.websocket.replies import WELCOME_MESSAGE, error_reply, gap_message, reply
from streaming.websocket.sockets import WebSockets
from streaming.websocket.subscriptions import Subscriptions
from streaming.websocket.texts import TextBacklog
from streaming.websocket.topics import EVENT_TOPICS, Topic, UnknownTopic, filters_for, parse_topics
from tfdrift.rest.envelope import ApiError
from tfdrift.service.stream_ports import AccessFailed

if TYPE_CHECKING:
    from tfdrift.domain.json_value import JsonObject

_LOG = logging.getLogger(__name__)
_RANDOM = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Times in seconds, and how many events a client that had caught up may fall behind.

    A connection ends at a random moment of the second half of its lifetime, so that clients that came
    together do not return together.
    """

    heartbeat: float
    drain: float
    lifetime: float
    max_lag_events: int


class Session:
    """Listens and delivers at once; a lock keeps answers and events in an order that the client can trust."""

    def __init__(
        self, sockets: WebSockets, channel: Channel, subscriber: Subscriber, limits: SessionLimits
    ) -> None:
        self.client_id = str(uuid.uuid4())
        self._sockets = sockets
        self._hub = sockets.runtime.hub
        self._channel = channel
        self._subscriber = subscriber
        self._limits = limits
        self._backlog = TextBacklog(self._hub, sockets.runtime.history, sockets.texts)
        self._subscriptions = Subscriptions()
        self._lock = asyncio.Lock()
        self._epoch = self._hub.epoch
        self._caught_up = False
        self._stats_seen: int | None = None
        self._end_at = float("inf")
        self._end = LIFETIME_OVER

    async def run(self) -> Ending | None:
        """Serve until the connection has to end; None when the client left."""
        tasks = [asyncio.create_task(work) for work in (self._listen(), self._deliver())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return _ending_of(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._sockets.stats.leave(self._subscriber)

    async def _listen(self) -> Ending:
        async with self._lock:
            about: JsonObject = {
                "client_id": self.client_id,
                "message": WELCOME_MESSAGE,
                "topics": list(Topic),
            }
            await self._channel.send(reply("welcome", about, cursor=self._hub.head))
        while True:
            await self._handle(parse_message(await self._channel.receive()))

    async def _handle(self, message: ClientMessage) -> None:
        try:
            match message:
                case Subscribe():
                    await self._subscribe(message)
                case Unsubscribe():
                    await self._unsubscribe(message)
                case Query():
                    await self._query(message)
                case Ping():
                    pong = reply("pong", message.payload, request_id=message.request_id)
                    await self._answer(pong)
        except (UnknownTopic, InvalidFilter, InvalidSince, ApiError, FeedUnavailable) as error:
            await self._answer(error_reply(_code_of(error), str(error), message.request_id))

    async def _answer(self, text: str) -> None:
        async with self._lock:
            await self._channel.send(text)

    async def _subscribe(self, message: Subscribe) -> None:
        topics = parse_topics((*message.topic, *message.topics))
        wanted = filters_for(topics, message.filters())
        wish = Wish(message.last_event_id) if message.last_event_id else parse_since(message.since or "")
        start = await start_from(self._sockets.runtime, wish)
        self._hub.metrics.started(Transport.WEBSOCKET, source_of(self._hub, start))
        async with self._lock:
            places = {topic: self._place(topic, start, asked=wish != Wish()) for topic in wanted}
            cursor = Cursor(self._epoch, min(places.values(), default=start.position))
            named = [topic for topic in topics if topic in wanted or topic not in EVENT_TOPICS]
            subscribed = self._topics().union(named)
            # A greeting for an id that is not ours keeps that id: whoever drops before the gap is told again.
            await self._tell(
                "subscribed", named, subscribed, start.greeting if start.gap else cursor, message
            )
            if start.gap is not None:
                await self._channel.send(gap_message(start.gap, Cursor(self._epoch, start.position)))
            for topic, place in places.items():
                self._subscriptions.subscribe(topic, wanted[topic], place)
            if Topic.STATS in topics:
                self._stats_seen = -1
                self._sockets.stats.watch(self._subscriber)
            self._caught_up = False
            self._subscriber.wake()

    def _place(self, topic: Topic, start: Start, *, asked: bool) -> Position:
        """Return where a topic begins; one that only changes its filter stays where it stands."""
        return start.position if asked else self._subscriptions.place_of(topic) or start.position

    def _topics(self) -> frozenset[Topic]:
        stats = frozenset({Topic.STATS}) if self._stats_seen is not None else frozenset()
        return self._subscriptions.topics | stats

    async def _unsubscribe(self, message: Unsubscribe) -> None:
        topics = parse_topics((*message.topic, *message.topics))
        async with self._lock:
            for topic in topics:
                self._subscriptions.unsubscribe(topic)
            if Topic.STATS in topics:
                self._stats_seen = None
                self._sockets.stats.leave(self._subscriber)
            await self._tell("unsubscribed", topics, self._topics(), None, message)

    async def _tell(
        self,
        kind: str,
        topics: Sequence[Topic],
        subscribed: frozenset[Topic],
        cursor: Cursor | None,
        message: Subscribe | Unsubscribe,
    ) -> None:
        payload: JsonObject = {
            "topics": list(topics),
            "subscribed": [topic for topic in Topic if topic in subscribed],
        }
        topic = topics[0] if len(topics) == 1 else Topic.ALL
        await self._channel.send(
            reply(kind, payload, topic=topic, cursor=cursor, request_id=message.request_id)
        )

    async def _query(self, message: Query) -> None:
        try:
            data = await self._sockets.queries.answer(message.query, message.params)
        except ApiError:
            raise
        except Exception as error:
            _LOG.exception("A query failed", extra={"stream_id": self.client_id, "query": message.query[:40]})
            raise ApiError(500, "internal_error", "the query failed inside TFDrift") from error
        payload: JsonObject = {"query": message.query, "data": data}
        await self._answer(reply("result", payload, request_id=message.request_id))

    async def _deliver(self) -> Ending:
        clock = asyncio.get_running_loop().time
        heartbeat_at = clock() + self._limits.heartbeat
        self._end_at = clock() + self._limits.lifetime * _RANDOM.uniform(0.5, 1)
        while (ending := self._ending(clock())) is None:
            behind = await self._send_news()
            await self._send_stats()
            if clock() >= heartbeat_at:
                await self._send_heartbeat()
                heartbeat_at += self._limits.heartbeat
            if behind:
                await asyncio.sleep(0)  # a long replay must let the other clients have their turn
            else:
                await self._wait(min(heartbeat_at, self._end_at))
        return ending

    def _ending(self, now: float) -> Ending | None:
        if self._epoch != self._hub.epoch:
            return FEED_REPLACED
        if self._too_far_behind():
            return TOO_SLOW
        if self._hub.ending and self._end is not STOPPING:
            self._end, self._end_at = STOPPING, now + _RANDOM.uniform(0, self._limits.drain)
        return self._end if now >= self._end_at else None

    def _too_far_behind(self) -> bool:
        position = self._subscriptions.position
        if not self._caught_up or position is None:
            return False
        return self._hub.ring.lags(position, self._limits.max_lag_events)

    async def _send_news(self) -> bool:
        """Send one part of what follows the lowest topic's place; returns whether there may be more."""
        step = self._subscriptions.next_step()
        if step is None or step.position.n > self._hub.ring.head:
            self._caught_up = True
            return False
        chunk = await self._backlog.next(self._epoch, step)
        async with self._lock:
            if step.version == self._subscriptions.version:
                for text in chunk.texts:
                    await self._channel.send(text)
                self._hub.metrics.delivered(Transport.WEBSOCKET, len(chunk.texts))
                self._subscriptions.advance(step, chunk.position)
        return True

    async def _send_stats(self) -> None:
        board = self._sockets.stats
        async with self._lock:
            if self._stats_seen in {None, board.version} or board.text is None:
                return
            self._stats_seen = board.version
            await self._channel.send(board.text)

    async def _send_heartbeat(self) -> None:
        async with self._lock:
            position = self._subscriptions.position or self._hub.head.position
            await self._channel.send(reply("heartbeat", {}, cursor=Cursor(self._epoch, position)))

    async def _wait(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._subscriber.woken()
        except TimeoutError:
            return


def _ending_of(tasks: list[asyncio.Task[Ending]]) -> Ending | None:
    """Return how the first task that ended wants the connection to end; raises what is our own fault."""
    done = next(task for task in tasks if task.done())
    try:
        return done.result()
    except ClientGone:
        return None
    except ProtocolFault as fault:
        return Ending(fault.code, fault.reason, StreamEnd.PROTOCOL)
    except TimeoutError:
        return TOO_SLOW
    except AccessFailed:
        return FEED_UNAVAILABLE


def _code_of(error: Exception) -> str:
    match error:
        case ApiError():
            return error.code
        case UnknownTopic():
            return "unknown_topic"
        case InvalidFilter():
            return "invalid_filter"
        case InvalidSince():
            return "invalid_since"
        case _:
            return "feed_unavailable"
