"""Names of DNS, values of records, and paths that choose elements by a word."""

from typing import Any

import pytest

from tests.unit.engine.scene import call
from tfdrift.domain.dns_names import hosted_zone, record_name
from tfdrift.domain.elements import one_by_one
from tfdrift.domain.id_forms import FORMS
from tfdrift.domain.normalisers import NORMALISERS
from tfdrift.domain.parameters import path_steps, selector, values_at


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("WWW.Example.com.", ("www.example.com",)),
        ("\\052.example.com", ("*.example.com",)),
        ("", ()),
        (None, ()),
        (7, ()),
    ],
)
def test_a_records_name(written: Any, name: tuple[str, ...]):
    assert record_name(written) == name


@pytest.mark.parametrize(
    ("written", "zone"), [("/hostedzone/Z1", ("Z1",)), ("Z1", ("Z1",)), ("", ()), (None, ()), ([], ())]
)
def test_a_zones_id(written: Any, zone: tuple[str, ...]):
    assert hosted_zone(written) == zone


@pytest.mark.parametrize(("written", "path"), [("v1", ("v1",)), ("(none)", ()), ("", ()), (None, ())])
def test_a_mappings_path(written: Any, path: tuple[str, ...]):
    assert FORMS["base_path"](written) == path


@pytest.mark.parametrize(
    ("normaliser", "left", "right"),
    [
        ("domain", "Web.example.net", "dualstack.web.example.net."),
        ("records", ["b", "a"], ['"a"', '"b"']),
        ("records", None, []),
        ("words", ["b", "a"], "a, b"),
        ("structure", [{"block": [{}], "allow": []}], {"block": {}}),
    ],
)
def test_equal_values(normaliser: str, left: Any, right: Any):
    assert NORMALISERS[normaliser](left) == NORMALISERS[normaliser](right)


@pytest.mark.parametrize(
    ("normaliser", "left", "right"),
    [
        ("records", ['"'], [""]),
        ("records", ['"a" "b"'], ["ab"]),
        ("structure", {"allow": {}}, {"block": {}}),
        ("structure", {"allow": {}}, {}),
    ],
)
def test_different_values(normaliser: str, left: Any, right: Any):
    assert NORMALISERS[normaliser](left) != NORMALISERS[normaliser](right)


def test_a_selector_chooses_the_elements_that_have_the_word():
    attributes = [
        {"key": "a.b", "value": "1"},
        {"key": "c", "value": "2"},
        "odd",
        {"key": "a.b", "value": "3"},
    ]
    record = call("x", "X", {"attributes": attributes})
    assert values_at(record, "request.attributes[key=a.b].value") == ("1", "3")
    assert values_at(record, "request.attributes[key=d].value") == ()
    assert path_steps("attributes[key=a.b].value") == ("attributes[key=a.b]", "value")
    assert selector("attributes[0]") is None


def test_a_list_with_its_quantity_is_a_list():
    record = call("x", "X", {"aliases": {"quantity": 2, "items": ["a", "b"]}, "none": {"quantity": 0}})
    assert values_at(record, "request.aliases[]") == ("a", "b")
    assert values_at(record, "request.none[]") == ()


def test_a_nested_list_is_taken_apart():
    record = call("x", "X", {"id": "z", "batch": {"note": "n", "changes": [{"a": 1}, {"a": 2}]}})
    parts = [part.request for part in one_by_one(record, "request.batch.changes")]
    assert parts == [{"id": "z", "batch": {"note": "n", "changes": [{"a": number}]}} for number in (1, 2)]
    assert [part.request for part in one_by_one(record, "request.id.changes")] == [record.request]
