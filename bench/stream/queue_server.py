"""The first yardstick, sse-starlette with a queue a client: `python -m bench.stream.queue_server PORT`."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from bench.stream.feeder import Feeder, answers

_QUEUES: set[asyncio.Queue[ServerSentEvent]] = set()


async def _stream(request: Request) -> EventSourceResponse:
    del request

    async def events() -> AsyncIterator[ServerSentEvent]:
        queue: asyncio.Queue[ServerSentEvent] = asyncio.Queue()
        _QUEUES.add(queue)
        try:
            yield ServerSentEvent(event="connected", data="{}")
            while True:
                yield await queue.get()
        finally:
            _QUEUES.discard(queue)

    return EventSourceResponse(events(), ping=30)


def _publish(events: Sequence[tuple[int, str]]) -> None:
    for number, data in events:
        event = ServerSentEvent(event="drift", id=str(number), data=data)
        for queue in _QUEUES:
            queue.put_nowait(event)


def main() -> None:
    """Serve until told to stop."""
    feeder = Feeder(_publish, answers())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(feeder.run())
        yield
        task.cancel()

    app = Starlette(routes=[Route("/stream", _stream)], lifespan=lifespan)
    # As in the product's server: the collector's pauses are not what is compared.
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
