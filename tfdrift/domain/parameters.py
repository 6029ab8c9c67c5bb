"""Reads a call's parameters by path, whatever the service's way of writing them.

Facts of CloudTrail that recorded calls show: EC2 writes a list as ``{"items": […]}`` and an empty one as
``{}``; its newer operations wrap the request in one key (``ModifySecurityGroupRulesRequest``), write
PascalCase, a list of one as the element itself, and a list of more with a ``tag`` beside each; S3 writes what
its XML says, a list of one as the element itself, next to header lists of one string; CloudFront writes a
``quantity`` beside the ``items``; a list may have become an object of its indexes. Case is ignored, since
Falco's plugin lower-cases names.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.id_forms import FORMS
from tfdrift.domain.json_value import JsonObject, JsonValue

_WRAPPER = re.compile(r"(?:Request|Req|Response)\Z")
_NAME = re.compile(r"(?:[^.\[]|\[[^\]]*\])+")
_SELECTOR = re.compile(r"(?P<name>\w+)\[(?P<key>\w+)=(?P<value>[^\]]+)\]")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_LIST_MARK = "[]"
_FIRST_MARK = "[0]"
_LITERAL = "="
_VALUE = "value"
_MOST_KEYS_OF_A_WRAPPING = 2
MASKS = frozenset(
    {"****", "***", "hidden_due_to_security_reasons", "<sensitivedataremoved>", "sensitivedataremoved"}
)
"""What CloudTrail writes, in any case, in place of a value that is secret, as recorded calls show."""
_MAX_IDS = 1000
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


Values = tuple[JsonValue, ...]


class _Segment(NamedTuple):
    name: str
    folded: str
    each: bool = False
    first: bool = False
    chosen: tuple[str, str] | None = None

    @property
    def is_name(self) -> bool:
        """Whether it is the name of a key and nothing more."""
        return bool(self.name) and not (self.each or self.first or self.chosen)


def values_at(record: CloudTrailRecord, path: str) -> tuple[JsonValue, ...]:
    """Return the values at a path, none if it is not there.

    A path begins with ``request``, ``response``, ``details`` (of a service's own event), ``arns`` (the
    record's resource ARNs), ``account``, ``region``, ``partition`` (of the region, as in ARNs) or
    ``invoked_by`` (the AWS service that called on somebody's behalf). A segment with ``[]``
    goes through the elements of a list, one with ``[0]`` to the first, one with ``[key=word]`` to those that
    have the word under the key (attributes that are lists of names and values), and ``value`` on a plain
    value is that value, as EC2 wraps attribute values or does not. ``|form`` at the end applies a form of
    `tfdrift.domain.id_forms` to each value.
    """
    return _reader(path)(record)


# The catalog's paths are few and each is asked for with every call of its event: they are taken apart once.
@lru_cache(maxsize=16_384)
def _reader(path: str) -> Callable[[CloudTrailRecord], Values]:
    """Return what reads the values at a path out of a record."""
    plain, _, form = path.partition("|")
    root, _, rest = plain.partition(".")
    read = _root_reader(root, _follower(rest))
    if not form:
        return read
    reshaped = FORMS[form]
    return lambda record: tuple(text for value in read(record) for text in reshaped(value))


def _root_reader(root: str, follow: Callable[[JsonValue], Values]) -> Callable[[CloudTrailRecord], Values]:
    if root == "request":
        return lambda record: follow(unwrapped(record.request))
    if root == "response":
        return lambda record: follow(unwrapped(record.response))
    if root == "details":
        return lambda record: follow(record.service_event_details)
    return lambda record: _of_record(record, root)


def inside(value: JsonValue, path: str) -> Values:
    """Return the values at a path relative to a value; the empty path is the value itself."""
    return _follower(path)(value)


@lru_cache(maxsize=16_384)
def _follower(path: str) -> Callable[[JsonValue], Values]:
    """Return what follows a path from a value."""
    segments = tuple(_segment(name) for name in path_steps(path))
    if all(segment.is_name for segment in segments):
        return _follower_of_names(segments)

    def follow(value: JsonValue) -> Values:
        found = [value]
        for segment in segments:
            if not found:
                break
            found = [inner for outer in found for inner in _step(outer, segment)]
        return tuple(found)

    return follow


def _follower_of_names(segments: Sequence[_Segment]) -> Callable[[JsonValue], Values]:
    """Return what follows a path of names alone, as most are: it leads to one value or to none."""

    def follow(value: JsonValue) -> Values:
        for segment in segments:
            if isinstance(value, dict):
                key = _key(value, segment)
                if key is None:
                    return ()
                value = value[key]
            elif segment.name != _VALUE or isinstance(value, list) or value is None:
                return ()
        return (value,)

    return follow


def as_list(value: JsonValue) -> list[JsonValue]:
    """Return the elements of a list, however it is written; null, empty text and empty objects are none."""
    if isinstance(value, list):
        return [_without_tag(item) for item in value if not _is_empty(item)]
    if _is_empty(value):
        return []
    if isinstance(value, dict):
        return _list_of_object(value)
    return [value]


def unwrapped(parameters: JsonObject) -> JsonObject:
    """Return the parameters inside the one key that newer EC2 operations wrap them in."""
    if len(parameters) > _MOST_KEYS_OF_A_WRAPPING:
        return parameters
    keys = [key for key in parameters if key != "xmlns"]
    if len(keys) == 1 and _WRAPPER.search(keys[0]):
        inner = parameters[keys[0]]
        return inner if isinstance(inner, dict) else {}
    return parameters


def fill(record: CloudTrailRecord, template: str) -> tuple[str, ...]:
    """Return every text that a template makes out of a record's parameters, in order, each once.

    A template without braces is a path itself; after an equals sign it is the text itself. Values that are
    no text or number, or that CloudTrail masked, make none.
    """
    if template.startswith(_LITERAL):
        return (template.removeprefix(_LITERAL),)
    if "{" not in template:
        return _texts(record, template)
    texts = [""]
    pieces, end = _pieces(template)
    for literal, path in pieces:
        values = _texts(record, path)
        texts = [text + literal + value for text in texts for value in values][:_MAX_IDS]
    return tuple(dict.fromkeys(text + end for text in texts))


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the literal texts of a template, each with the path that follows it, and the text at its end."""
    pieces = []
    position = 0
    for match in _PLACEHOLDER.finditer(template):
        pieces.append((template[position : match.start()], match[1]))
        position = match.end()
    return tuple(pieces), template[position:]


def _texts(record: CloudTrailRecord, path: str) -> tuple[str, ...]:
    found = values_at(record, path)
    if not found:
        return ()
    texts = [_text(value) for value in found]
    return tuple(dict.fromkeys([text for text in texts if text]))


def _text(value: JsonValue) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) and value.strip(". ") and value.lower() not in MASKS else None


def _of_record(record: CloudTrailRecord, root: str) -> tuple[JsonValue, ...]:
    if root == "arns":
        return record.resource_arns
    if root == "invoked_by":
        return () if record.invoked_by is None else (record.invoked_by,)
    if root == "partition":
        return (_partition(record.region),)
    return {"account": (record.account_id,), "region": (record.region,)}.get(root, ())


def _partition(region: str) -> str:
    """Return the partition of a region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def path_steps(path: str) -> tuple[str, ...]:
    """Return the segments of a path as they are written; a dot within brackets divides none."""
    return tuple(_NAME.findall(path))


def selector(segment: str) -> tuple[str, str, str] | None:
    """Return name, key and word of a segment ``name[key=word]``, None if it chooses no elements."""
    match = _SELECTOR.fullmatch(segment)
    return (match["name"], match["key"], match["value"]) if match else None


def _segment(written: str) -> _Segment:
    chosen = selector(written)
    if chosen is not None:
        return _Segment(chosen[0], chosen[0].casefold(), chosen=chosen[1:])
    name = written.removesuffix(_LIST_MARK).removesuffix(_FIRST_MARK)
    return _Segment(
        name, name.casefold(), each=written.endswith(_LIST_MARK), first=written.endswith(_FIRST_MARK)
    )


def _step(value: JsonValue, segment: _Segment) -> Sequence[JsonValue]:
    if segment.name:
        if isinstance(value, dict):
            key = _key(value, segment)
            if key is None:
                return ()
            value = value[key]
        elif segment.name != _VALUE or isinstance(value, list) or value is None:
            return ()
    return _elements(value, segment)


def _elements(value: JsonValue, segment: _Segment) -> Sequence[JsonValue]:
    if segment.each:
        return as_list(value)
    if segment.first:
        return as_list(value)[:1]
    if segment.chosen:
        key, word = segment.chosen
        return [item for item in as_list(value) if word in map(_text, inside(item, key))]
    return (value,)


def _key(value: JsonObject, segment: _Segment) -> str | None:
    """Return the key that has a segment's name, whatever its case."""
    name, folded, *_ = segment
    if name in value:
        return name
    length = len(folded)
    for key in value:
        # Most paths of a row name what a call does not have. Only folding beyond ASCII changes the length.
        if (len(key) == length or not key.isascii()) and key.casefold() == folded:
            return key
    return None


def _list_of_object(value: JsonObject) -> list[JsonValue]:
    for name in ("items", "item", "member"):
        if set(value) == {name}:
            return as_list(value[name])
    if "quantity" in value and set(value) <= {"quantity", "items"}:
        return as_list(value.get("items"))
    if all(key.isascii() and key.isdigit() for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return [_without_tag(value)]


def _without_tag(item: JsonValue) -> JsonValue:
    """Return an element without the index that newer EC2 operations write beside it."""
    if not isinstance(item, dict) or not isinstance(item.get("tag"), int):
        return item
    return (
        item["content"] if set(item) == {"tag", "content"} else {k: v for k, v in item.items() if k != "tag"}
    )


def _is_empty(value: JsonValue) -> bool:
    return value is None or value in ("", {})
