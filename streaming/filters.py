"""Which events a client asked for: types, severity, resource_type and account_id, comma separated lists."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streaming.frames import Frame
from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.service.stream_ports import GAP

_RESOURCE_TYPE = re.compile(r"[a-z][a-z0-9_]{0,127}", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_MOST_VALUES = 100


class InvalidFilter(ValueError):  # noqa: N818 - names what was found
    """A filter names a value that does not exist; the text says which, and what there is."""


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Values of which an event must have one; an empty set lets all events pass. A gap always passes."""

    types: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    resource_types: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()

    @property
    def passes_all(self) -> bool:
        """Whether nothing is filtered out."""
        return not (self.types or self.severities or self.resource_types or self.accounts)

    def passes(self, frame: Frame) -> bool:
        """Return whether the event is wanted; one without a severity or account has none of those wanted."""
        if frame.type == GAP:
            return True
        return (
            (not self.types or frame.type in self.types)
            and (not self.severities or frame.severity in self.severities)
            and (not self.resource_types or frame.resource_type in self.resource_types)
            and (not self.accounts or frame.account_id in self.accounts)
        )


def parse_filter(query: Mapping[str, Sequence[str]]) -> StreamFilter:
    """Return the filter of a query's values; raises InvalidFilter."""
    return StreamFilter(
        types=_known("types", query, [kind.value for kind in EventType]),
        severities=_known("severity", query, [severity.value for severity in Severity]),
        resource_types=_shaped("resource_type", query, _RESOURCE_TYPE, "a type such as aws_instance"),
        accounts=_shaped("account_id", query, _ACCOUNT, "an account of twelve digits"),
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


def _shaped(
    name: str, query: Mapping[str, Sequence[str]], shape: re.Pattern[str], meant: str
) -> frozenset[str]:
    values = _values(name, query)
    for value in sorted(values):
        if not shape.fullmatch(value):
            raise InvalidFilter(f"{name} {value[:40]!r} is not {meant}")
    return values
