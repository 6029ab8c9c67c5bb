"""The built images, and the stand of compose.yaml's services that runs them."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .bases import ensure_bases
from .buildah import Buildah, bases_of
from .composed import ROOT, Stand, clients, read_compose

APP, EMULATOR = "localhost/tfdrift-stream:local", "localhost/tfdrift-emulator:local"
DOCKERFILES = {APP: ROOT / "Dockerfile", EMULATOR: ROOT / "tools/emulator/Dockerfile"}


@pytest.fixture(scope="session")
def buildah() -> Iterator[Buildah]:
    """Buildah with the images that the Dockerfiles are FROM; one run of tests at a time has it."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("root folders are mounted and entered, which takes root on Linux")
    missing = [name for name in ("buildah", "debootstrap", "runc") if shutil.which(name) is None]
    assert not missing, f"run 'bash tools/test-setup.sh': it installs {missing}"
    folder = ROOT / "build/image"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tool = Buildah(folder)
        # What a run that was broken off left behind, and images whose names newer ones have.
        tool("rm", "--all")
        tool("rmi", "--prune")
        ensure_bases(tool, bases_of(list(DOCKERFILES.values())))
        yield tool


@pytest.fixture(scope="session")
def images(buildah: Buildah) -> Buildah:
    """The same, with the images of the app and of the emulator."""
    for image, dockerfile in DOCKERFILES.items():
        buildah.build(image, dockerfile, dockerfile.parent)
    return buildah


@pytest.fixture(scope="session")
def stand(images: Buildah, tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """The services of compose.yaml that are built here."""
    services = read_compose(clients()[0])["services"]
    return Stand(images, services, tmp_path_factory.mktemp("containers"))


@pytest.fixture(scope="session")
def app_root(images: Buildah) -> Iterator[Path]:
    """The app's root folder as it was built, never started."""
    with images.root(APP) as root:
        yield root
