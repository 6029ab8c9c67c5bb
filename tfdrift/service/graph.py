"""Draws the resources of one state: what depends on what, and which have drifted."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tfdrift.domain.dependency_graph import DependencyGraph, Direction
from tfdrift.domain.drift import NOT_OVER, DriftRecord, StateReference
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.ports import DriftFilter, DriftRepository, Page, StateIndex, StateKey

_MOST_DRIFTS = 1000


class UnknownState(Exception):  # noqa: N818 - names what was asked for
    """No indexed state lies there."""


class UnknownResource(Exception):  # noqa: N818 - names what was asked for
    """No indexed state that is meant has a resource with that address."""


class SeveralStates(Exception):  # noqa: N818 - names what was found
    """More than one state may be meant; `states` are those."""

    def __init__(self, states: Sequence[StateReference]) -> None:
        super().__init__(f"{len(states)} states may be meant")
        self.states = states


@dataclass(frozen=True, slots=True)
class StateChoice:
    """Which state is meant, as far as was said."""

    bucket: str | None = None
    key: str | None = None

    def fits(self, state: StateReference) -> bool:
        """Return whether a state may be the one that is meant."""
        return self.bucket in {None, state.bucket} and self.key in {None, state.key}


@dataclass(frozen=True, slots=True)
class Node:
    """A resource with its drifts that are not over, newest first.

    `distance` counts the steps from the resource that was asked about, None where none was.
    """

    resource: ManagedResource
    drifts: tuple[DriftRecord, ...]
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class ResourceGraph:
    """A part of a state's resources, and what is between them.

    Attributes
    ----------
    state
        The version of the state.
    nodes
        The resources: by distance, or those with drifts first; then by address.
    edges
        The dependencies among the nodes, each the address of the one that depends, and what it depends on.
    total_nodes
        How many resources there would be without the bound.
    all_drifts
        Whether all drifts of the state that are not over were looked at.
    """

    state: StateReference
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    total_nodes: int
    all_drifts: bool


@dataclass(frozen=True, slots=True)
class Graphs:
    """The questions about one state's resources. Each reads that state whole, and the drifts of no other."""

    states: StateIndex
    drifts: DriftRepository

    def of_state(self, choice: StateChoice, limit: int) -> ResourceGraph:
        """Return the state's resources, at most `limit` of them.

        Raises
        ------
        UnknownState, SeveralStates
            Where not exactly one state is meant.
        """
        found = [summary.reference for summary in self.states.states() if choice.fits(summary.reference)]
        if not found:
            raise UnknownState
        state = _only(found)
        return self._drawn(state, limit, lambda graph: dict.fromkeys(graph.addresses))

    def around(
        self, address: str, choice: StateChoice, direction: Direction, depth: int | None, limit: int
    ) -> ResourceGraph:
        """Return a resource and what it reaches within `depth` steps, the nearest `limit` of them.

        Raises
        ------
        UnknownResource, SeveralStates
            Where not exactly one state that is meant has a resource with that address.
        """
        found = [each.state for each in self.states.by_address(address) if choice.fits(each.state)]
        if not found:
            raise UnknownResource(address)
        state = _only(found)

        def reached(graph: DependencyGraph) -> Mapping[str, int]:
            try:
                return graph.distances(address, direction, depth)
            except KeyError as error:
                # The state was replaced between the two looks at it.
                raise UnknownResource(address) from error

        return self._drawn(state, limit, reached)

    def _drawn(
        self,
        state: StateReference,
        limit: int,
        select: Callable[[DependencyGraph], Mapping[str, int | None]],
    ) -> ResourceGraph:
        resources = {each.address: each for each in self.states.resources_of(state.bucket, state.key)}
        graph = DependencyGraph.of(resources.values())
        distances = select(graph)
        pending = DriftFilter(statuses=NOT_OVER, state=StateKey(state.bucket, state.key))
        listing = self.drifts.find(pending, Page(1, _MOST_DRIFTS))
        drifts = _by_address(listing.items, resources.values())
        order = sorted(distances, key=lambda each: (distances[each] or 0, each not in drifts, each))
        shown = order[:limit]
        return ResourceGraph(
            state=next(iter(resources.values())).state if resources else state,
            nodes=tuple(
                Node(resources[each], tuple(drifts.get(each, ())), distances[each]) for each in shown
            ),
            edges=tuple(graph.edges(shown)),
            total_nodes=len(distances),
            all_drifts=listing.next is None,
        )


def _only(states: Sequence[StateReference]) -> StateReference:
    if len(states) > 1:
        raise SeveralStates(states)
    return states[0]


def _by_address(
    drifts: Iterable[DriftRecord], resources: Iterable[ManagedResource]
) -> dict[str, list[DriftRecord]]:
    """Return the drifts of each resource; one that was moved in the state since is found by its id."""
    addresses = {(each.resource_type, each.resource_id): each.address for each in resources}
    known = set(addresses.values())
    found: dict[str, list[DriftRecord]] = defaultdict(list)
    for drift in drifts:
        moved = addresses.get((drift.resource_type, drift.resource_id))
        address = drift.resource_address if drift.resource_address in known else moved
        if address is not None:
            found[address].append(drift)
    return found
