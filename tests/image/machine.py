"""What this machine needs to reach the package registries: shown to a build's steps, kept out of its image.

pip, npm and uv read files of configuration in a build as they do here; Dockerfiles know nothing of them.
"""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of this machine that a step sees, read-only, under `target`."""

    source: Path
    target: str


def registry_mounts(folder: Path) -> list[Mount]:
    """Return what steps are to see; what has to be written for that goes into `folder`."""
    certificates = _certificates()
    pip = _pip_settings()
    written = {
        "/etc/pip.conf": _pip_configuration(pip, certificates),
        "/usr/local/etc/npmrc": _npm_configuration(certificates),
        "/etc/uv/uv.toml": _uv_configuration(certificates),
    }
    mounts = [Mount(certificates, CERTIFICATES)] if certificates else []
    for target, text in written.items():
        path = folder / Path(target).name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        mounts.append(Mount(path, target))
    return mounts + [Mount(path, str(path)) for path in sorted(_local_places(pip))]


def _certificates() -> Path | None:
    """Return the file of the certificate authorities that this machine trusts."""
    named = [os.environ.get(name) for name in _CERTIFICATE_VARIABLES]
    for path in [Path(name) for name in [*named, CERTIFICATES] if name]:
        if path.is_file():
            return path
    return None


def _pip_settings() -> dict[str, str]:
    """Return pip's settings here, of its files and of its environment, the latter first as pip has it."""
    pip = shutil.which("pip3") or shutil.which("pip")
    if pip is None:
        return {}
    listed = subprocess.run([pip, "config", "list"], capture_output=True, text=True, check=True).stdout
    found: dict[str, dict[str, str]] = {}
    for section, key, value in re.findall(r"^(\w+|:env:)\.([\w-]+)=('.*'|\".*\")$", listed, re.MULTILINE):
        found.setdefault(section, {})[key] = str(ast.literal_eval(value))
    return {**found.get("global", {}), **found.get("install", {}), **found.get(":env:", {})}


def _pip_configuration(settings: Mapping[str, str], certificates: Path | None) -> str:
    known = {**settings, **({"cert": CERTIFICATES} if certificates else {})}
    # An option with several values has one on each line, indented.
    values = {key: "\n  ".join(value.split()) for key, value in known.items()}
    return "[global]\n" + "".join(f"{key} = {value}\n" for key, value in sorted(values.items()))


def _local_places(settings: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files and folders of this machine that pip's settings speak of."""
    for key, value in settings.items():
        for word in () if key == "cert" else value.split():
            path = Path(urlsplit(word).path if word.startswith("file://") else word)
            if path.is_absolute() and path.exists():
                yield path


def _npm_configuration(certificates: Path | None) -> str:
    """Return npm's settings here: those of all users, then this user's, which come last and win."""
    place = subprocess.run(
        ["npm", "config", "get", "globalconfig", "userconfig"], capture_output=True, text=True, check=True
    ).stdout
    files = [Path(line.partition("=")[2]) for line in place.splitlines() if "=" in line]
    lines = [line for file in files if file.is_file() for line in file.read_text("utf-8").splitlines()]
    kept = [line for line in lines if not re.match(r"\s*(cafile|prefix|nodedir)\s*=", line)]
    return "\n".join([*kept, *([f"cafile={CERTIFICATES}"] if certificates else []), ""])


def _uv_configuration(certificates: Path | None) -> str:
    """Return uv's settings here: this user's or the machine's, else that its certificates are trusted."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for path in (folder / "uv/uv.toml", Path("/etc/uv/uv.toml")):
        if path.is_file():
            return path.read_text("utf-8")
    return "system-certs = true\n" if certificates else ""
