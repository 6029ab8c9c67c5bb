"""Every way of every row is followed, with the smallest call that it describes, to each of its attributes."""

from collections.abc import Iterator

from tests.unit.catalog.samples import sample_call, sample_resource
from tests.unit.catalog.walker import CATALOG
from tests.unit.engine.scene import States
from tfdrift.domain.detection import DetectionOutcome, StateValues, detect
from tfdrift.domain.mapping import AttributeRule, EventMapping, ResourceRule, Target


def cases() -> Iterator[tuple[EventMapping, Target, ResourceRule, AttributeRule | None]]:
    for source, name in CATALOG.pairs():
        for mapping in CATALOG.mappings(source, name):
            for target in mapping.targets:
                for way in target.ways:
                    rules: tuple[AttributeRule | None, ...] = way.attributes or (None,)
                    for rule in rules:
                        yield mapping, target, way, rule


def test_every_attribute_of_every_way_is_reached():
    missed = []
    for mapping, target, way, rule in cases():
        if way.translator is not None:
            continue
        record = sample_call(mapping, target, way, rule)
        resource = sample_resource(record, way)
        found = detect(record, (mapping,), States([resource]), StateValues())
        wanted = rule.attribute if rule else None
        if wanted not in [finding.attribute for finding in found.findings if finding.resource == resource]:
            missed.append((mapping.event_source, mapping.event_name, way.types[0], wanted))
    assert missed == []


def test_every_row_has_an_unmanaged_finding_or_tags_whatever_it_names():
    silent = []
    for mapping, target, way, rule in cases():
        if way is not target.ways[0] or way.translator is not None or way.types == ("*",):
            continue
        record = sample_call(mapping, target, way, rule)
        found = detect(record, (mapping,), States(), StateValues())
        assert found.outcome is DetectionOutcome.NO_MANAGED_RESOURCE
        if not found.findings and way.attributes:
            silent.append((mapping.event_name, way.types[0], rule.attribute if rule else None))
    assert silent == []


def test_there_are_as_many_cases_as_the_catalog_says():
    assert sum(1 for _ in cases()) > 600
