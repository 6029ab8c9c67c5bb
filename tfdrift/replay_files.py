"""Finds the files that `tfdrift replay` reads: files, folders with all below them, standard input."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tfdrift.service.replay import InputFile
from tfdrift.service.replay_evidence import Problem

STANDARD_INPUT = "-"
STATE_ENDINGS = (".tfstate", ".tfstate.backup", ".json")
EVIDENCE_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".log", ".log.gz")


def input_files(paths: Iterable[str], endings: tuple[str, ...], problems: list[Problem]) -> list[InputFile]:
    """Return the files that the paths name, in the order of the paths, a folder's by name.

    Of a folder those count that end as `endings` say; hidden files and folders (``.terraform``) are passed
    over. A path that does not exist, or a folder without such files, is a problem.
    """
    found: list[InputFile] = []
    for path in paths:
        if path == STANDARD_INPUT:
            found.append(InputFile("standard input", sys.stdin.buffer.read))
        elif Path(path).is_dir():
            below = [InputFile(str(file), _reader(file)) for file in _below(Path(path), endings)]
            found += below
            if not below:
                problems.append(Problem(path, f"the folder holds no file that ends in {', '.join(endings)}"))
        else:
            found.append(InputFile(path, _reader(Path(path))))
    return found


def _below(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _below(entry, endings)
        elif entry.is_file() and entry.name.lower().endswith(endings):
            yield entry


def _reader(file: Path) -> Callable[[], bytes]:
    return file.read_bytes
