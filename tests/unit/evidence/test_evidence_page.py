"""The page on evidence tells the rules as they stand in the code."""

import re
from pathlib import Path

from tfdrift.domain import origin

PAGE = Path(__file__).resolve().parents[3] / "docs" / "evidence.md"


def test_the_page_has_every_origin_rule_in_its_order() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \| `(\w+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [
        (str(number), rule.evidence, rule.kind.value) for number, rule in enumerate(origin._RULES, start=1)
    ]
