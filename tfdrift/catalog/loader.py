"""Reads the catalog's data files into the rows that detection follows, each file when it is first needed."""

import tomllib
from collections import defaultdict
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import ValidationError

from tfdrift.catalog.schema import (
    AttributeRow,
    Conditions,
    EventRow,
    ServiceFile,
    SeverityFile,
    WayRow,
)
from tfdrift.catalog.severity_rules import rules_of
from tfdrift.domain.mapping import (
    AttributeKind,
    AttributeRule,
    Condition,
    ConditionTest,
    EventMapping,
    ResourceRule,
    SeverityRules,
    Target,
)

_SUFFIX = ".amazonaws.com"
_File = TypeVar("_File", ServiceFile, SeverityFile)
_NO_SERVICE = ServiceFile(event_source=f"none{_SUFFIX}", model="none")


class InvalidCatalog(Exception):  # noqa: N818 - names what was found
    """A data file does not fit the schema; the text names file and place."""


class Catalog:
    """The events that are known, by (eventSource, eventName)."""

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._services: dict[str, dict[str, EventMapping]] = {}

    def mappings(self, event_source: str, event_name: str) -> tuple[EventMapping, ...]:
        """Return the rows of an event, none if it is not known.

        The source decides: a name that several services share (``TagResource``) is never guessed.

        Parameters
        ----------
        event_source
            CloudTrail's eventSource (``ec2.amazonaws.com``).
        event_name
            CloudTrail's eventName without a dated suffix.
        """
        mapping = self._service(event_source).get(event_name)
        return () if mapping is None else (mapping,)

    def sources_of(self, event_name: str) -> tuple[str, ...]:
        """Return the sources that have an event of that name, sorted."""
        return tuple(sorted(source for source, name in self.pairs() if name == event_name))

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return every (eventSource, eventName) that is known, sorted."""
        return tuple(sorted((source, name) for source in self.sources for name in self._service(source)))

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The event sources that have a file."""
        names = (entry.name for entry in (self._folder / "data").iterdir() if entry.name.endswith(".toml"))
        return tuple(sorted(name.removesuffix(".toml") + _SUFFIX for name in names))

    @cached_property
    def severities(self) -> SeverityRules:
        """The severity rules, in the order in which they are tried."""
        return rules_of(_file(self._folder / "severity.toml", SeverityFile))

    def service_file(self, event_source: str) -> ServiceFile:
        """Return a service's file as it stands, an empty one if there is none.

        Raises
        ------
        InvalidCatalog
            Where the file does not fit the schema.
        """
        if event_source not in self.sources:
            return _NO_SERVICE
        entry = self._folder / "data" / f"{event_source.removesuffix(_SUFFIX)}.toml"
        read = _file(entry, ServiceFile)
        if read.event_source != event_source:
            raise InvalidCatalog(f"{entry.name} is of {read.event_source}: its name must be the source's")
        return read

    def _service(self, event_source: str) -> dict[str, EventMapping]:
        known = self._services.get(event_source)
        if known is None:
            known = self._services[event_source] = _read(self.service_file(event_source), self.severities)
        return known


@cache
def load_catalog() -> Catalog:
    """Return the catalog that comes with the product; a service's file is read when it is first asked for."""
    return Catalog(files("tfdrift.catalog"))


def _file(entry: Traversable, schema: type[_File]) -> _File:
    try:
        return schema.model_validate(tomllib.loads(entry.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise InvalidCatalog(f"{entry.name}: {error}") from error


def _read(service: ServiceFile, severities: SeverityRules) -> dict[str, EventMapping]:
    targets: dict[str, list[Target]] = defaultdict(list)
    for row in service.event:
        for name in row.names:
            targets[name].append(_target(row))
    source = service.event_source
    read = {name: EventMapping(source, name, tuple(t), severities=severities) for name, t in targets.items()}
    for name in service.not_changes:
        if name in read:
            raise InvalidCatalog(f"{source}: {name} has rows and is listed under not_changes")
        read[name] = EventMapping(source, name, changes=False)
    return read


def _target(row: EventRow) -> Target:
    return Target((_way(row), *(_way(way) for way in row.otherwise)), _conditions(row), row.each)


def _way(row: WayRow) -> ResourceRule:
    return ResourceRule(
        types=row.types,
        ids=row.ids,
        attributes=tuple(_attribute(name, value) for name, value in row.attributes.items()),
        change=row.change,
        parent_types=row.parent_types,
        parent_ids=row.parent_ids,
        requires=row.requires,
        translator=row.translator,
        quiet=row.quiet,
    )


def _attribute(name: str, row: str | AttributeRow) -> AttributeRule:
    if isinstance(row, str):
        return AttributeRule(name, paths=(row,))
    given = getattr(row, row.kind)
    paths = (given,) if isinstance(given, str) else given
    has_paths = row.kind not in ("constant", "clear")
    return AttributeRule(
        attribute=name,
        kind=AttributeKind(row.kind),
        paths=tuple(paths) if has_paths else (),
        normaliser=row.as_,
        default=row.default,
        constant=row.constant,
        fields=tuple(row.fields.items()),
        translate=tuple(row.translate.items()),
        key=row.key,
        when=_conditions(row),
        change=row.change,
        partial=row.partial,
    )


def _conditions(row: Conditions) -> tuple[Condition, ...]:
    return (
        *(Condition(path, ConditionTest.EQUALS, value) for path, value in row.when.items()),
        *(Condition(path, ConditionTest.PRESENT) for path in row.when_present),
        *(Condition(path, ConditionTest.ABSENT) for path in row.when_absent),
    )
