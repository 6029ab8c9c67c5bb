"""The graph of a state: every dependency at one remove, and all that is reachable reached."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdrift.domain.dependency_graph import DependencyGraph, Direction
from tfdrift.domain.drift import StateReference
from tfdrift.domain.managed_resource import ManagedResource

STATE = StateReference("prod.tfstate", 1, "lineage", "states")


def resource(address: str, *depends_on: str) -> ManagedResource:
    return ManagedResource(address, "aws_eip", address, "aws", {}, (), STATE, depends_on=depends_on)


def graph(**dependencies: list[str]) -> DependencyGraph:
    """Return the graph of resources named by one letter each."""
    return DependencyGraph.of(
        resource(f"t.{name}", *(f"t.{other}" for other in named)) for name, named in dependencies.items()
    )


def edges(made: DependencyGraph) -> list[tuple[str, str]]:
    return list(made.edges(made.addresses))


def test_what_is_depended_on_by_way_of_another_is_no_neighbour() -> None:
    # Given an instance in a subnet in a network, listed as states list them
    made = graph(instance=["subnet", "vpc"], subnet=["vpc"], vpc=[])
    # Then each depends on its next alone
    assert edges(made) == [("t.instance", "t.subnet"), ("t.subnet", "t.vpc")]


def test_neighbours_lie_as_many_steps_away_as_asked_for() -> None:
    made = graph(a=["b", "c", "d"], b=["c", "d"], c=["d"], d=[], e=["d"])

    assert made.distances("t.b", Direction.BOTH, 1) == {"t.b": 0, "t.a": 1, "t.c": 1}
    assert made.distances("t.b", Direction.DEPENDENCIES, 1) == {"t.b": 0, "t.c": 1}
    assert made.distances("t.b", Direction.DEPENDENCIES) == {"t.b": 0, "t.c": 1, "t.d": 2}
    assert made.distances("t.d", Direction.DEPENDENTS) == {"t.d": 0, "t.c": 1, "t.e": 1, "t.b": 2, "t.a": 3}
    assert made.distances("t.d", Direction.BOTH, 0) == {"t.d": 0}


@pytest.mark.parametrize("address", ["t.none", "", "t.a[0]", "zzz"])
def test_an_address_that_the_state_has_not_is_an_error(address: str) -> None:
    with pytest.raises(KeyError):
        graph(a=[]).distances(address, Direction.BOTH)


def test_a_dependency_without_keys_means_every_instance() -> None:
    made = DependencyGraph.of(
        [
            resource("t.one", "t.many", "module.m.t.x"),
            resource("t.many[0]"),
            resource('t.many["b.c"]'),
            resource('module.m["k"].t.x'),
        ]
    )
    assert edges(made) == [
        ("t.one", 'module.m["k"].t.x'),
        ("t.one", 't.many["b.c"]'),
        ("t.one", "t.many[0]"),
    ]


def test_a_dependency_with_its_key_means_that_instance() -> None:
    made = DependencyGraph.of([resource("t.one", "t.many[1]"), resource("t.many[0]"), resource("t.many[1]")])
    assert edges(made) == [("t.one", "t.many[1]")]


def test_within_a_module_a_dependency_means_the_same_instance_of_it() -> None:
    keys = ('["a"]', '["b"]')
    made = DependencyGraph.of(
        [resource(f"module.m{key}.t.x", "module.m.t.y", "module.m.module.n.t.z") for key in keys]
        + [resource(f"module.m{key}.t.y") for key in keys]
        + [resource(f"module.m{key}.module.n[{n}].t.z") for key, n in product(keys, (0, 1))]
    )
    assert list(made.edges(address for address in made.addresses if '["a"]' in address)) == [
        ('module.m["a"].t.x', 'module.m["a"].module.n[0].t.z'),
        ('module.m["a"].t.x', 'module.m["a"].module.n[1].t.z'),
        ('module.m["a"].t.x', 'module.m["a"].t.y'),
    ]
    assert not [edge for edge in edges(made) if ('["a"]' in edge[0]) != ('["a"]' in edge[1])]


def test_where_no_instance_of_the_same_module_is_there_the_others_are_meant() -> None:
    made = DependencyGraph.of([resource('module.m["a"].t.x', "module.m.t.y"), resource('module.m["b"].t.y')])
    assert edges(made) == [('module.m["a"].t.x', 'module.m["b"].t.y')]


def test_what_the_state_names_and_does_not_hold_is_left_out() -> None:
    made = DependencyGraph.of([resource("t.a", "data.t.d", "t.gone", "t.a")])
    assert edges(made) == []


def test_a_circle_which_terraform_would_not_write_hides_nothing() -> None:
    made = graph(a=["b", "c"], b=["a", "c"], c=[])
    assert made.distances("t.c", Direction.DEPENDENTS) == {"t.c": 0, "t.a": 1, "t.b": 1}
    assert len(edges(made)) == 4


NAMES = "abcdefgh"


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=8)))
def test_everything_that_depends_is_reached_and_nothing_else(listed: dict[str, list[str]]) -> None:
    made = graph(**listed)
    for name in listed:
        reached = {name}
        for _ in listed:
            reached |= {other for other, named in listed.items() if reached & set(named)}
        assert set(made.distances(f"t.{name}", Direction.DEPENDENTS)) == {f"t.{other}" for other in reached}


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))))
def test_dependents_are_the_dependencies_turned_round(pairs: list[tuple[str, str]]) -> None:
    listed: dict[str, list[str]] = {name: [] for name in NAMES}
    for one, other in pairs:
        listed[one].append(other)
    made = graph(**listed)
    for address, other in edges(made):
        assert other in made.distances(address, Direction.DEPENDENCIES, 1)
        assert address in made.distances(other, Direction.DEPENDENTS, 1)


def test_thousands_of_instances_that_depend_on_thousands_are_one_graph() -> None:
    def layer(name: str, *depends_on: str) -> list[ManagedResource]:
        return [resource(f"t.{name}[{n}]", *depends_on) for n in range(700)]

    made = DependencyGraph.of([*layer("a", "t.b", "t.c"), *layer("b", "t.c"), *layer("c")])

    assert len(made.distances("t.c[0]", Direction.DEPENDENTS)) == 1 + 2 * 700
    assert made.distances("t.a[0]", Direction.DEPENDENCIES)["t.c[699]"] == 2
