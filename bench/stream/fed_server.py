"""The product's own server, fed from within: `python -m bench.stream.fed_server`, settings as the product's.

The app, its hub, its fan-out and its server are the product's; only storage is missing, because an emulator
of it would be the limit of what is measured.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from fastapi import FastAPI

from bench.stream.event import resource_type, severity
from bench.stream.feeder import Feeder, answers
from bench.stream.memory_feed import HeldLease, MemoryFeed, NoStream
from streaming.app import AppParts, create_app
from streaming.log import configure_logging
from streaming.runtime import Runtime, StreamPorts
from streaming.server import serve
from streaming.settings import StreamingSettings
from tfdrift.bootstrap import Product
from tfdrift.service.stream_ports import FeedEntry
from tfdrift.settings import Settings


def main() -> None:
    """Serve until told to stop."""
    answer_to = answers()
    settings = StreamingSettings()
    configure_logging(settings.log_level)
    feed = MemoryFeed()
    app = create_app(
        AppParts(
            settings=settings,
            ports=StreamPorts(cast("Any", NoStream()), cast("Any", feed), HeldLease()),
            rest=Product(Settings()).rest_services(),
        )
    )
    _feed_within(app, feed, answer_to)
    serve(app, settings)


def _feed_within(app: FastAPI, feed: MemoryFeed, answer_to: int) -> None:
    """Let the feeder run as long as the app does; a batch goes to the feed and to the hub, as at a commit."""
    own = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with own(app):
            runtime: Runtime = app.state.runtime

            def publish(events: Sequence[tuple[int, str]]) -> None:
                runtime.hub.append(feed.add([_entry(number, data) for number, data in events]))

            task = asyncio.create_task(Feeder(publish, answer_to).run())
            yield
            task.cancel()

    app.router.lifespan_context = lifespan


def _entry(number: int, data: str) -> FeedEntry:
    return FeedEntry(f"event-{number}", "drift", data, severity(number), resource_type(number))


if __name__ == "__main__":
    main()
