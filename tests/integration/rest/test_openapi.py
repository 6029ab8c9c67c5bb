"""The description that is checked in is the container's own, and the function's for what both serve."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from streaming.openapi import description
from tfdrift.bootstrap import Product
from tfdrift.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs/openapi.json"
METHODS = {"get", "post"}


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def written() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(PAGE.read_text("utf-8"))
    return document


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_file_is_current() -> None:
    assert PAGE.read_text("utf-8") == description(), "renew it: python -m streaming.openapi docs/openapi.json"


def test_it_is_openapi_3_1(written: dict[str, Any]) -> None:
    assert written["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(written).validate()


def test_the_function_describes_what_it_serves_in_the_same_words(written: dict[str, Any]) -> None:
    ours = operations(Product(Settings()).rest_app().openapi())
    container = operations(written)

    assert container.keys() - ours.keys() == {"get /ready"}
    assert ours.keys() <= container.keys()
    differing = {name for name, operation in ours.items() if operation != container[name]}
    assert differing == {"get /health"}


def test_every_operation_and_parameter_is_described(written: dict[str, Any]) -> None:
    for name, operation in operations(written).items():
        assert name.partition(" ")[0] in METHODS
        assert operation["description"], name
        assert {"400", "500"} <= operation["responses"].keys(), name
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (name, parameter["name"])
            assert "type" in parameter["schema"], (name, parameter["name"])


def test_operations_have_names_of_their_own(written: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(written).values()]

    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)
