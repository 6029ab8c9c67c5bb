"""Listens to the product's own stream with an SSE client, and keeps what arrives with the time it came."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import httpx_sse

from tfdrift.domain.json_value import JsonObject

_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as the client received it; `at` is seconds on the monotonic clock."""

    id: str
    type: str
    payload: JsonObject
    at: float


@dataclass(slots=True)
class Watch:
    """What has arrived so far, and a condition that is notified at each arrival."""

    arrivals: list[Arrival] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    connected: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def snapshot(self) -> tuple[Arrival, ...]:
        """Return all arrivals up to now, in order."""
        with self.changed:
            return tuple(self.arrivals)

    def wait(self, seconds: float) -> None:
        """Return at the next arrival, or after that many seconds."""
        with self.changed:
            self.changed.wait(seconds)

    def _receive(self, event: httpx_sse.ServerSentEvent) -> None:
        if event.event == "connected":
            self.connected.set()
            return
        if not event.data:
            # A comment ends with a blank line, at which the client library hands out an empty event; by the
            # standard an event without data is none: https://html.spec.whatwg.org/multipage/server-sent-events.html
            return
        arrival = Arrival(event.id, event.event, json.loads(event.data), time.monotonic())
        with self.changed:
            self.arrivals.append(arrival)
            self.changed.notify_all()


@contextmanager
def watching(url: str) -> Iterator[Watch]:
    """Listen at `url` while the context lasts; a lost connection is taken up again after its last event."""
    watch = Watch()
    timeout = httpx.Timeout(10.0, read=60.0)
    with httpx.Client(timeout=timeout) as client:
        thread = threading.Thread(target=_listen, args=(client, url, watch), name="sse-client", daemon=True)
        thread.start()
        try:
            yield watch
        finally:
            watch.stopped.set()
    thread.join(timeout=1.0)


def _listen(client: httpx.Client, url: str, watch: Watch) -> None:
    headers: dict[str, str] = {}
    while not watch.stopped.is_set():
        try:
            with httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
                for event in source.iter_sse():
                    headers["Last-Event-ID"] = event.id
                    watch._receive(event)  # noqa: SLF001 - the thread is this class's own half
        except (httpx.HTTPError, httpx_sse.SSEError, RuntimeError) as error:
            if watch.stopped.is_set():
                return
            watch.failures.append(f"{type(error).__name__}: {error}")
            watch.stopped.wait(_RETRY_SECONDS)
