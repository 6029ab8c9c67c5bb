"""Serves the metrics to Prometheus on loopback alone: for an agent beside the process, for nobody else."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

_LOG = logging.getLogger(__name__)
_LOOPBACK = "127.0.0.1"


@contextmanager
def serving_metrics(registry: CollectorRegistry, port: int | None) -> Iterator[None]:
    """Serve a registry at a port, 0 for any free one, while the block runs; without a port, do nothing.

    Raises OSError if the port is taken.
    """
    if port is None:
        yield
        return
    server, thread = start_http_server(port, _LOOPBACK, registry)
    _LOG.info("Metrics are served", extra={"port": server.server_port})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
