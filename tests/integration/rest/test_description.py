"""The page on the REST API names the paths that there are."""

import re
from pathlib import Path

import pytest

from tfdrift.bootstrap import Product
from tfdrift.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs/rest.md"


def test_the_page_lists_every_path_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    app = Product(Settings()).rest_app()
    served = {
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }

    listed = set(re.findall(r"^\| `([A-Z]+ /\S+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    assert listed == served
