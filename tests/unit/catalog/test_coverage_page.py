"""The page of what is covered is the catalog's own."""

from pathlib import Path

from tfdrift.catalog import load_catalog
from tfdrift.catalog.coverage import coverage_page

_DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_page_is_current():
    written = (_DOCS / "coverage.md").read_text("utf-8")
    assert written == coverage_page(load_catalog()), (
        "renew it: python -m tfdrift.catalog.coverage docs/coverage.md"
    )


def test_the_page_names_every_event():
    page = (_DOCS / "coverage.md").read_text("utf-8")
    missing = [name for _, name in load_catalog().pairs() if name not in page]
    assert missing == []
