"""The page on the catalog tells every word that a row may use."""

from pathlib import Path

import pytest

from tests.unit.catalog.walker import ways
from tfdrift.catalog.schema import AttributeRow, EventRow
from tfdrift.domain.id_forms import FORMS
from tfdrift.domain.mapping import AttributeKind
from tfdrift.domain.normalisers import NORMALISERS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "catalog.md").read_text("utf-8")


@pytest.mark.parametrize("word", [*AttributeKind, *NORMALISERS, *sorted(EventRow.model_fields)])
def test_the_page_tells(word: str):
    assert f"`{word}" in PAGE or f"[[event.{word}]]" in PAGE or f"{word} =" in PAGE


def test_every_normaliser_and_form_is_used():
    rows = [row for _, _, way in ways() for row in way.attributes.values()]
    used = {row.as_ for row in rows if isinstance(row, AttributeRow)}
    templates = " ".join(text for _, _, way in ways() for text in (*way.ids, *way.parent_ids))
    assert set(NORMALISERS) - used == set()
    assert [form for form in FORMS if f"|{form}" not in templates] == []
