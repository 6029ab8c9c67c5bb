"""The load: a process that holds many clients, counts what each receives, and times a sample of them.

It takes one order a line on stdin and answers each with a line on stdout, both JSON, and reads all the time:
`python -m bench.stream.load HOST PORT`. It is lean: the server that is measured shares the machine.
"""

import json
import os
import select
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench.stream.event import MARK, last_id, stamps
from bench.stream.process import raise_file_limit

_BUFFER = 256 * 1024
# Clients come from many addresses, as they do in life: servers may bound the clients of one.
_ADDRESSES = 200
_ANSWER_SECONDS = 60.0
_OK = b"HTTP/1.1 200 "


# What an order is answered with.
Answer = dict[str, Any]


class Client:
    """One connection: how many events it received, and, if it is of the sample, which and when."""

    __slots__ = ("answered", "count", "gaps", "last", "path", "sample", "sock", "tail")

    def __init__(
        self, sock: socket.socket, path: int, *, sample: bool, count: int = 0, last: int = 0
    ) -> None:
        self.sock = sock
        self.path = path
        self.sample = sample
        self.answered = False
        self.count = count
        self.last = last
        self.gaps = 0
        self.tail = b""


class Load:
    """All clients of this process, and what they saw since the last reset."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._epoll = select.epoll()
        self._clients: dict[int, Client] = {}
        self._held: list[Client] = []
        self._buffer = bytearray(_BUFFER)
        self._latencies: list[int] = []
        self._waiting = 0
        self._lost = 0
        self._refused = 0
        self._made = 0
        self._last_id = ""

    def turn(self, timeout: float) -> None:
        """Read once from every client that has something."""
        for fileno, _ in self._epoll.poll(timeout, 1024):
            client = self._clients[fileno]
            try:
                size = client.sock.recv_into(self._buffer)
            except BlockingIOError:
                continue
            except ConnectionError:
                size = 0
            if size == 0 or not (client.answered or self._accepted(client)):
                self._lost += size == 0
                self._drop(client)
            elif client.sample:
                self._note(client, bytes(memoryview(self._buffer)[:size]))
            else:
                client.count += self._buffer.count(MARK, 0, size)

    def _accepted(self, client: Client) -> bool:
        """Take the beginning of the response; False if it is a refusal."""
        client.answered = True
        self._waiting -= 1
        accepted = self._buffer.startswith(_OK)
        self._refused += not accepted
        return accepted

    def _note(self, client: Client, data: bytes) -> None:
        now = time.monotonic_ns()
        client.count += data.count(MARK)
        text = client.tail + data
        end = text.rfind(MARK) + 1
        for number, at in stamps(text[:end]):
            self._latencies.append(now - at)
            client.gaps += client.last > 0 and number != client.last + 1
            client.last = number
        if end:
            self._last_id = last_id(text[:end]) or self._last_id
        client.tail = text[end:]

    def _drop(self, client: Client) -> None:
        self._waiting -= not client.answered
        del self._clients[client.sock.fileno()]
        self._epoll.unregister(client.sock.fileno())
        client.sock.close()

    def _connect(self, path: str, headers: str = "") -> socket.socket:
        sock = socket.socket()
        sock.bind((f"127.0.1.{1 + self._made % _ADDRESSES}", 0))
        self._made += 1
        sock.connect(self._address)
        sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n{headers}\r\n".encode()
        )
        sock.settimeout(0)
        return sock

    def _add(self, client: Client) -> None:
        self._clients[client.sock.fileno()] = client
        self._waiting += 1
        self._epoll.register(client.sock.fileno(), select.EPOLLIN)

    def _await_answers(self, most_waiting: int) -> None:
        deadline = time.monotonic() + _ANSWER_SECONDS
        while self._waiting > most_waiting and time.monotonic() < deadline:
            self.turn(0.1)

    def open(self, clients: int, paths: list[str], sample: int = 50, wave: int = 64) -> Answer:
        """Connect clients, at most `wave` of them unanswered; returns when all are answered."""
        started, before = time.monotonic(), len(self._clients)
        every = max(1, clients // sample)
        for number in range(clients):
            path = number % len(paths)
            self._add(Client(self._connect(paths[path]), path, sample=number % every == 0))
            self._await_answers(wave)
        self._await_answers(0)
        return self._opened(before, started)

    def reopen(self, path: str) -> Answer:
        """Drop every client and connect it again at once, with the last id seen: a reconnect storm."""
        started = time.monotonic()
        old = list(self._clients.values())
        for client in old:
            self._drop(client)
        for client in old:
            # Each goes on from what it counted; the id stands for what the sample has seen by now.
            sock = self._connect(path, f"Last-Event-ID: {self._last_id}\r\n")
            self._add(Client(sock, client.path, sample=client.sample))
        self._await_answers(0)
        return self._opened(0, started)

    def _opened(self, before: int, started: float) -> Answer:
        seconds = round(time.monotonic() - started, 3)
        refused, self._refused = self._refused, 0
        return {"open": len(self._clients) - before, "refused": refused, "seconds": seconds}

    def reset(self) -> Answer:
        """Forget what was counted."""
        self._latencies.clear()
        self._lost = 0
        for client in self._clients.values():
            client.count = client.gaps = 0
        return {"clients": len(self._clients)}

    def wait(self, counts: list[int], seconds: float) -> Answer:
        """Read until every client has the count of its path, or the time is over; returns what was seen."""
        started = look = time.monotonic()
        while (now := time.monotonic()) < started + seconds:
            self.turn(0.05)
            if now - look > 0.02:
                look = now
                if all(client.count >= counts[client.path] for client in self._clients.values()):
                    break
        return self._seen(counts, time.monotonic() - started)

    def _seen(self, counts: list[int], seconds: float) -> Answer:
        clients = list(self._clients.values())
        return {
            "deliveries": sum(client.count for client in clients),
            "clients": len(clients),
            "lost": self._lost,
            "not_the_count": sum(client.count != counts[client.path] for client in clients),
            "gaps": sum(client.gaps for client in clients),
            "seconds": round(seconds, 3),
            "latency_ms": _quantiles(sorted(self._latencies)),
        }

    def hold(self) -> Answer:
        """Stop reading on every client, and keep the connections."""
        held = list(self._clients.values())
        for client in held:
            self._epoll.unregister(client.sock.fileno())
        self._clients.clear()
        self._held += held
        return {"held": len(held)}

    def close(self) -> Answer:
        """Leave with every client."""
        for client in list(self._clients.values()):
            self._drop(client)
        for client in self._held:
            client.sock.close()
        self._held.clear()
        return {}


def _quantiles(times: Sequence[int]) -> dict[str, float]:
    """Return p50, p99 and the longest, in milliseconds."""
    if not times:
        return {}
    marks = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    last = len(times) - 1
    return {name: round(times[min(last, int(part * len(times)))] / 1e6, 2) for name, part in marks.items()}


def main() -> None:
    """Carry out orders until stdin ends."""
    raise_file_limit()
    load = Load(sys.argv[1], int(sys.argv[2]))
    poll = select.poll()
    poll.register(0, select.POLLIN)
    orders = b""
    while True:
        while not poll.poll(0):
            load.turn(0.02)
        got = os.read(0, 64 * 1024)
        if not got:
            return
        *lines, orders = (orders + got).split(b"\n")
        for line in lines:
            order = json.loads(line)
            print(json.dumps(getattr(load, order.pop("do"))(**order)), flush=True)


if __name__ == "__main__":
    main()
