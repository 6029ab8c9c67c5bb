"""compose.yaml as Compose itself reads it, and its services as containers without an engine.

The services share one network that has loopback alone, where their names lead; an engine would give each its
own address. Depending on each other, restarts and published ports are an engine's work and not done here.
"""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from .buildah import Buildah
from .container import Container, Launch, running

ROOT = Path(__file__).resolve().parents[2]
_KNOWN = {
    "build", "cap_drop", "depends_on", "entrypoint", "environment", "healthcheck", "image", "ports",
    "read_only", "restart", "security_opt", "stop_grace_period", "tmpfs",
}  # fmt: skip


def clients() -> list[tuple[str, ...]]:
    """Return the Compose clients of this machine: Debian's, and Docker's where it is."""
    found: list[tuple[str, ...]] = []
    if shutil.which("docker-compose"):
        found.append(("docker-compose",))
    if (
        shutil.which("docker")
        and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    ):
        found.append(("docker", "compose"))
    return found


def read_compose(
    client: tuple[str, ...], environment: Mapping[str, str] | None = None, *profiles: str
) -> dict[str, Any]:
    """Return compose.yaml as the client understands it: merged, with variables put in and paths resolved.

    Raises
    ------
    subprocess.CalledProcessError
        If the client refuses it.
    """
    chosen = [option for profile in profiles for option in ("--profile", profile)]
    done = subprocess.run(
        [*client, "-f", str(ROOT / "compose.yaml"), *chosen, "config"],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    services: dict[str, Any] = yaml.safe_load(done.stdout)
    return services


@dataclass(frozen=True, slots=True)
class Stand:
    """The services of compose.yaml whose images are built here, ready to be started."""

    buildah: Buildah
    services: Mapping[str, Any]
    folder: Path

    @contextmanager
    def running(self, name: str, beside: Container | None = None) -> Iterator[Container]:
        """Run the service while the context lasts, in the network of `beside` where that is given."""
        with ExitStack() as stack:
            launch = self._launch(name, stack.enter_context(self.buildah.root(self.services[name]["image"])))
            yield stack.enter_context(running(replace(launch, beside=beside), self.folder))

    def _launch(self, name: str, root: Path) -> Launch:
        service = self.services[name]
        if unknown := set(service) - _KNOWN:
            raise AssertionError(f"what {sorted(unknown)} of the service {name} means is not known here")
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        config = self.buildah.config(service["image"])
        return Launch(
            root=root,
            arguments=service.get("entrypoint") or config.arguments,
            environment={**config.environment, **service.get("environment", {})},
            folder=config.folder,
            user=config.user,
            read_only=service["read_only"],
            tmpfs=service.get("tmpfs", ()),
            hosts=tuple(self.services),
        )
