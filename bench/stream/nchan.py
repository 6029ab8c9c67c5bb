"""The second yardstick: nchan, a module of nginx in C, with a configuration and a folder of its own."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stream.event import payload
from bench.stream.process import child_of, running

_CONFIGURATION = """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 15000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  nchan_shared_memory_size 256M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /publish {{ nchan_publisher; nchan_channel_id events; nchan_message_buffer_length 10000; }}
    location = /stream {{
      nchan_subscriber eventsource;
      nchan_channel_id events;
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"""
_START_SECONDS = 10.0


class Nchan:
    """A running nginx, and a publisher of its own over one kept connection."""

    def __init__(self, port: int, master: int) -> None:
        self.pid = child_of(master)
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._number = 0

    def burst(self, events: int, page: int) -> None:
        """Publish one event after the other, as fast as nginx takes them; it knows no pages."""
        del page
        for _ in range(events):
            self._post()

    def steady(self, rate: int, seconds: float) -> None:
        """Publish so many a second."""
        started = time.monotonic()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, started + number / rate - time.monotonic()))
            self._post()

    def _post(self) -> None:
        self._number += 1
        headers = {"Content-Type": "application/json", "X-EventSource-Event": "drift"}
        self._connection.request("POST", "/publish", payload(self._number), headers)
        self._connection.getresponse().read()


@contextmanager
def running_nchan(folder: Path, port: int) -> Iterator[Nchan]:
    """Run nginx with nchan while the context lasts; raises RuntimeError if it does not start."""
    file = folder / "nginx.conf"
    file.write_text(_CONFIGURATION.format(folder=folder, port=port))
    with running(
        ["nginx", "-p", str(folder), "-c", str(file)], folder / "nginx.log", answers=False
    ) as process:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    yield Nchan(port, process.pid)
                    return
            time.sleep(0.05)
        raise RuntimeError(f"nginx did not start: {(folder / 'nginx.log').read_text()}")
