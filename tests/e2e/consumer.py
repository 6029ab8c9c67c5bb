"""A small app on the packed hooks, built beside the dashboard; the real app can serve it in its place."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROJECT = '{"extends": "../../tsconfig.json", "compilerOptions": {"types": []}, "include": ["*.tsx"]}'
_PAGE = '<!doctype html><div id="root"></div><script type="module" src="/main.tsx"></script>'


@dataclass(frozen=True, slots=True)
class Consumer:
    """The folder of the app, which has the packed hooks in a `node_modules` of its own."""

    folder: Path
    tools: Path

    def check_types(self) -> None:
        """Check the app's types as strictly as the dashboard's; fails with the compiler's words."""
        self._run("tsc", "--project", ".")

    def build(self) -> Path:
        """Build the app; returns the folder to serve, fails with the builder's words."""
        self._run("vite", "build", "--logLevel", "warn")
        return self.folder / "dist"

    def _run(self, tool: str, *arguments: str) -> None:
        run = subprocess.run(
            [self.tools / tool, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120
        )
        assert run.returncode == 0, run.stdout + run.stderr


def packed_hooks(dashboard: Path, folder: Path) -> Path:
    """Build the hooks and pack them; returns the tarball."""
    for command in (
        ["npm", "run", "--silent", "build:lib"],
        ["npm", "pack", "--silent", "./build/hooks", "--pack-destination", str(folder)],
    ):
        run = subprocess.run(command, cwd=dashboard, capture_output=True, text=True, timeout=200)
        assert run.returncode == 0, run.stdout + run.stderr
    return next(folder.glob("tfdrift-hooks-*.tgz"))


@contextmanager
def consumer(dashboard: Path, hooks: Path, name: str, sources: Mapping[str, str]) -> Iterator[Consumer]:
    """Make an app of sources while the context lasts. It finds React where the dashboard has it."""
    folder = dashboard / "node_modules" / f".consumer-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "node_modules").mkdir(parents=True)
    with tarfile.open(hooks) as packed:
        packed.extractall(folder / "node_modules", filter="data")
    (folder / "node_modules" / "package").rename(folder / "node_modules" / "tfdrift-hooks")
    for path, text in {**sources, "tsconfig.json": _PROJECT, "index.html": _PAGE}.items():
        (folder / path).write_text(text)
    yield Consumer(folder, dashboard / "node_modules" / ".bin")
    shutil.rmtree(folder)
