"""Newest-first listings over the sharded indexes: every entry is counted, one page of records is read."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tfdrift.adapters.dynamodb import Item, Key, Query, Table
from tfdrift.adapters.sortable_time import to_sortable
from tfdrift.service.ports import Page

_VALUES_AN_IN = 100


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


def page_of(
    table: Table,
    *,
    index: str,
    key_prefix: str,
    partitions: Iterable[str],
    wanted: dict[str, Sequence[str]],
    since: datetime | None,
    page: Page,
) -> tuple[list[Item], int]:
    """Return one page of items, newest first, and how many match.

    `key_prefix` names the index's keys (``gsi1`` of ``gsi1pk``, ``gsi1sk``). The index is eventually
    consistent and narrow; the page's items themselves are read consistently from the table.
    """
    expression, names, values = any_of(wanted)
    condition = None
    if since is not None:
        condition = "#sk >= :since"
        names["#sk"] = f"{key_prefix}sk"
        values[":since"] = {"S": to_sortable(since)}
    newest: dict[Key, str] = {}
    for partition in partitions:
        entries = table.query(
            Query(
                partition=partition,
                index=index,
                partition_key=f"{key_prefix}pk",
                condition=condition,
                filter=expression,
                names=names,
                values=values,
                attributes=("pk", "sk", f"{key_prefix}sk"),
                newest_first=True,
            )
        )
        newest.update({(item["pk"]["S"], item["sk"]["S"]): item[f"{key_prefix}sk"]["S"] for item in entries})
    ordered = sorted(newest, key=lambda key: newest[key], reverse=True)
    start = (page.number - 1) * page.limit
    keys = ordered[start : start + page.limit]
    items = table.get_many(keys)
    return [items[key] for key in keys if key in items], len(ordered)
