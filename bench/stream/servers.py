"""The servers that are compared, behind the same words: where each listens, how it is fed, what it uses."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.stream.nchan import Nchan, running_nchan
from bench.stream.process import python, running
from tfdrift.demo.emulator import free_port

TFDRIFT, QUEUES, NCHAN = "tfdrift", "sse-starlette", "nchan"
_START_SECONDS = 30.0


def order(process: subprocess.Popen[bytes], what: str, **values: object) -> None:
    """Send an order to a process."""
    assert process.stdin is not None
    process.stdin.write(json.dumps({"do": what, **values}).encode() + b"\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Return the answer to the order before; raises RuntimeError if the process has ended."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a process of the measurement ended: {process.args!r}")
    return dict(json.loads(line))


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `feed(what, …)` returns when the events are published."""

    name: str
    port: int
    path: str
    pid: int
    feed: Callable[..., None]

    @contextmanager
    def load(self, folder: Path) -> Iterator["Clients"]:
        """Run a process of clients of this server while the context lasts."""
        command = python("bench.stream.load", "127.0.0.1", str(self.port))
        with running(command, folder / f"load-{time.monotonic_ns()}.log") as process:
            yield Clients(process)


@dataclass(frozen=True, slots=True)
class Clients:
    """The handle of a process of clients."""

    process: subprocess.Popen[bytes]

    def do(self, what: str, **values: object) -> dict[str, Any]:
        """Give an order and return the answer."""
        order(self.process, what, **values)
        return answer(self.process)

    def begin(self, what: str, **values: object) -> None:
        """Give an order whose answer is fetched by `result`."""
        order(self.process, what, **values)

    def result(self) -> dict[str, Any]:
        """Return the answer to what was begun."""
        return answer(self.process)


@contextmanager
def server(name: str, folder: Path, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """Run the named server while the context lasts; settings are the product's."""
    port = free_port()
    place = folder / f"{name}-{port}"
    place.mkdir()
    if name == NCHAN:
        with running_nchan(place, port) as nchan:
            yield Server(name, port, "/stream", nchan.pid, _feed_of(nchan))
        return
    command, path = {
        TFDRIFT: (python("bench.stream.fed_server"), "/api/v1/stream"),
        QUEUES: (python("bench.stream.queue_server", str(port)), "/stream"),
    }[name]
    with running(command, place / "log", _environment(port, settings or {})) as process:
        _await_port(process, port, place / "log")
        yield Server(name, port, path, process.pid, _orders_to(process))


def _environment(port: int, settings: dict[str, str]) -> dict[str, str]:
    """Return the environment of a server: no cloud, many clients."""
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TFDRIFT_EVENTS_TABLE": "events",
        "TFDRIFT_STATE_TABLE": "state",
        "TFDRIFT_FEED_TABLE": "feed",
        "TFDRIFT_PORT": str(port),
        "TFDRIFT_MAX_CLIENTS_PER_ADDRESS": "100000",
        **settings,
    }


def _orders_to(process: subprocess.Popen[bytes]) -> Callable[..., None]:
    def feed(what: str, **values: object) -> None:
        order(process, what, **values)
        answer(process)

    return feed


def _feed_of(nchan: Nchan) -> Callable[..., None]:
    def feed(what: str, **values: float) -> None:
        getattr(nchan, what)(**values)

    return feed


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"a server did not start: {log.read_text()[-2000:]}")
