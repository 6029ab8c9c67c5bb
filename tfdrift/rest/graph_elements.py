"""A state's graph in the element format of Cytoscape.js: resources, calls that caused drifts, and edges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from tfdrift.domain.actor import principal_of
from tfdrift.domain.drift import DriftRecord, DriftStatus, gravest
from tfdrift.domain.drift_json import state_reference_to_json
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.resource_address import local_address
from tfdrift.domain.timestamps import format_time
from tfdrift.rest.envelope import LARGEST_ANSWER, render_json, size_in_function_answer
from tfdrift.rest.models import StateReferenceModel
from tfdrift.rest.shapes import Moment
from tfdrift.service.graph import Node, ResourceGraph

_ENVELOPE = 20_000
_WRAPPING = 20


class NodeDataModel(BaseModel):
    """A resource, or an API call that made drifts. Fields of the other kind are left out."""

    id: str = Field(description="A resource's address; of a call ``call:<account>:<event id>``.")
    label: str
    kind: Literal["resource", "call"]
    resource_type: str | None = None
    resource_id: str | None = None
    module: str | None = Field(
        None, description="The module that a resource lies in; null in the root module."
    )
    distance: int | None = Field(None, description="Steps from the resource that was asked about.")
    status: Literal["open", "acknowledged"] | None = Field(
        None, description="Of a resource's drifts: open if one of them is; null without any."
    )
    severity: Literal["critical", "high", "medium", "low", "info"] | None = Field(
        None, description="The gravest of the drifts."
    )
    drift_ids: list[str] = Field([], description="The drifts that are not over.")
    account_id: str | None = None
    region: str | None = None
    event_source: str | None = None
    event_name: str | None = None
    timestamp: Moment | None = None
    principal: str | None = None
    user_name: str | None = None
    origin: str | None = None
    source_ip: str | None = None


class NodeModel(BaseModel):
    """A node as Cytoscape.js takes it."""

    data: NodeDataModel


class EdgeDataModel(BaseModel):
    """A dependency (from the resource that depends), or what a call changed (from the call)."""

    id: str
    source: str
    target: str
    kind: Literal["depends_on", "caused"]


class EdgeModel(BaseModel):
    """An edge as Cytoscape.js takes it."""

    data: EdgeDataModel


class GraphModel(BaseModel):
    """A state's graph, or a part of it."""

    state: StateReferenceModel
    nodes: list[NodeModel]
    edges: list[EdgeModel]
    total_resources: int = Field(description="How many resources there would be without bounds.")
    truncated: bool = Field(description="Whether resources, edges or drifts were left out.")


def graph_json(graph: ResourceGraph) -> JsonObject:
    """Return a graph; where an answer could not hold all elements the last ones are left out.

    An edge stands only where both its ends do.
    """
    room = _Room()
    nodes = [*room.take(map(_resource, graph.nodes)), *room.take(map(_call, _causes(graph.nodes)))]
    ids = {node["id"] for node in nodes}
    edges = [edge for edge in room.take(_edges(graph)) if {edge["source"], edge["target"]} <= ids]
    is_whole = len(graph.nodes) == graph.total_nodes and graph.all_drifts and not room.is_full
    return {
        "state": state_reference_to_json(graph.state),
        "nodes": [{"data": node} for node in nodes],
        "edges": [{"data": edge} for edge in edges],
        "total_resources": graph.total_nodes,
        "truncated": not is_whole,
    }


@dataclass(frozen=True, slots=True)
class _Cause:
    """A call, and the drifts that it made with the addresses of their resources."""

    id: str
    drifts: tuple[tuple[str, DriftRecord], ...]


class _Room:
    """What is left of an answer's size."""

    def __init__(self) -> None:
        self._left = LARGEST_ANSWER - _ENVELOPE
        self.is_full = False

    def take(self, elements: Iterable[JsonObject]) -> Iterator[JsonObject]:
        """Yield elements as long as there is room for them."""
        for element in elements:
            self._left -= size_in_function_answer(render_json(element)) + _WRAPPING
            if self._left < 0:
                self.is_full = True
                return
            yield element


def _resource(node: Node) -> JsonObject:
    resource, drifts = node.resource, node.drifts
    module = resource.address.removesuffix(local_address(resource.address)).removesuffix(".")
    is_open = any(drift.status is DriftStatus.OPEN for drift in drifts)
    return {
        "id": resource.address,
        "label": local_address(resource.address),
        "kind": "resource",
        "resource_type": resource.resource_type,
        "resource_id": resource.resource_id,
        "module": module or None,
        "distance": node.distance,
        "status": ("open" if is_open else "acknowledged") if drifts else None,
        "severity": gravest(drift.severity for drift in drifts).value if drifts else None,
        "drift_ids": [drift.id for drift in drifts],
        "account_id": resource.account_id,
        "region": resource.region,
    }


def _call(cause: _Cause) -> JsonObject:
    _, drift = cause.drifts[0]
    return {
        "id": cause.id,
        "label": f"{drift.cause.event_name} by {drift.user_identity.user_name or 'unknown'}",
        "kind": "call",
        "severity": gravest(each.severity for _, each in cause.drifts).value,
        "drift_ids": [each.id for _, each in cause.drifts],
        "account_id": drift.account_id,
        "region": drift.region,
        "event_source": drift.cause.event_source,
        "event_name": drift.cause.event_name,
        "timestamp": format_time(drift.timestamp),
        "principal": principal_of(drift.user_identity, drift.account_id),
        "user_name": drift.user_identity.user_name,
        "origin": drift.origin.kind.value,
        "source_ip": drift.source_ip,
    }


def _edges(graph: ResourceGraph) -> Iterator[JsonObject]:
    for cause in _causes(graph.nodes):
        for address in dict.fromkeys(address for address, _ in cause.drifts):
            yield _edge("caused", cause.id, address)
    for source, target in graph.edges:
        yield _edge("depends_on", source, target)


def _causes(nodes: Iterable[Node]) -> list[_Cause]:
    found: dict[str, list[tuple[str, DriftRecord]]] = defaultdict(list)
    for node in nodes:
        for drift in node.drifts:
            found[f"call:{drift.account_id}:{drift.cause.event_id}"].append((node.resource.address, drift))
    return [_Cause(name, tuple(drifts)) for name, drifts in found.items()]


def _edge(kind: str, source: str, target: str) -> JsonObject:
    return {"id": f"{kind}:{source} -> {target}", "source": source, "target": target, "kind": kind}
