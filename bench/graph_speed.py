"""Measures a state's graph and what a resource of it reaches: `python -m bench.graph_speed COUNT`."""

import json
import sys
from collections.abc import Iterator

from bench.measure import cpu_seconds, peak_bytes, resident_bytes
from tfdrift.domain.dependency_graph import DependencyGraph, Direction
from tfdrift.domain.drift import StateReference
from tfdrift.domain.managed_resource import ManagedResource

_STATE = StateReference("bench.tfstate", 1, "lineage", "states")
_SHARED = 10
_A_MODULE = 20


def main() -> None:
    """Print CPU seconds and the memory beyond what the process had before."""
    resources = list(_resources(int(sys.argv[1])))
    empty = resident_bytes()
    made, graph = cpu_seconds(lambda: DependencyGraph.of(resources))
    asked, reached = cpu_seconds(lambda: graph.distances("aws_vpc.shared0", Direction.DEPENDENTS))
    figures = {
        "resources": len(resources),
        "listed_dependencies": sum(len(resource.depends_on) for resource in resources),
        "make_cpu_seconds": round(made, 2),
        "impact_cpu_seconds": round(asked, 3),
        "reached": len(reached),
        "peak_mib": round((peak_bytes() - empty) / 2**20),
    }
    print(json.dumps(figures))


def _resources(count: int) -> Iterator[ManagedResource]:
    """Yield resources as states list them: some shared ones, and one module called again and again."""
    shared = [f"aws_vpc.shared{n}" for n in range(_SHARED)]
    for n, address in enumerate(shared):
        yield _resource(address, shared[:n])
    inner = [f"module.app.aws_instance.part{n}" for n in range(_A_MODULE)]
    for number in range((count - _SHARED) // _A_MODULE):
        for n in range(_A_MODULE):
            address = f'module.app["{number}"].aws_instance.part{n}'
            yield _resource(address, [*shared, *inner[:n]])


def _resource(address: str, depends_on: list[str]) -> ManagedResource:
    kind = address.rpartition(".")[0].rpartition(".")[2]
    return ManagedResource(address, kind, address, "aws", {}, (), _STATE, depends_on=tuple(depends_on))


if __name__ == "__main__":
    main()
