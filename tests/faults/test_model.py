"""Random histories of a stream that does what no emulator does: nothing lost, doubled or out of order."""

import pytest

from tests.faults.model import histories

_BLOCK = 30


@pytest.mark.parametrize("first", [0, 30, 60])
async def test_in_any_history_the_feed_holds_what_was_written(first: int) -> None:
    judgements = await histories(range(first, first + _BLOCK))

    assert [judgement for judgement in judgements if not judgement.right] == []
    assert sum(judgement.written for judgement in judgements) > _BLOCK * 100
    assert sum(judgement.trimmed_and_told for judgement in judgements) > 0
