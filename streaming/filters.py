"""Which events a client asked for: types, severity and resource_type, each a comma separated list."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streaming.frames import Frame
from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.service.stream_ports import GAP

_RESOURCE_TYPE = re.compile(r"[a-z][a-z0-9_]{0,127}", re.ASCII)
_MOST_VALUES = 100


class InvalidFilter(ValueError):  # noqa: N818 - names what was found
    """A filter names a value that does not exist; the text says which, and what there is."""


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Values of which an event must have one; an empty set lets all events pass. A gap always passes."""

    types: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    resource_types: frozenset[str] = frozenset()

    @property
    def passes_all(self) -> bool:
        """Whether nothing is filtered out."""
        return not (self.types or self.severities or self.resource_types)

    def passes(self, frame: Frame) -> bool:
        """Return whether the event is wanted; one without a severity has none of the wanted ones."""
        if frame.type == GAP:
            return True
        return (
            (not self.types or frame.type in self.types)
            and (not self.severities or frame.severity in self.severities)
            and (not self.resource_types or frame.resource_type in self.resource_types)
        )


def parse_filter(query: Mapping[str, Sequence[str]]) -> StreamFilter:
    """Return the filter of a query's values; raises InvalidFilter."""
    return StreamFilter(
        types=_known("types", query, [kind.value for kind in EventType]),
        severities=_known("severity", query, [severity.value for severity in Severity]),
        resource_types=_resource_types(query),
    )


def _values(name: str, query: Mapping[str, Sequence[str]]) -> frozenset[str]:
    values = frozenset(
        part.strip() for text in query.get(name, ()) for part in text.split(",") if part.strip()
    )
    if len(values) > _MOST_VALUES:
        raise InvalidFilter(f"{name} has {len(values)} values; at most {_MOST_VALUES} are allowed")
    return values


def _known(name: str, query: Mapping[str, Sequence[str]], known: Sequence[str]) -> frozenset[str]:
    values = _values(name, query)
    unknown = sorted(values.difference(known))
    if unknown:
        raise InvalidFilter(f"{name} has the unknown value {unknown[0][:40]!r}; known are {', '.join(known)}")
    return values


def _resource_types(query: Mapping[str, Sequence[str]]) -> frozenset[str]:
    values = _values("resource_type", query)
    for value in sorted(values):
        if not _RESOURCE_TYPE.fullmatch(value):
            raise InvalidFilter(f"resource_type {value[:40]!r} is not a type such as aws_instance")
    return values
