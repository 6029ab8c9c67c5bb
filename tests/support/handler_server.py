"""Runs a handler of the standard library's HTTP server on loopback while a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QuietHandler(BaseHTTPRequestHandler):
    """A handler that says nothing on the error output."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def handler_served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve while the context lasts; yields the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
