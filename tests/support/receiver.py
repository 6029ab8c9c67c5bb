"""A receiver of JSON on loopback, which answers as the test says and keeps what it was sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.handler_server import QuietHandler, handler_served


@dataclass
class Receiver:
    """What came in, decoded and as it was, and what is answered: each status once, then 200."""

    url: str
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def receiver(said: bytes = b"said") -> Iterator[Receiver]:
    """Serve while the context lasts; `said` is the body of each success."""

    class Handler(QuietHandler, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            known.raw.append(self.rfile.read(length))
            known.headers.append({name.lower(): value for name, value in self.headers.items()})
            known.bodies.append(json.loads(known.raw[-1]))
            status, headers = known.answers.pop(0) if known.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said if status < 300 else b"an error's own words")

    with handler_served(Handler) as origin:
        known = Receiver(f"{origin}/hook")
        yield known
