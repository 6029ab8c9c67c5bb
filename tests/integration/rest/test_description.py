"""The pages on the REST API and on storage name the paths that there are."""

import re
from pathlib import Path

import pytest

from tfdrift.bootstrap import Product
from tfdrift.settings import Settings

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Each route of the app as the pages write it: ``GET /api/v1/drifts``."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    paths = Product(Settings()).rest_app().openapi()["paths"]
    return {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}


def listed(page: str, heading: str) -> set[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z]+ /\S+)` \|", text[text.index(heading) :], re.MULTILINE))


def test_the_page_lists_every_path_and_no_other(served: set[str]) -> None:
    assert listed("rest.md", "# REST API") == served


def test_each_question_has_an_access_pattern(served: set[str]) -> None:
    questions = {route for route in served if route.startswith("GET /api/v1/")}

    assert listed("storage.md", "## How each question is answered") == questions
