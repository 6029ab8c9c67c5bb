"""Writes the page of what the catalog covers: `python -m tfdrift.catalog.coverage docs/coverage.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tfdrift.catalog.loader import Catalog, load_catalog
from tfdrift.domain.drift import ChangeType
from tfdrift.domain.mapping import (
    ANY_TYPE,
    AttributeKind,
    AttributeRule,
    EventMapping,
    ResourceRule,
    SeverityRule,
)

_INTRODUCTION = """# What is covered

Made from the catalog by `python -m tfdrift.catalog.coverage docs/coverage.md`; a test keeps it current.
[How the catalog works](catalog.md) tells what the columns mean.

"""
_LEGEND = """
An attribute in *italics* changes without its new value being known (CloudTrail hides it, or writes it in a
shape that cannot be compared exactly): the finding is `partial`. A resource after "or" is the one that is
compared where a state has none of those before it.
"""


def coverage_page(catalog: Catalog) -> str:
    """Return the page in Markdown, the same for the same catalog."""
    mappings = [mapping for pair in catalog.pairs() for mapping in catalog.mappings(*pair)]
    changing = [mapping for mapping in mappings if mapping.changes]
    types = {name for mapping in changing for way in _ways(mapping) for name in way.types} - {ANY_TYPE}
    total = (
        f"**{len(changing)} events** of {len(catalog.sources)} AWS services, "
        f"on **{len(types)} types** of resources.\n"
    )
    sections = [
        _service(source, [m for m in mappings if m.event_source == source]) for source in catalog.sources
    ]
    return _INTRODUCTION + total + _LEGEND + "".join(sections) + _severities(catalog.severities)


def _service(source: str, mappings: list[EventMapping]) -> str:
    lines = [f"\n## {source}\n\n", "| event | resource | attributes |\n", "|---|---|---|\n"]
    lines.extend(_row(mapping) for mapping in mappings if mapping.changes)
    quiet = ", ".join(f"`{mapping.event_name}`" for mapping in mappings if not mapping.changes)
    return "".join(lines) + f"\nWrites that change no configuration: {quiet}.\n"


def _row(mapping: EventMapping) -> str:
    resources = dict.fromkeys(_types(way) for way in _ways(mapping))
    attributes = dict.fromkeys(text for way in _ways(mapping) for text in _effects(way))
    return f"| {mapping.event_name} | {' or '.join(resources)} | {', '.join(attributes)} |\n"


def _ways(mapping: EventMapping) -> Iterator[ResourceRule]:
    for target in mapping.targets:
        yield from target.ways


def _types(way: ResourceRule) -> str:
    return ", ".join("any resource" if name == ANY_TYPE else f"`{name}`" for name in way.types)


def _effects(way: ResourceRule) -> Iterator[str]:
    if way.translator is not None:
        yield "`ingress`, `egress`, and the attributes of standalone rules"
    elif not way.attributes:
        yield "" if way.change is ChangeType.MODIFIED else way.change.value
    for rule in way.attributes:
        yield _attribute(rule)


def _attribute(rule: AttributeRule) -> str:
    unknown = rule.partial or rule.kind is AttributeKind.HIDDEN
    return f"*{rule.attribute}*" if unknown else f"`{rule.attribute}`"


def _severities(rules: tuple[SeverityRule, ...]) -> str:
    lines = ["\n## Severity\n\n", "The first row that fits decides; what fits none is `medium`.\n\n"]
    lines += ["| severity | because | resource | attribute |\n", "|---|---|---|---|\n"]
    lines.extend(
        f"| {rule.severity} | {rule.reason} | {_globs(rule.resource_types)} | {_globs(rule.attributes)} |\n"
        for rule in rules
    )
    return "".join(lines)


def _globs(globs: tuple[str, ...]) -> str:
    return ", ".join("the resource itself" if glob == "-" else f"`{glob}`" for glob in globs) or "any"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(coverage_page(load_catalog()), "utf-8")
