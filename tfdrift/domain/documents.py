"""Reads files of JSON: gzip or plain, one document or many; what is broken is named and passed over."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tfdrift.domain.json_reading import InvalidJson, decode_fast, decode_next
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.record_text import FastJson, RecordText, record_text

_GZIP_MAGIC = b"\x1f\x8b"
_MAX_INFLATED = 256 * 1024 * 1024
_LOG_FILE = re.compile(r'\s*\{\s*"Records"\s*:\s*\[')
_SOMETHING = re.compile(rb"\S")
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded JSON value and where it stands: ``file`` or ``file:line``."""

    value: JsonValue
    where: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that cannot be used: what was wrong, and where."""

    reason: str
    where: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of a log file's ``Records`` that is no bare record with a usual head."""

    value: JsonValue
    where: str


Found = Document | RecordText | LogEntry | Broken


def read_documents(data: bytes, *, name: str, fast: FastJson | None = None) -> Iterator[Found]:
    """Yield each JSON document of a file, and a `Broken` for each part that is none.

    A file holds one document, one a line, or one after the other. Gzip is known by its first bytes. Of a file
    that is cut short, what can be read is yielded: of a CloudTrail log file its whole records. After a broken
    part reading goes on at the next line that begins with ``{`` or ``[``. Nothing is raised.

    Parameters
    ----------
    data
        The file's bytes.
    name
        How messages call the file.
    fast
        A faster decoder, tried first. With it bare CloudTrail records are yielded as `RecordText`.
    """
    content, complaint = _inflated(data) if data.startswith(_GZIP_MAGIC) else (data, None)
    if content.startswith(_OTHER_BOMS):
        yield Broken("the text is UTF-16; JSON is UTF-8", name)
    else:
        yield from _documents(content.removeprefix(_BOM), name, fast)
    if complaint is not None:
        yield Broken(complaint, name)


def _inflated(data: bytes) -> tuple[bytes, str | None]:
    """Return a gzip file's content as far as it can be read, and what was wrong with the rest."""
    content = bytearray()
    while data.startswith(_GZIP_MAGIC):
        inflater = zlib.decompressobj(wbits=31)
        try:
            content += inflater.decompress(data, max(1, _MAX_INFLATED - len(content)))
        except zlib.error as error:
            return bytes(content), f"the gzip data is damaged: {error}"
        if not inflater.eof:
            return bytes(content), "the gzip data is cut short or larger than 256 MiB"
        data = inflater.unused_data
    # Tools that write in blocks pad the end with zeros.
    return bytes(content), "other data follows the gzip data" if data.strip(b"\0") else None


def _documents(content: bytes, name: str, fast: FastJson | None) -> Iterator[Found]:
    if fast is not None and _is_lines_of_records(content, fast):
        yield from _blocks_of_bytes(content, name, fast)
        return
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        yield from _blocks_of_bytes(content, name, fast)
        return
    if not text or text.isspace():
        return
    records = _records(text, name, fast) if fast is not None else None
    if records is not None:
        yield from records
        return
    try:
        value = decode_fast(text, fast.decode if fast is not None else None)
    except InvalidJson:
        yield from _blocks(text.split("\n"), name, fast)
        return
    yield Document(value, name)


def _is_lines_of_records(content: bytes, fast: FastJson) -> bool:
    """Return whether a file's first line is a bare record and others follow it.

    Its lines are then decoded one by one: one character beyond ASCII would make all of a long text wider.
    """
    end = content.find(b"\n")
    if end < 0 or _SOMETHING.search(content, end) is None:
        return False
    try:
        return record_text(content[:end].decode("utf-8"), "", fast) is not None
    except UnicodeDecodeError:
        return False


def _records(text: str, name: str, fast: FastJson) -> list[RecordText | LogEntry] | None:
    """Return the records of a text that is a bare one or a log file of them, None for anything else.

    How deep a record is nested is counted from where it begins.
    """
    if _LOG_FILE.match(text) is None:
        one = record_text(text, name, fast)
        return None if one is None else [one]
    try:
        texts = fast.log_file(text)
        return [_entry(entry, f"{name}.Records[{index}]", fast) for index, entry in enumerate(texts)]
    except (ValueError, RecursionError):
        return None


def _entry(text: str, where: str, fast: FastJson) -> RecordText | LogEntry:
    """Return an entry of a log file; raises InvalidJson where a number in it is none, or is too long."""
    record = record_text(text, where, fast)
    return LogEntry(decode_fast(text, fast.decode), where) if record is None else record


def _blocks_of_bytes(content: bytes, name: str, fast: FastJson | None) -> Iterator[Found]:
    """Read a file with bytes that are not UTF-8: those lines are named, the others read."""
    lines: list[str] = []
    for number, raw in enumerate(content.split(b"\n"), start=1):
        try:
            lines.append(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            lines.append("")
            yield Broken(f"not UTF-8 at byte {error.start + 1} of the line", f"{name}:{number}")
    yield from _blocks(lines, name, fast)


def _blocks(lines: list[str], name: str, fast: FastJson | None) -> Iterator[Found]:
    """Read the documents of a file block by block; a block begins where a line begins with ``{`` or ``[``."""
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index].startswith(("{", "[")):
            block = "\n".join(lines[start:index])
            record = record_text(block, f"{name}:{start + 1}", fast) if fast is not None else None
            if record is not None:
                yield record
            else:
                yield from _block(block, start + 1, name, fast)
            start = index


def _block(text: str, first_line: int, name: str, fast: FastJson | None) -> Iterator[Document | Broken]:
    if fast is not None and text.startswith(("{", "[")):
        try:
            value = decode_fast(text, fast.decode)
        except InvalidJson:
            pass  # it holds more than one value, or none: told apart below
        else:
            yield Document(value, f"{name}:{first_line}")
            return
    position = len(text) - len(text.lstrip())
    while position < len(text):
        where = f"{name}:{first_line + text.count(chr(10), 0, position)}"
        try:
            value, position = decode_next(text, position)
        except InvalidJson as error:
            yield from _salvaged(text[position:], where)
            yield Broken(str(error), where)
            return
        yield Document(value, where)


def _salvaged(text: str, where: str) -> Iterator[Document]:
    """Read the whole records of a log file that is cut short."""
    opening = _LOG_FILE.match(text)
    if opening is None:
        return
    position, number = opening.end(), 0
    while position < len(text):
        try:
            value, position = decode_next(text, position)
        except InvalidJson:
            return
        yield Document(value, f"{where}.Records[{number}]")
        number += 1
        if not text.startswith(",", position):
            return
        position += 1
