"""An answer holds as much of a part as a load balancer passes on, and says where the rest begins."""

import json

import pytest

from tfdrift.rest.envelope import ApiError, render_json
from tfdrift.rest.paging import LARGEST_ANSWER, Asked, Question
from tfdrift.service.ports import Listing, Total

QUESTION = Question("events", ("a filter",))


def listing(sizes: list[int]) -> Listing[str]:
    items = tuple("x" * size for size in sizes)
    return Listing(items, tuple(f"place-{n}" for n in range(len(items))), Total(len(items)))


def answer(asked: Asked, found: Listing[str]) -> dict[str, object]:
    return QUESTION.answer(asked, found, lambda text: {"text": text})


def test_a_part_that_an_answer_cannot_hold_is_ended_and_goes_on_after_its_last_entry() -> None:
    given = answer(Asked(1000), listing([300_000] * 10))

    assert len(render_json({"success": True, "data": given})) <= LARGEST_ANSWER
    assert isinstance(given["items"], list)
    assert len(given["items"]) == 3
    page = QUESTION.page(Asked(1000, cursor=str(given["next_cursor"])))
    assert page.after == "place-2"


def test_an_entry_too_large_for_any_answer_still_comes_alone() -> None:
    given = answer(Asked(1000), listing([2_000_000, 1]))

    assert isinstance(given["items"], list)
    assert len(given["items"]) == 1
    assert given["next_cursor"] is not None


def test_a_numbered_page_is_refused_rather_than_ended_early() -> None:
    with pytest.raises(ApiError, match="cannot hold 10 entries of page 1, but 3") as refused:
        answer(Asked(10, number=1), listing([300_000] * 10))
    assert (refused.value.status, refused.value.code) == (400, "invalid_limit")


def test_an_answer_is_measured_in_bytes_as_sent() -> None:
    given = answer(Asked(1000), Listing(("ü" * 400_000, "ü" * 400_000), ("a", "b"), None))

    assert isinstance(given["items"], list)
    assert len(given["items"]) == 1


@pytest.mark.parametrize("place", ["a#b", 'bucket\x00key\x00module.ü["\ud800"]', "😀"])
def test_any_place_comes_back_from_its_cursor(place: str) -> None:
    given = QUESTION.answer(Asked(1), Listing(("x",), (place,), None, place), lambda text: {"text": text})

    cursor = str(given["next_cursor"])
    assert cursor.isascii()
    assert QUESTION.page(Asked(5, cursor=cursor)).after == place
    json.dumps(cursor)


def test_other_filters_refuse_the_cursor() -> None:
    given = answer(Asked(1), Listing(("x",), ("p",), None, "p"))

    with pytest.raises(ApiError, match="another listing or other filters"):
        Question("events", ("another filter",)).page(Asked(1, cursor=str(given["next_cursor"])))
