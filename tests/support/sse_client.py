"""A client that reads a stream's frames as they are on the wire, field by field, over a real socket."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True)
class Block:
    """What stood between two empty lines: the raw lines and the fields they make."""

    lines: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def event(self) -> str | None:
        return self.fields.get("event")

    @property
    def id(self) -> str | None:
        return self.fields.get("id")

    @property
    def data(self) -> str | None:
        return self.fields.get("data")

    @property
    def is_comment(self) -> bool:
        return bool(self.lines) and all(line.startswith(":") for line in self.lines)


def parse_block(text: str) -> Block:
    """Return the fields of a block's text; several data lines are joined by line feeds."""
    lines = tuple(text.split("\n"))
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data" and "data" in fields:
            value = f"{fields['data']}\n{value}"
        if name:
            fields[name] = value
    return Block(lines, fields)


class Stream:
    """An open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._chunks = response.aiter_raw()
        self._text = ""

    async def blocks(self) -> AsyncIterator[Block]:
        """Yield block after block until the stream ends."""
        while True:
            for block in self._whole():
                yield block
            try:
                self._text += (await anext(self._chunks)).decode()
            except StopAsyncIteration:
                return

    def _whole(self) -> Iterator[Block]:
        while "\n\n" in self._text:
            head, _, self._text = self._text.partition("\n\n")
            yield parse_block(head)

    async def next(self) -> Block:
        """Return the next block of any kind."""
        return await anext(self.blocks())

    async def events(self, count: int) -> list[Block]:
        """Return the next events, without comments and greeting."""
        found: list[Block] = []
        async for block in self.blocks():
            if block.event not in {None, "connected"}:
                found.append(block)
            if len(found) == count:
                break
        return found


async def ids(stream: Stream, count: int) -> list[str]:
    """Return the payloads' own ids of the next events; a gap counts as one, under its name."""
    return [payload_id(block) for block in await stream.events(count)]


def payload_id(block: Block) -> str:
    """Return an event's own id, which is not its place in the feed; of a gap, its name."""
    name: str = "gap" if block.event == "gap" else json.loads(block.data or "")["id"]
    return name


@asynccontextmanager
async def open_stream(
    base: str, query: str = "", headers: Mapping[str, str] | None = None, read_timeout: float = 15
) -> AsyncIterator[Stream]:
    """Open the stream of the server at `base`."""
    timeout = httpx.Timeout(15, read=read_timeout)
    async with (
        httpx.AsyncClient(timeout=timeout) as client,
        client.stream("GET", f"{base}/api/v1/stream{query}", headers=headers) as response,
    ):
        yield Stream(response)
