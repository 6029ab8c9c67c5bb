"""An HTTP proxy in front of the AWS emulator that makes the faults of a network and of a service.

The faults are the port's: the emulator behind it does neither throttle nor expire nor trim. What the proxy
answers is true to what the service does. It never says that a write failed for good when it was made, and
when it says that records are trimmed, nobody gets them any more.
"""

import asyncio
import json
import random
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

_KEPT_ITERATORS = 50_000
_HOP_HEADERS = {"content-length", "connection", "x-amz-crc32", "transfer-encoding"}
# Longer than the tasks wait for an answer (streaming's access has two seconds): the write comes late.
_LATE_SECONDS = 2.4

_READS = {"GetItem", "Query", "DescribeTable", "TransactGetItems"}
_STREAM_READS = {"DescribeStream", "GetShardIterator"}
_READ_BY_PROXY = {"GetRecords", "GetShardIterator", "BatchWriteItem", "BatchGetItem"}
_FAULTS: Mapping[str, Sequence[str]] = {
    "GetRecords": ("ExpiredIteratorException", "LimitExceededException", "500", "dropped", "slow"),
    "TransactWriteItems": ("500", "dropped", "answer lost", "late", "conflict", "throttled"),
    "PutItem": ("500", "dropped", "answer lost", "late", "throttled"),
    **dict.fromkeys(_READS, ("500", "dropped", "throttled", "slow")),
    **dict.fromkeys(_STREAM_READS, ("500", "dropped", "throttled")),
}
_THROTTLED = "ProvisionedThroughputExceededException"


class _Dropped(Exception):  # noqa: N818 - names what happens
    """The connection ends without an answer."""


@dataclass
class Weather:
    """How many of the requests meet a fault (0 to 1), of which kinds, and what has been made so far."""

    dice: random.Random
    chance: float = 0.0
    faults: Mapping[str, Sequence[str]] = field(default_factory=lambda: _FAULTS)
    made: Counter[str] = field(default_factory=Counter)

    def fault(self, operation: str) -> str | None:
        """Return the fault that this request meets, None for most."""
        kinds = self.faults.get(operation)
        if kinds is None or self.dice.random() >= self.chance:
            return None
        kind = self.dice.choice(kinds)
        self.count(operation, kind)
        return kind

    def count(self, operation: str, kind: str) -> None:
        """Count a fault that was made."""
        self.made[f"{operation}: {kind}"] += 1


@dataclass(frozen=True)
class Read:
    """One GetRecords: when (the loop's clock), by which task, of which shard."""

    at: float
    caller: str
    shard: str


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def encoded(self) -> bytes:
        """Return it as it is on the wire."""
        kept = {name: value for name, value in self.headers.items() if name not in _HOP_HEADERS}
        lines = [f"HTTP/1.1 {self.status} -", *(f"{name}: {value}" for name, value in kept.items())]
        return "\r\n".join([*lines, f"content-length: {len(self.body)}", "", ""]).encode() + self.body


def refusal(code: str, status: int = 400, **more: object) -> Answer:
    """Return the answer with which the service refuses."""
    body = {
        "__type": f"com.amazonaws.dynamodb.v20120810#{code}",
        "message": "made by the fault proxy",
        **more,
    }
    return Answer(status, {"content-type": "application/x-amz-json-1.0"}, json.dumps(body).encode())


def _left_undone(operation: str, asked: Mapping[str, Any]) -> Answer:
    """Return the answer to a batch of which nothing was done, as the service has it under load."""
    if operation == "BatchGetItem":
        told: dict[str, Any] = {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]}
    else:
        told = {"UnprocessedItems": asked["RequestItems"]}
    return Answer(200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(told).encode())


