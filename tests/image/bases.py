"""Stand-ins for the two images that the Dockerfiles are FROM: Debian of the same release, Python and Node.js.

They have the name and tag of the real ones, so that the Dockerfiles are executed as they stand. What differs:
Python is Debian's build of the same minor version, and npm is one of the same line as that of the image.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .buildah import Buildah, BuildError, architecture

_NPM = "11.6.2"
_NODE_MACHINES = {"amd64": "x64", "arm64": "arm64"}


def ensure_bases(buildah: Buildah, names: list[str]) -> None:
    """Make the stand-ins that the store has not, two at a time; they are kept until their recipe changes.

    Raises
    ------
    BuildError
        If an image has no recipe here, or a step of it fails.
    """
    key = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    missing = [name for name in names if not buildah.has(_kept_as(name, key))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: _make(buildah, name, key), missing))


def _kept_as(name: str, key: str) -> str:
    return f"localhost/{name.replace(':', '-')}:{key}"


def _make(buildah: Buildah, name: str, key: str) -> None:
    image, _, tag = name.partition(":")
    version, _, suite = tag.partition("-")
    recipe = RECIPES.get(image)
    if recipe is None:
        raise BuildError(f"there is no stand-in for the image {name}: give tests/image/bases.py a recipe")
    container = buildah("from", "scratch")
    recipe(Path(buildah("mount", container)), version, suite.replace("slim", "").strip("-"))
    buildah("umount", container)
    buildah("config", "--env", "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", container)
    buildah("commit", "--quiet", "--format=docker", "--rm", container, f"docker.io/library/{name}")
    buildah("tag", f"docker.io/library/{name}", _kept_as(name, key))


def _python(root: Path, version: str, suite: str) -> None:
    """Lay out Debian with its Python, which installs packages like the image's: into /usr/local, unasked."""
    minor = ".".join(version.split(".")[:2])
    _debian(root, suite, f"ca-certificates,python{minor},python3,python3-pip")
    (root / f"usr/lib/python{minor}/EXTERNALLY-MANAGED").unlink()
    for link in ("python", "python3"):
        (root / "usr/local/bin" / link).symlink_to(f"/usr/bin/python{minor}")


def _node(root: Path, version: str, suite: str) -> None:
    """Lay out Debian with Node.js as npm distributes it, and npm."""
    _debian(root, suite, "")
    machine = _NODE_MACHINES[architecture()]
    _unpack(f"node-linux-{machine}@{version}", root / "usr/local")
    _unpack(f"npm@{_NPM}", root / "usr/local/lib/node_modules/npm")
    for command in ("npm", "npx"):
        link = root / "usr/local/bin" / command
        link.symlink_to(f"../lib/node_modules/npm/bin/{command}-cli.js")


RECIPES: Mapping[str, Callable[[Path, str, str], None]] = {"node": _node, "python": _python}


def _debian(root: Path, suite: str, packages: str) -> None:
    mirror = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format=$(SITE)",
            "Created-By: Packages",
            "Origin: Debian",
            "Label: Debian",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[:1]
    included = [f"--include={packages}"] if packages else []
    _run(["debootstrap", "--variant=minbase", *included, suite, str(root), *mirror])
    for left_over in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / left_over)
        (root / left_over / "partial").mkdir(parents=True)


def _unpack(package: str, target: Path) -> None:
    """Unpack a package of npm's, whose checksum npm compares with the registry's."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _run(["npm", "pack", "--silent", "--pack-destination", folder, package])
        (file,) = Path(folder).iterdir()
        _run(["tar", "-xzf", str(file), "-C", str(target), "--strip-components=1", "--no-same-owner"])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{command[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
