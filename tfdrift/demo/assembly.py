"""Reads a synthesised CDK assembly: its stacks in order, and the files each of them needs."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfdrift.domain.json_value import JsonObject

_STACK = "aws:cloudformation:stack"
_ANY_REGION = "unknown-region"
# Zip files know no time before 1980; one time for all makes the same content the same bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class FileAsset:
    """A file or folder that goes into a bucket; the names may hold variables such as ``${AWS::Region}``."""

    source: Path
    zipped: bool
    bucket: str
    key: str

    def content(self) -> bytes:
        """Return the bytes to upload: the file as it is, or the folder as a zip."""
        return _zip(self.source) if self.zipped else self.source.read_bytes()


@dataclass(frozen=True, slots=True)
class AssembledStack:
    """One stack: its name, its template, and its assets but the template itself.

    `region` is the only one that it is made for, None where it is made wherever the others are.
    """

    name: str
    template: JsonObject
    assets: tuple[FileAsset, ...]
    region: str | None = None


def stacks(assembly: Path) -> list[AssembledStack]:
    """Return the assembly's stacks, each after those it depends on."""
    artifacts: dict[str, Any] = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    return [_stack(assembly, artifact_id, artifacts[artifact_id]) for artifact_id in _in_order(artifacts)]


def _in_order(artifacts: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of the stacks, dependencies first."""
    wanted = {name for name, artifact in artifacts.items() if artifact["type"] == _STACK}
    done: set[str] = set()
    while wanted - done:
        ready = sorted(
            name for name in wanted - done if wanted & set(artifacts[name].get("dependencies", ())) <= done
        )
        if not ready:
            raise ValueError(f"the stacks {sorted(wanted - done)} wait for each other")
        yield from ready
        done.update(ready)


def _stack(assembly: Path, artifact_id: str, artifact: dict[str, Any]) -> AssembledStack:
    properties = artifact["properties"]
    template_file = properties["templateFile"]
    region = artifact["environment"].rpartition("/")[2]
    return AssembledStack(
        name=properties["stackName"],
        template=json.loads((assembly / template_file).read_text()),
        assets=tuple(
            _asset(assembly, entry)
            for entry in _files(assembly / f"{artifact_id}.assets.json")
            if entry["source"]["path"] != template_file
        ),
        region=None if region == _ANY_REGION else region,
    )


def _files(manifest: Path) -> list[dict[str, Any]]:
    """Return what a stack's manifest of assets lists; a stack without assets may have none."""
    if not manifest.is_file():
        return []
    return list(json.loads(manifest.read_text())["files"].values())


def _asset(assembly: Path, entry: dict[str, Any]) -> FileAsset:
    destination = next(iter(entry["destinations"].values()))
    return FileAsset(
        source=assembly / entry["source"]["path"],
        zipped=entry["source"]["packaging"] == "zip",
        bucket=destination["bucketName"],
        key=destination["objectKey"],
    )


def _zip(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(str(path.relative_to(folder)), _ZIP_TIME)
                info.external_attr = 0o644 << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, path.read_bytes(), compresslevel=1)
    return buffer.getvalue()
