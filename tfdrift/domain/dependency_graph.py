"""What depends on what in one Terraform state: a resource's neighbours, and all that a change may reach."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from operator import or_

from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.resource_address import configuration_address, module_instances


class Direction(StrEnum):
    """Which way dependencies are followed from a resource."""

    DEPENDENCIES = "dependencies"
    DEPENDENTS = "dependents"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class DependencyGraph:
    """The resource instances of a state and the dependencies between them.

    A set of instances is a whole number whose bits are positions in `addresses`: where a thousand instances
    depend on a thousand others there are a million dependencies, and such sets are joined a thousand at once.

    Attributes
    ----------
    addresses
        The instances, sorted.
    dependencies, dependents
        For each instance the set of those that it depends on, and of those that depend on it, at one remove:
        what is reached by way of another instance is left out.
    """

    addresses: tuple[str, ...]
    dependencies: tuple[int, ...]
    dependents: tuple[int, ...]

    @classmethod
    def of(cls, resources: Iterable[ManagedResource]) -> "DependencyGraph":
        """Return the graph of a state's resources.

        A state lists of each resource all that it depends on, however remotely, by addresses of the
        configuration (https://github.com/hashicorp/terraform/blob/main/internal/terraform/transform_reference.go).
        What it names and does not hold (a data source, a resource removed since) is left out.
        """
        ordered = sorted(resources, key=lambda resource: resource.address)
        dependencies = _resolved(ordered)
        if _is_acyclic(ordered):
            dependencies = _at_one_remove(dependencies)
        addresses = tuple(resource.address for resource in ordered)
        return cls(addresses, tuple(dependencies), tuple(_turned(dependencies)))

    def distances(self, address: str, direction: Direction, depth: int | None = None) -> dict[str, int]:
        """Return how many steps away each instance is that is reached, nearest first, then by address.

        The instance itself is at 0; `depth` bounds the steps. Raises KeyError for an unknown address.
        """
        seen = frontier = 1 << self._position(address)
        found = {address: 0}
        distance = 0
        while frontier and (depth is None or distance < depth):
            distance += 1
            frontier = self._step(frontier, direction) & ~seen
            seen |= frontier
            found.update((self.addresses[position], distance) for position in _members(frontier))
        return found

    def edges(self, addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the dependencies among some instances: the one that depends, and what it depends on."""
        positions = sorted(self._position(address) for address in addresses)
        among = _set_of(positions)
        for position in positions:
            for other in _members(self.dependencies[position] & among):
                yield self.addresses[position], self.addresses[other]

    def _step(self, frontier: int, direction: Direction) -> int:
        reached = 0
        for position in _members(frontier):
            if direction is not Direction.DEPENDENTS:
                reached |= self.dependencies[position]
            if direction is not Direction.DEPENDENCIES:
                reached |= self.dependents[position]
        return reached

    def _position(self, address: str) -> int:
        position = bisect_left(self.addresses, address)
        if self.addresses[position : position + 1] != (address,):
            raise KeyError(address)
        return position


def _members(numbers: int) -> Iterator[int]:
    """Yield the positions in a set, ascending."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def _set_of(positions: Iterable[int]) -> int:
    numbers = 0
    for position in positions:
        numbers |= 1 << position
    return numbers


Modules = tuple[tuple[str, str], ...]
"""The module instances that an address lies in, as `module_instances` returns them."""


class _Instances:
    """The instances that dependencies name; each question is worked out once."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._exact = {address: position for position, address in enumerate(addresses)}
        self._of: dict[str, list[tuple[int, Modules]]] = defaultdict(list)
        for position, address in enumerate(addresses):
            self._of[configuration_address(address)].append((position, module_instances(address)))
        self._near: dict[tuple[str, int], dict[Modules, int]] = {}

    def named(self, dependency: str, place: Modules) -> int:
        """Return the set of instances that a dependency of a resource in some modules means.

        Instances of one module never depend on other instances of it: as far as two resources lie in the same
        modules, they lie in the same instances of them.
        """
        if dependency in self._exact:
            return 1 << self._exact[dependency]
        name = configuration_address(dependency)
        depth = _shared_depth(place, module_instances(name))
        by_place = self._by_place(name, depth)
        return by_place.get(place[:depth]) or reduce(or_, by_place.values(), 0)

    def _by_place(self, name: str, depth: int) -> dict[Modules, int]:
        """Return the instances of a resource of the configuration by their outermost module instances."""
        key = (name, depth)
        if key not in self._near:
            found: dict[Modules, int] = defaultdict(int)
            for position, modules in self._of.get(name, ()):
                found[modules[:depth]] |= 1 << position
            self._near[key] = found
        return self._near[key]


def _shared_depth(one: Modules, other: Modules) -> int:
    """Return how many modules two places have in common, whatever the instances."""
    depth = 0
    for (name, _), (other_name, _) in zip(one, other, strict=False):
        if name != other_name:
            break
        depth += 1
    return depth


def _resolved(ordered: Sequence[ManagedResource]) -> list[int]:
    """Return of each resource the set of instances that its dependencies name."""
    instances = _Instances([resource.address for resource in ordered])
    found = []
    for position, resource in enumerate(ordered):
        place = module_instances(resource.address)
        named = (instances.named(dependency, place) for dependency in resource.depends_on)
        found.append(reduce(or_, named, 0) & ~(1 << position))
    return found


def _is_acyclic(resources: Iterable[ManagedResource]) -> bool:
    """Return whether no resource of the configuration depends on itself in the end, as Terraform sees to."""
    graph: dict[str, set[str]] = defaultdict(set)
    for resource in resources:
        name = configuration_address(resource.address)
        graph[name].update(map(configuration_address, resource.depends_on))
        graph[name].discard(name)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return False
    return True


def _at_one_remove(dependencies: Sequence[int]) -> list[int]:
    """Return the dependencies without those that a dependency has as well, as Terraform draws its graphs.

    Nothing becomes unreachable by it where no resource depends on itself in the end.
    """
    found = []
    for numbers in dependencies:
        remote = 0
        for position in _members(numbers):
            remote |= dependencies[position]
        found.append(numbers & ~remote)
    return found


def _turned(dependencies: Sequence[int]) -> list[int]:
    dependents = [0] * len(dependencies)
    for position, numbers in enumerate(dependencies):
        for other in _members(numbers):
            dependents[other] |= 1 << position
    return dependents
