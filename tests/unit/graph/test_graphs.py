"""A state's graph shows the drifts of its resources, the nearest first, and tells what it left out."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.lifecycle_samples import drift, event, managed, minutes, reference
from tfdrift.domain.dependency_graph import Direction
from tfdrift.domain.drift import DriftStatus, StateReference
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.graph import Graphs, SeveralStates, StateChoice, UnknownResource, UnknownState
from tfdrift.service.memory import MemoryDriftRepository, MemoryEventLog, MemoryStateIndex

ANY = StateChoice()
CHAIN = {"vpc": (), "subnet": ("vpc",), "instance": ("subnet", "vpc"), "alarm": ("instance", "subnet", "vpc")}


class Scene:
    """States and drifts of one test."""

    def __init__(self) -> None:
        self.states = MemoryStateIndex()
        self.drifts = MemoryDriftRepository(MemoryEventLog())
        self.graphs = Graphs(self.states, self.drifts)

    def put(self, state: StateReference, *resources: ManagedResource) -> None:
        self.states.replace(state, resources, terraform_version=None, indexed_at=minutes(0))

    def chain(self, state: StateReference) -> None:
        self.put(
            state,
            *(
                managed(f"t.{name}", f"id-{name}", state=state, depends_on=tuple(f"t.{each}" for each in on))
                for name, on in CHAIN.items()
            ),
        )

    def drift(self, name: str, minute: float = 0, attribute: str = "tags", **changes: Any) -> None:
        made = drift(
            attribute,
            f"id-{name}",
            minutes(minute),
            **{"resource_type": "aws_instance", "resource_address": f"t.{name}", **changes},
        )
        assert self.drifts.record(made, event(made.id), expected_version=0)


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.chain(reference())
    return made


def test_a_state_is_drawn_with_its_drifts_first(scene: Scene) -> None:
    scene.drift("vpc", 1)
    scene.drift("vpc", 2, "name", status=DriftStatus.ACKNOWLEDGED)
    scene.drift("alarm", status=DriftStatus.RESOLVED)

    graph = scene.graphs.of_state(ANY, 10)

    assert [node.resource.address for node in graph.nodes] == ["t.vpc", "t.alarm", "t.instance", "t.subnet"]
    assert [each.attribute for each in graph.nodes[0].drifts] == ["name", "tags"]
    assert [node.drifts for node in graph.nodes[1:]] == [(), (), ()]
    assert set(graph.edges) == {("t.subnet", "t.vpc"), ("t.instance", "t.subnet"), ("t.alarm", "t.instance")}
    assert (graph.total_nodes, graph.all_drifts, graph.state) == (4, True, reference())


def test_what_is_over_the_limit_is_left_out_and_counted(scene: Scene) -> None:
    graph = scene.graphs.of_state(ANY, 2)

    assert [node.resource.address for node in graph.nodes] == ["t.alarm", "t.instance"]
    assert graph.edges == (("t.alarm", "t.instance"),)
    assert graph.total_nodes == 4


@pytest.mark.parametrize(
    ("direction", "depth", "reached"),
    [
        (Direction.BOTH, 1, {"t.subnet": 0, "t.instance": 1, "t.vpc": 1}),
        (Direction.DEPENDENCIES, 1, {"t.subnet": 0, "t.vpc": 1}),
        (Direction.DEPENDENTS, None, {"t.subnet": 0, "t.instance": 1, "t.alarm": 2}),
    ],
)
def test_the_surroundings_of_a_resource(
    scene: Scene, direction: Direction, depth: int | None, reached: dict[str, int]
) -> None:
    graph = scene.graphs.around("t.subnet", ANY, direction, depth, 10)

    assert {node.resource.address: node.distance for node in graph.nodes} == reached
    assert graph.nodes[0].resource.address == "t.subnet"


def test_a_drift_of_a_resource_that_was_moved_in_the_state_is_at_its_new_address(scene: Scene) -> None:
    scene.drift("vpc", resource_address="module.old.t.vpc")
    (node, *_) = scene.graphs.of_state(ANY, 1).nodes

    assert node.resource.address == "t.vpc"
    assert len(node.drifts) == 1


def test_of_several_states_one_is_to_be_named(scene: Scene) -> None:
    other = reference(key="test.tfstate")
    scene.chain(other)
    scene.drift("vpc", state=other)

    with pytest.raises(SeveralStates) as several:
        scene.graphs.of_state(ANY, 10)
    with pytest.raises(SeveralStates):
        scene.graphs.around("t.vpc", StateChoice(bucket="states"), Direction.BOTH, 1, 10)

    assert several.value.states == [reference(), other]
    named = scene.graphs.around("t.vpc", StateChoice(key="test.tfstate"), Direction.BOTH, 0, 10)
    assert (named.state, len(named.nodes[0].drifts)) == (other, 1)
    assert scene.graphs.of_state(StateChoice("states", "prod.tfstate"), 10).nodes[0].drifts == ()


def test_an_address_of_one_state_needs_no_name(scene: Scene) -> None:
    other = reference(key="test.tfstate")
    scene.put(other, managed("t.only", "id-only", state=other))

    assert scene.graphs.around("t.only", ANY, Direction.BOTH, 1, 10).state == other


def test_what_is_not_there_is_said(scene: Scene) -> None:
    with pytest.raises(UnknownState):
        scene.graphs.of_state(StateChoice(key="none"), 10)
    for choice in (ANY, StateChoice(key="none")):
        with pytest.raises(UnknownResource):
            scene.graphs.around("t.none", choice, Direction.BOTH, 1, 10)


def test_a_resource_that_goes_between_two_looks_is_not_there(scene: Scene) -> None:
    class Replaced(MemoryStateIndex):
        """An index whose content is replaced after a resource was found by its address."""

        def resources_of(self, _bucket: str | None, _key: str) -> tuple[ManagedResource, ...]:
            return (managed("t.new", state=replace(reference(), serial=2)),)

    states = Replaced()
    states.replace(reference(), [managed("t.vpc")], terraform_version=None, indexed_at=minutes(0))

    with pytest.raises(UnknownResource):
        Graphs(states, scene.drifts).around("t.vpc", ANY, Direction.BOTH, 1, 10)
    assert Graphs(states, scene.drifts).of_state(ANY, 10).state.serial == 2


def test_an_empty_state_is_an_empty_graph() -> None:
    made = Scene()
    made.put(reference())

    graph = made.graphs.of_state(ANY, 10)
    assert (graph.nodes, graph.edges, graph.total_nodes, graph.state) == ((), (), 0, reference())
