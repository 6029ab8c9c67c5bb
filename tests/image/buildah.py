"""Buildah, with a store of its own under build/, and the few things that are asked of it."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .machine import registry_mounts

_TAIL = 4000


class BuildError(Exception):
    """A step failed; the message ends with what it wrote."""


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What an image says of how it is started."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    user: tuple[int, int]
    health_check: tuple[str, ...]
    stop_signal: str
    ports: tuple[str, ...]
    labels: dict[str, str]
    history: tuple[str, ...]


class Buildah:
    """Builds images into `folder` and mounts their root folders; needs root.

    Overlay file systems are used where the kernel and the folder's file system allow them, else copies.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._base = ["buildah", "--root", str(folder / "store"), "--runroot", str(folder / "run")]
        overlay = subprocess.run(
            [*self._base, "--storage-driver", "overlay", "info"], capture_output=True, check=False
        )
        self._base += ["--storage-driver", "overlay" if overlay.returncode == 0 else "vfs"]

    def __call__(self, *arguments: str) -> str:
        """Run a command of buildah's; returns what it wrote to its standard output.

        Raises
        ------
        BuildError
            If it fails.
        """
        done = subprocess.run(
            [*self._base, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            written = (done.stdout + done.stderr)[-_TAIL:]
            raise BuildError(f"buildah {arguments[0]} ended with {done.returncode}:\n{written}")
        return done.stdout.strip()

    def has(self, image: str) -> bool:
        """Tell whether the store has the image."""
        return bool(self("images", "--quiet", "--filter", f"reference={image}"))

    def build(
        self, image: str, dockerfile: Path, context: Path, stage: str = "", target: str | None = None
    ) -> None:
        """Execute a Dockerfile, each RUN in a chroot of its stage's root folder, and keep the result.

        Only images of this store are used. What reaches the registries is mounted while steps run. `stage` is
        the last one that is executed, and `target` the architecture built for, where they are not the usual.

        Raises
        ------
        BuildError
            If an instruction fails.
        """
        with tempfile.TemporaryDirectory(prefix="registries-") as folder:
            mounts = [f"--volume={each.source}:{each.target}:ro" for each in registry_mounts(Path(folder))]
            options = ["--isolation=chroot", "--pull-never", "--format=docker", "--layers=false"]
            # An engine's builder sets it; buildah does where it builds for several platforms.
            options += [f"--build-arg=TARGETARCH={target or architecture()}"]
            options += [f"--target={stage}"] if stage else []
            self("build", *options, *mounts, "--tag", image, "--file", str(dockerfile), str(context))

    @contextmanager
    def root(self, image: str) -> Iterator[Path]:
        """Mount a root folder of its own, made from the image, while the context lasts."""
        container = self("from", "--pull-never", image)
        try:
            yield Path(self("mount", container))
        finally:
            self("umount", container)
            self("rm", container)

    def config(self, image: str) -> ImageConfig:
        """Return how the image is started."""
        described = json.loads(self("inspect", "--type", "image", image))["Docker"]
        config: dict[str, Any] = described["config"]
        user, _, group = config["User"].partition(":")
        health = (config.get("Healthcheck") or {}).get("Test") or ["NONE"]
        return ImageConfig(
            arguments=(*(config["Entrypoint"] or ()), *(config["Cmd"] or ())),
            environment=dict(line.split("=", 1) for line in config["Env"]),
            folder=config["WorkingDir"] or "/",
            user=(int(user or 0), int(group or 0)),
            health_check=tuple(health[1:]) if health[0] == "CMD" else (),
            stop_signal=config.get("StopSignal") or "SIGTERM",
            ports=tuple(config.get("ExposedPorts") or ()),
            labels=config.get("Labels") or {},
            history=tuple(step.get("created_by", "") for step in described["history"]),
        )


def architecture() -> str:
    """Return this machine's architecture as Debian and image builders call it."""
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def bases_of(dockerfiles: Sequence[Path]) -> list[str]:
    """Return the images that the Dockerfiles are FROM, their own stages left out, sorted."""
    found: set[str] = set()
    for dockerfile in dockerfiles:
        for line in dockerfile.read_text("utf-8").splitlines():
            words = [word for word in line.split() if not word.startswith("--")]
            if words[:1] == ["FROM"]:
                found.add(words[1])
    return sorted(found)