class Proxy:
    """Forwards to the emulator at `port`, with faults by the weather; one listener for each caller."""

    def __init__(self, port: int, weather: Weather) -> None:
        self.weather = weather
        self.reads: list[Read] = []
        self._port = port
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.Task[None]] = set()
        self._shard_of: OrderedDict[str, str] = OrderedDict()
        self._trimmed: dict[str, int] = {}
        self._expired: set[str] = set()

    async def listen(self, caller: str) -> str:
        """Return the endpoint that the caller shall use."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._open.add(task)
            try:
                await self._serve(caller, reader, writer)
            except asyncio.CancelledError:
                return  # by `close`; the loop would take it for a fault of this connection
            finally:
                self._open.discard(task)
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self._servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """End all listeners and connections."""
        for server in self._servers:
            server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def trim(self, shard: str, last: str) -> None:
        """Lose a shard's records up to a sequence number, and every iterator of it."""
        self._trimmed[shard] = max(int(last), self._trimmed.get(shard, 0))
        self._expired.update(name for name, of in self._shard_of.items() if of == shard)
        self.weather.count("shard", "trimmed")

    async def _serve(self, caller: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                headers = _headers(head)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                upstream = upstream or await asyncio.open_connection("127.0.0.1", self._port, limit=2**22)
                writer.write((await self._answer(caller, head + body, headers, body, upstream)).encoded())
                await writer.drain()
        except (EOFError, OSError, _Dropped):
            return
        finally:
            if upstream is not None:
                upstream[1].close()

    async def _answer(
        self, caller: str, request: bytes, headers: Mapping[str, str], body: bytes, upstream: Any
    ) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        asked = json.loads(body) if operation in _READ_BY_PROXY else {}
        if operation == "GetRecords":
            shard = self._shard_of.get(asked["ShardIterator"], "unknown")
            self.reads.append(Read(asyncio.get_running_loop().time(), caller, shard))
        if (refused := self._stream_rule(operation, asked)) is not None:
            return refused
        fault = self.weather.fault(operation)
        if fault == "left undone":
            return _left_undone(operation, asked)
        if (refused := await self._before(fault)) is not None:
            return refused
        answer = await _forwarded(request, *upstream)
        if fault == "answer lost":
            raise _Dropped
        return self._learned(operation, asked, answer)

    async def _before(self, fault: str | None) -> Answer | None:
        """Make the fault, as far as it comes before the emulator sees the request."""
        match fault:
            case None | "answer lost":
                return None
            case "500":
                return refusal("InternalServerError", 500)
            case "dropped":
                raise _Dropped
            case "throttled":
                return refusal(_THROTTLED)
            case "conflict" | "throttled inside":
                code = "TransactionConflict" if fault == "conflict" else "ThrottlingError"
                reasons = [{"Code": code, "Message": "made by the fault proxy"}]
                return refusal("TransactionCanceledException", CancellationReasons=reasons)
            case "late":
                await asyncio.sleep(_LATE_SECONDS)
                return None
            case "slow":
                await asyncio.sleep(self.weather.dice.uniform(0.05, 0.8))
                return None
            case _:
                return refusal(fault)

    def _stream_rule(self, operation: str, asked: Mapping[str, str]) -> Answer | None:
        """Refuse what is trimmed or expired."""
        if operation == "GetRecords" and asked["ShardIterator"] in self._expired:
            self._expired.discard(asked["ShardIterator"])
            return refusal("ExpiredIteratorException")
        trimmed = self._trimmed.get(asked.get("ShardId", ""), 0)
        if operation == "GetShardIterator" and int(asked.get("SequenceNumber", trimmed + 1)) <= trimmed:
            self.weather.count("GetShardIterator", "TrimmedDataAccessException")
            return refusal("TrimmedDataAccessException")
        return None

    def _learned(self, operation: str, asked: Mapping[str, str], answer: Answer) -> Answer:
        """Remember whose iterators these are, and leave trimmed records out."""
        if operation not in {"GetRecords", "GetShardIterator"} or answer.status != 200:
            return answer
        told = json.loads(answer.body)
        if operation == "GetShardIterator":
            self._remember(told["ShardIterator"], asked["ShardId"])
            return answer
        shard = self._shard_of.get(asked["ShardIterator"], "unknown")
        if following := told.get("NextShardIterator"):
            self._remember(following, shard)
        trimmed = self._trimmed.get(shard, 0)
        kept = [r for r in told["Records"] if int(r["dynamodb"]["SequenceNumber"]) > trimmed]
        if len(kept) < len(told["Records"]):
            answer.body = json.dumps({**told, "Records": kept}).encode()
        return answer

    def _remember(self, iterator: str, shard: str) -> None:
        self._shard_of[iterator] = shard
        if len(self._shard_of) > _KEPT_ITERATORS:
            self._expired.discard(self._shard_of.popitem(last=False)[0])


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}


async def _forwarded(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    headers = _headers(head)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(head.split(b" ", 2)[1]), headers, body)


async def changing_until(stop: asyncio.Event, weather: Weather, dice: random.Random) -> None:
    """Let the weather change until the stop: mostly light, sometimes a storm, sometimes calm."""
    while not stop.is_set():
        weather.chance = dice.choice((0.0, 0.05, 0.1, 0.2, 0.5))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), dice.uniform(0.3, 1.5))
    weather.chance = 0.0
