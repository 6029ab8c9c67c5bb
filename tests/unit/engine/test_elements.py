"""Calls on several things, taken apart."""

import pytest

from tests.unit.engine.scene import call
from tfdrift.domain.elements import one_by_one


@pytest.mark.parametrize(
    ("request_", "path", "parts"),
    [
        (
            {"targets": [{"id": "a"}, {"id": "b"}], "rule": "r"},
            "request.targets",
            [[{"id": "a"}], [{"id": "b"}]],
        ),
        ({"Targets": [{"id": "a"}]}, "request.targets", [[{"id": "a"}]]),
        ({"targets": {"id": "a"}}, "request.targets", [[{"id": "a"}]]),
        ({"targets": []}, "request.targets", []),
    ],
)
def test_each_element_is_the_only_one(request_: dict[str, object], path: str, parts: list[object]):
    records = list(one_by_one(call("events", "PutTargets", request_), path))
    assert [next(v for k, v in r.request.items() if k.lower() == "targets") for r in records] == parts


def test_without_a_list_the_record_stays_as_it_is():
    record = call("events", "PutTargets", {"rule": "r"})
    assert list(one_by_one(record, "request.targets")) == [record]
    assert list(one_by_one(record, None)) == [record]
