"""Hundreds of stream clients in one lean process: they connect, drop and come back at random, by raw sockets.

A program of its own, so that reading a million frames takes nothing from the tasks' tests beside it. It is
told by lines on its standard input, and answers with lines of JSON.
"""

import asyncio
import json
import random
import re
import socket
import struct
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop

_PAYLOAD_ID = re.compile(rb'"id":"([^"]+)"')
_TROUBLE = (OSError, EOFError, TimeoutError, ValueError)
_HEAD_SECONDS = 20.0
_CHECK_SECONDS = 0.2
# How long a client that has everything goes on listening, to see what comes twice.
_LISTEN_ON_SECONDS = 1.0


@dataclass
class Plan:
    """What all clients share: where the tasks listen, and what is still to happen."""

    ports: Sequence[int]
    dice: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    names: dict[bytes, str] = field(default_factory=dict)
    dropping: bool = True
    stopped: bool = False


@dataclass
class Client:
    """One client: its filter as a query, the last id it saw, and the names of all events it received."""

    plan: Plan
    query: str
    last_id: str = ""
    received: list[str] = field(default_factory=list)
    disorder: int = 0
    _place: tuple[int, int] = (0, 0)

    async def run(self) -> None:
        """Visit one task after the other."""
        dice, counts = self.plan.dice, self.plan.counts
        while not self.plan.stopped:
            try:
                await self._visit(dice.choice(self.plan.ports))
            except _TROUBLE as error:
                counts[f"ended by {type(error).__name__}"] += 1
            await asyncio.sleep(dice.uniform(0, 0.6))

    async def _visit(self, port: int) -> None:
        """Read one answer until this client drops it, or the task ends it."""
        dice, counts = self.plan.dice, self.plan.counts
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        counts["connections"] += 1
        try:
            writer.write(self._request())
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                counts["refused"] += 1
                return
            if not self.plan.dropping:
                await self._read(reader)
                return
            try:
                async with asyncio.timeout(dice.expovariate(1 / 2.0)):
                    await self._read(reader)
                counts["ended by the task"] += 1
            except TimeoutError:
                await self._drop(writer)
        finally:
            writer.close()

    def _request(self) -> bytes:
        """Return the request: the last id in the header or, as a browser cannot set one, in the query."""
        query, header = self.query, ""
        if self.last_id and self.plan.dice.random() < 0.5:
            query += f"&lastEventId={self.last_id}"
        elif self.last_id:
            header = f"Last-Event-ID: {self.last_id}\r\n"
        return f"GET /api/v1/stream?{query} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n".encode()

    async def _drop(self, writer: asyncio.StreamWriter) -> None:
        """Leave in one of the ways in which clients leave."""
        kind = self.plan.dice.choice(("closed", "reset", "silent before closed"))
        self.plan.counts[f"dropped: {kind}"] += 1
        if kind == "reset":
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif kind == "silent before closed":
            await asyncio.sleep(self.plan.dice.uniform(0.1, 1.5))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        async for block in blocks(reader):
            self._take(block)

    def _take(self, block: bytes) -> None:
        """Take one frame as EventSource does: its id counts once the frame is whole."""
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if not line.startswith(b":"))
        if b"id" not in fields:
            return
        event = fields.get(b"event", b"message").decode()
        self.last_id = fields[b"id"].decode()
        if event in {"connected", "cursor"}:
            return
        self._check_order(self.last_id)
        self.received.append(self._name(event, fields[b"data"]))

    def _check_order(self, event_id: str) -> None:
        n, _, seen = event_id.partition(":")[2].partition(".")
        place = int(n), int(seen)
        self.disorder += place <= self._place
        self._place = place

    def _name(self, event: str, data: bytes) -> str:
        """Return the event's own name; one string for all clients."""
        found = _PAYLOAD_ID.search(data)
        name = found[1] if found else event.encode()
        return self.plan.names.setdefault(name, name.decode())


async def blocks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the whole frames of a chunked answer until its last chunk."""
    rest = b""
    while size := int(await reader.readline() or b"-", 16):
        rest += (await reader.readexactly(size + 2))[:-2]
        *whole, rest = rest.split(b"\n\n")
        for block in whole:
            yield block


def judge(client: Client, expected: Sequence[str]) -> dict[str, int]:
    """Return what a client lost, got twice, or got in another order than the feed's."""
    wanted, got = Counter(expected), Counter(client.received)
    whole = not wanted - got and not got - wanted
    return {
        "received": len(client.received),
        "lost": (wanted - got).total(),
        "duplicated": (got - wanted).total(),
        "misordered": client.disorder + (whole and client.received != list(expected)),
    }


async def until(condition: Any, seconds: float) -> bool:
    """Return whether the condition came true within the time."""
    for _ in range(int(seconds / _CHECK_SECONDS)):
        if condition():
            return True
        await asyncio.sleep(_CHECK_SECONDS)
    return False


async def commanded(plan: Plan, clients: Sequence[Client], lines: asyncio.StreamReader) -> dict[str, Any]:
    """Do as the lines say, and return the figures; `finish` names a file of what each filter shall have."""
    if not await until(lambda: all(client.last_id for client in clients), 60):
        return {"error": "not every client was greeted"}
    print(json.dumps({"greeted": len(clients)}), flush=True)
    await lines.readline()
    plan.dropping = False
    path = (await lines.readline()).decode().strip()
    expected: dict[str, list[str]] = json.loads(await asyncio.to_thread(_text, path))
    complete = await until(
        lambda: all(len(client.received) >= len(expected[client.query]) for client in clients), 60
    )
    await asyncio.sleep(_LISTEN_ON_SECONDS)
    figures = Counter[str]()
    wrong: list[dict[str, Any]] = []
    for number, client in enumerate(clients):
        verdict = judge(client, expected[client.query])
        figures.update(verdict)
        if any(verdict[kind] for kind in ("lost", "duplicated", "misordered")):
            wrong.append({"client": number, "query": client.query, "last_id": client.last_id, **verdict})
    return {"complete": complete, **figures, "wrong": wrong[:20], "visits": dict(plan.counts)}


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a path from a line
        return file.read()


async def main(settings: dict[str, Any]) -> None:
    """Run the clients until they are judged."""
    plan = Plan(settings["ports"], random.Random(settings["seed"]))  # noqa: S311 - a repeatable test
    queries = settings["queries"]
    clients = [Client(plan, queries[number % len(queries)]) for number in range(settings["clients"])]
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks = [asyncio.create_task(client.run()) for client in clients]
    figures = await commanded(plan, clients, lines)
    for task in tasks:
        task.cancel()
    faults = [
        end for end in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(end, Exception)
    ]
    print(json.dumps({**figures, "client_faults": [repr(fault) for fault in faults]}), flush=True)


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
