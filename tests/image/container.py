"""Runs an image's root folder with runc, an OCI runtime, confined as an engine would be told to."""

import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_START_SECONDS = 30.0
_numbers = itertools.count()

_DEVICES = [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {
        "destination": "/dev",
        "type": "tmpfs",
        "source": "tmpfs",
        "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
        "destination": "/dev/shm",
        "type": "tmpfs",
        "source": "shm",
        "options": ["nosuid", "nodev", "mode=1777"],
    },
    {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "nodev", "ro"]},
]
_HIDDEN = ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"]
_FIXED = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


@dataclass(frozen=True, slots=True)
class Launch:
    """What is started, and with which rights.

    `tmpfs` are folders that can be written to, in the form of compose files; `hosts` are names of this
    container's loopback address. Nothing else can be written to where `read_only` holds.
    """

    root: Path
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    user: tuple[int, int]
    read_only: bool
    tmpfs: Sequence[str] = ()
    hosts: Sequence[str] = ()
    beside: "Container | None" = None


@dataclass(frozen=True, slots=True)
class Container:
    """A running container; its process has the id 1 in it, and here `pid`."""

    name: str
    pid: int
    log: Path
    process: subprocess.Popen[bytes]
    runtime: tuple[str, ...] = field(repr=False)

    def execute(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container, with its user, rights and environment."""
        command = [*self.runtime, "exec", self.name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def stop(self, name_of_signal: str, seconds: float) -> int:
        """Send the signal and return the exit code.

        Raises
        ------
        subprocess.TimeoutExpired
            If the process is still there after that time.
        """
        os.kill(self.pid, signal.Signals[name_of_signal])
        return self.process.wait(seconds)

    def status(self) -> dict[str, str]:
        """Return what the kernel says of the process: user, capabilities, privileges."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


@contextmanager
def running(launch: Launch, folder: Path) -> Iterator[Container]:
    """Run the container while the context lasts; bundle, log and the runtime's state go into `folder`.

    Without `beside` it gets a network of its own, which has nothing but loopback.
    """
    name = f"tfdrift-{os.getpid()}-{next(_numbers)}"
    bundle, log = folder / name, folder / f"{name}.log"
    bundle.mkdir(parents=True)
    (bundle / "hosts").write_text("".join(f"127.0.0.1 {host}\n" for host in ("localhost", *launch.hosts)))
    (bundle / "config.json").write_text(json.dumps(_specification(launch, name, bundle)))
    runtime = ("runc", "--root", str(folder / "runc"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*runtime, "run", "--bundle", str(bundle), name],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Container(name, _await_pid(runtime, name, process, log), log, process, runtime)
    finally:
        subprocess.run([*runtime, "delete", "--force", name], capture_output=True, check=False)
        process.wait()


def _await_pid(runtime: Sequence[str], name: str, process: subprocess.Popen[bytes], log: Path) -> int:
    """Return the process id once the container's own process was started.

    Until then the state is `creating` or `created`; where it ended at once, its id is that of the last state.
    """
    deadline = time.monotonic() + _START_SECONDS
    pid = 0
    while time.monotonic() < deadline:
        done = subprocess.run([*runtime, "state", name], capture_output=True, text=True, check=False)
        state: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
        pid = state.get("pid") or pid
        if state.get("status") == "running" or process.poll() is not None:
            return pid
        time.sleep(0.02)
    raise AssertionError(f"the container did not start: {log.read_text(errors='replace')[-2000:]}")


def _specification(launch: Launch, name: str, bundle: Path) -> dict[str, Any]:
    """Return the runtime's configuration: no capability, no new privileges, namespaces of its own."""
    namespaces: list[dict[str, str]] = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
    network = {"type": "network"}
    if launch.beside is not None:
        network["path"] = f"/proc/{launch.beside.pid}/ns/net"
    return {
        "ociVersion": "1.0.2",
        "hostname": name,
        "root": {"path": str(launch.root), "readonly": launch.read_only},
        "process": {
            "user": {"uid": launch.user[0], "gid": launch.user[1]},
            "args": list(launch.arguments),
            "env": [f"{key}={value}" for key, value in launch.environment.items()],
            "cwd": launch.folder,
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "mounts": [*_DEVICES, *map(_tmpfs, launch.tmpfs), _hosts(bundle)],
        "linux": {
            "namespaces": [*namespaces, network],
            "maskedPaths": _HIDDEN,
            "readonlyPaths": _FIXED,
        },
    }


def _tmpfs(written: str) -> dict[str, Any]:
    path, _, options = written.partition(":")
    chosen = [option for option in options.split(",") if option]
    return {
        "destination": path,
        "type": "tmpfs",
        "source": "tmpfs",
        "options": ["nosuid", "nodev", "noexec", *chosen],
    }


def _hosts(bundle: Path) -> dict[str, Any]:
    return {
        "destination": "/etc/hosts",
        "type": "bind",
        "source": str(bundle / "hosts"),
        "options": ["rbind", "ro"],
    }
