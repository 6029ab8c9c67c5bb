"""docs/scaling.md shows the tables that the model prints now."""

from pathlib import Path

from bench.scale.report import tables

_PAGE = Path(__file__).resolve().parents[2] / "docs/scaling.md"


def test_every_table_of_the_model_is_in_the_page_as_it_is_printed() -> None:
    page = _PAGE.read_text("utf-8")

    missing = [table for table in tables().split("\n\n") if table not in page]

    assert missing == [], "run `python -m bench scale` and put its tables in the page"
