"""Serves the metrics to Prometheus at an address of its own, never on the port that clients reach."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

_LOG = logging.getLogger(__name__)


@contextmanager
def serving_metrics(registry: CollectorRegistry, host: str, port: int | None) -> Iterator[None]:
    """Serve a registry while the block runs; port 0 is any free one, and without a port nothing is served.

    Raises OSError if the port is taken, or the host is none of this machine's.
    """
    if port is None:
        yield
        return
    server, thread = start_http_server(port, host, registry)
    _LOG.info("Metrics are served", extra={"port": server.server_port})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
