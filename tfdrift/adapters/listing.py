"""Newest-first listings over the sharded indexes: one request reads what it returns, and a bounded rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from typing import TypeVar

from tfdrift.adapters.dynamodb import Item, Key, Query, Table
from tfdrift.domain.sortable_time import to_sortable
from tfdrift.service.ports import MOST_EXAMINED, Listing, Page, Total

Record = TypeVar("Record")

_VALUES_AN_IN = 100
_FILTERED_PAGE = 500
_SMALLEST_PAGE = 10
_LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What is listed: partitions of an index, the values that some attributes must have, and since when.

    `key_prefix` names the index's keys (``gsi1`` of ``gsi1pk``, ``gsi1sk``); the sort key begins with a time.
    """

    index: str
    key_prefix: str
    partitions: Sequence[str]
    wanted: dict[str, Sequence[str]]
    since: datetime | None = None

    @property
    def sort_key(self) -> str:
        """Return the name of the index's sort key."""
        return f"{self.key_prefix}sk"

    def queries(self, after: str | None = None) -> Iterator[Query]:
        """Return the query of each partition, newest first, from a place on (itself included)."""
        expression, names, values = any_of(self.wanted)
        condition = None
        since = None if self.since is None else to_sortable(self.since)
        if since is not None or after is not None:
            names["#sk"] = self.sort_key
        if since is not None:
            condition, values[":since"] = "#sk >= :since", {"S": since}
        if after is not None:
            condition, values[":after"] = "#sk <= :after", {"S": after}
        if since is not None and after is not None:
            condition = "#sk BETWEEN :since AND :after"
        for partition in self.partitions:
            yield Query(
                partition=partition,
                index=self.index,
                partition_key=f"{self.key_prefix}pk",
                condition=condition,
                filter=expression,
                names=names,
                values=values,
                newest_first=True,
            )


@dataclass(frozen=True, slots=True)
class _Step:
    """A step on the way through the index: an entry, or, without a key, the end of what may be examined."""

    place: str
    key: Key | None


class _Allowance:
    """How many entries a request may still examine."""

    def __init__(self) -> None:
        self.left = MOST_EXAMINED


@dataclass(frozen=True, slots=True)
class _Part:
    """The keys of a part of a listing with their places, where it goes on, and how many were passed over."""

    places: dict[Key, str]
    next: str | None
    skipped: int


def any_of(attributes: dict[str, Sequence[str]]) -> tuple[str | None, dict[str, str], Item]:
    """Return filter expression, names and values that ask of each attribute to be one of the given values.

    An attribute without values is not asked about. DynamoDB's IN takes 100 values, so more become several.
    """
    parts: list[str] = []
    names: dict[str, str] = {}
    values: Item = {}
    for attribute, wanted in attributes.items():
        if not wanted:
            continue
        names[f"#{attribute}"] = attribute
        placeholders = [f":{attribute}{n}" for n in range(len(wanted))]
        values.update({name: {"S": value} for name, value in zip(placeholders, wanted, strict=True)})
        chunks = [placeholders[n : n + _VALUES_AN_IN] for n in range(0, len(placeholders), _VALUES_AN_IN)]
        alternatives = [f"#{attribute} IN ({', '.join(chunk)})" for chunk in chunks]
        parts.append(f"({' OR '.join(alternatives)})")
    return (" AND ".join(parts) or None), names, values


def part_of(table: Table, question: Question, page: Page) -> Listing[Item]:
    """Return one part of the items, newest first.

    The index is eventually consistent and narrow; the part's items themselves are read consistently from the
    table. One that has expired since is left out.
    """
    part = _walk(table, question, page)
    items = table.get_many(part.places)
    found = [(items[key], place) for key, place in part.places.items() if key in items]
    return Listing(
        items=tuple(item for item, _ in found),
        places=tuple(place for _, place in found),
        total=_total(table, question, page, part),
        next=part.next,
    )


def count_of(table: Table, question: Question) -> Total:
    """Return how many entries match; at least so many, where counting would examine too much."""
    number, allowance = 0, _Allowance()
    for query in question.queries():
        counting = replace(query, count_only=True, page_size=allowance.left)
        for answer in table.pages(counting):
            number += answer.matched
            allowance.left -= answer.examined
            if allowance.left <= 0:
                is_last = query.partition == question.partitions[-1]
                return Total(number, is_exact=is_last and answer.last is None)
    return Total(number)


def entries_of(table: Table, question: Question, attributes: tuple[str, ...]) -> Iterator[Item]:
    """Yield some attributes of every matching entry, from the index alone."""
    for query in question.queries():
        yield from table.query(replace(query, attributes=attributes))


def read_as(listing: Listing[Item], records: Sequence[Record]) -> Listing[Record]:
    """Return the part with its items read as records, one each."""
    return Listing(tuple(records), listing.places, listing.total, listing.next)


def _walk(table: Table, question: Question, page: Page) -> _Part:
    skip = page.skipped
    seen: dict[Key, str] = {}
    for step in _steps(table, question, page.after, skip + page.limit):
        if step.key is None:
            return _Part(_without(seen, skip), step.place, min(skip, len(seen)))
        if step.key in seen or step.place == page.after:
            continue
        if len(seen) == skip + page.limit:
            return _Part(_without(seen, skip), next(reversed(seen.values())), skip)
        seen[step.key] = step.place
    return _Part(_without(seen, skip), None, min(skip, len(seen)))


def _without(seen: dict[Key, str], skip: int) -> dict[Key, str]:
    return dict(list(seen.items())[skip:])


def _steps(table: Table, question: Question, after: str | None, needed: int) -> Iterator[_Step]:
    """Yield the entries of all partitions, newest first, to the end or as far as may be examined."""
    if after is not None and question.since is not None and after < to_sortable(question.since):
        return iter(())
    allowance = _Allowance()
    share = 2 * (needed + 1) // len(question.partitions)
    size = _FILTERED_PAGE if any(question.wanted.values()) else share
    size = min(max(size, _SMALLEST_PAGE), _LARGEST_PAGE)
    streams = [
        _entries(
            table,
            replace(query, attributes=("pk", "sk", question.sort_key), page_size=size),
            question.sort_key,
            allowance,
        )
        for query in question.queries(after)
    ]
    return merge(*streams, key=lambda step: step.place, reverse=True)


def _entries(table: Table, query: Query, sort_key: str, allowance: _Allowance) -> Iterator[_Step]:
    for answer in table.pages(query):
        allowance.left -= answer.examined
        for item in answer.items:
            yield _Step(item[sort_key]["S"], (item["pk"]["S"], item["sk"]["S"]))
        if answer.last is not None and allowance.left <= 0:
            yield _Step(answer.last[sort_key]["S"], None)
            return


def _total(table: Table, question: Question, page: Page, part: _Part) -> Total | None:
    if page.after is not None:
        return None
    if part.next is None:
        return Total(part.skipped + len(part.places))
    return count_of(table, question)
