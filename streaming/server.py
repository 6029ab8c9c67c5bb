"""Runs the app under uvicorn so that it stops on SIGTERM though clients hold their streams open."""

import asyncio
import gc
import math
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from streaming.connection import StreamingProtocol
from streaming.request_limits import RequestLimits, with_limits
from streaming.settings import StreamingSettings
from streaming.websocket.protocol import WebSocketProtocol

if TYPE_CHECKING:
    from streaming.runtime import Runtime

_GRACE_AFTER_DRAIN_SECONDS = 1
# Those that ask for something else than a stream, or have not asked yet.
_OTHER_CONNECTIONS = 1_000
# Few, late collections: those of the young generation, at the default of 700 allocations, show as a tail in
# the latency of a fan-out to thousands of clients.
_GC_THRESHOLDS = (50_000, 50, 100)


class StreamingServer(uvicorn.Server):
    """A server whose stop first ends the streams: uvicorn itself would wait for their clients to leave."""

    def __init__(self, app: FastAPI, settings: StreamingSettings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http=with_limits(StreamingProtocol, _request_limits(settings, self._count_refusal)),
                ws=WebSocketProtocol,
                ws_max_size=settings.max_message_bytes,
                ws_ping_interval=settings.keep_alive_seconds,
                ws_ping_timeout=settings.write_timeout_seconds,
                ws_per_message_deflate=False,
                loop="uvloop",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=math.ceil(settings.drain_seconds) + _GRACE_AFTER_DRAIN_SECONDS,
            )
        )
        self._app = app

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT; the second one does not wait for anything."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        yield
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    @property
    def _runtime(self) -> "Runtime | None":
        """Return the app's runtime; there is none before the app has started."""
        return getattr(self._app.state, "runtime", None)

    def _count_refusal(self, reason: str) -> None:
        if self._runtime is not None:
            self._runtime.metrics.refused(reason)

    def stop(self) -> None:
        """End the streams, each at its moment of the drain, then the server; asked twice, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True
        runtime = self._runtime
        if runtime is not None:
            runtime.begin_stop()
        if runtime is not None and self.force_exit:
            runtime.fanout.drop_all()


def _request_limits(settings: StreamingSettings, refused: Callable[[str], None]) -> RequestLimits:
    return RequestLimits(
        head_bytes=settings.max_head_bytes,
        url_bytes=settings.max_url_bytes,
        body_bytes=settings.max_body_bytes,
        seconds=settings.request_seconds,
        connections=settings.max_clients + _OTHER_CONNECTIONS,
        refused=refused,
    )


def serve(app: FastAPI, settings: StreamingSettings) -> bool:
    """Serve until a signal says stop; returns whether the server had started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    server = StreamingServer(app, settings)
    server.run()
    return server.started
