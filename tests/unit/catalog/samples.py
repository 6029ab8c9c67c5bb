"""Makes, for a way of a row and one of its attributes, the smallest call that the row says it follows."""

from typing import Any

from tests.unit.engine.scene import call
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import StateReference
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.mapping import (
    ANY_TYPE,
    AttributeKind,
    AttributeRule,
    Condition,
    ConditionTest,
    EventMapping,
    ResourceRule,
    Target,
)
from tfdrift.domain.parameters import fill, path_steps, selector

_SAMPLE = {"kms_alias": "alias/sample"}


class Sample:
    """Parameters under construction: paths are set one after the other."""

    def __init__(self) -> None:
        self.roots: dict[str, dict[str, Any]] = {"request": {}, "response": {}, "details": {}}

    def put(self, path: str, value: Any) -> None:
        """Set the value at a path, with the lists that it goes through."""
        root, _, rest = path.partition("|")[0].partition(".")
        if root not in self.roots:
            return
        node: Any = self.roots[root]
        segments = path_steps(rest)
        if not segments and isinstance(value, dict):
            node.update({key: inner for key, inner in value.items() if key not in node})
        for position, segment in enumerate(segments):
            name = segment.partition("[")[0]
            last = position == len(segments) - 1
            fresh = value if last else {}
            chosen = selector(segment)
            if chosen is not None:
                fresh = {chosen[1]: chosen[2]}
                node.setdefault(name, []).append(fresh)
                node = fresh
            elif segment != name:
                found = node.setdefault(name, [fresh])
                node = found[0] if isinstance(found, list) else found
            else:
                node = node.setdefault(name, fresh)

    def put_template(self, template: str, value: str = "sample") -> None:
        """Set every path of an id's template."""
        if template.startswith("="):
            return
        parts = (
            [part.partition("}")[0] for part in template.split("{")[1:]] if "{" in template else [template]
        )
        for part in parts:
            self.put(part, _SAMPLE.get(part.partition("|")[2], value))

    def satisfy(self, conditions: tuple[Condition, ...], test: ConditionTest) -> None:
        """Set the parameters that conditions of one kind ask for, where they are not there."""
        for condition in conditions:
            if condition.test is test:
                self.put(condition.path, _asked(condition) if test is ConditionTest.EQUALS else "sample")


def sample_call(
    mapping: EventMapping, target: Target, way: ResourceRule, rule: AttributeRule | None
) -> CloudTrailRecord:
    """Return a call that names the way's resource and sets the attribute."""
    sample = Sample()
    conditions = (*target.when, *(rule.when if rule else ()))
    sample.satisfy(conditions, ConditionTest.EQUALS)
    if rule is not None and rule.paths:
        sample.put(rule.paths[0], _parameter(rule))
    for template in (*way.ids, *way.parent_ids):
        sample.put_template(template)
    sample.satisfy(conditions, ConditionTest.PRESENT)
    service = mapping.event_source.removesuffix(".amazonaws.com")
    roots = sample.roots
    return call(
        service,
        mapping.event_name,
        roots["request"],
        roots["response"],
        service_event_details=roots["details"],
    )


def _asked(condition: Condition) -> Any:
    return condition.value[0] if isinstance(condition.value, list) else condition.value


def _parameter(rule: AttributeRule) -> Any:
    if rule.fields:
        made = Sample()
        for _, path in rule.fields:
            made.put(f"request.{path}", "7")
        return made.roots["request"]
    if rule.kind is AttributeKind.MERGE:
        return {"key": "sample", "value": "sample"}
    return "sample"


def sample_resource(record: CloudTrailRecord, way: ResourceRule) -> ManagedResource:
    """Return a resource that is known by the ids that the call gives, its attributes unset."""
    resource_type = next((name for name in way.types if name != ANY_TYPE), "aws_vpc")
    identifiers = tuple(identifier for template in way.ids for identifier in fill(record, template))
    roots = {rule.attribute.partition("[")[0] for rule in way.attributes}
    attributes: dict[str, Any] = {**dict.fromkeys(roots), **{name: [] for name in way.requires}}
    return ManagedResource(
        address=f"{resource_type}.sample",
        resource_type=resource_type,
        resource_id="sample",
        provider="registry.terraform.io/hashicorp/aws",
        attributes=attributes,
        identifiers=identifiers,
        state=StateReference("terraform.tfstate", 1, "lineage"),
    )
