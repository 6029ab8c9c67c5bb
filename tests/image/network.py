"""Talks with what listens in a container's network, from this process."""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .container import Container

_Answer = TypeVar("_Answer")
_NETWORK = 0x40000000  # CLONE_NEWNET


def within(container: Container, ask: Callable[[], _Answer]) -> _Answer:
    """Return what `ask` returns when it is called in the container's network.

    A network is a thread's own: it runs in a thread that ends afterwards. Sockets that it opened stay there.
    """
    with ThreadPoolExecutor(1, initializer=_enter, initargs=(container.pid,)) as thread:
        return thread.submit(ask).result()


def _enter(pid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if libc.setns(network, _NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "the network cannot be entered")
    finally:
        os.close(network)
