"""The tables of docs/cost.md, as Markdown."""

from urllib.parse import urlsplit

from bench.cost import Bill, Usage, idle_bill, million_bill, month, sign_in_bill


def tables(usage: Usage) -> str:
    """Return all tables, in the page's order."""
    sizes = [("nothing happens", idle_bill(usage).total)]
    sizes += [(f"{count} account{'s' * (count > 1)}", month(usage, count)) for count in usage.accounts]
    parts = (
        _table("size", "$ a month", sizes),
        _table("nothing happens", "$ a month", _with_total(idle_bill(usage))),
        _table("public, on top", "$ a month", _with_total(sign_in_bill(usage))),
        _table("a million calls that drift", "$", _with_total(million_bill(usage))),
    )
    return "\n\n".join(parts)


def price_table(usage: Usage) -> str:
    """Return each price with the page on which it was read, or the word that it was not checked."""
    lines = ["| price | $ | read on | of |", "| --- | ---: | --- | --- |"]
    for name, price in usage.prices.items():
        check = usage.checked.get(name)
        page = f"[{urlsplit(check.page).hostname}]({check.page})" if check else "**not checked**"
        written = (check.written or "no date") if check else ""
        amount = f"{price:.10f}".rstrip("0").rstrip(".")
        lines.append(f"| {name.replace('_', ' ')} | {amount} | {page} | {written} |")
    return "\n".join(lines)


def _with_total(bill: Bill) -> list[tuple[str, float]]:
    return [*bill.lines, ("**together**", bill.total)]


def _table(title: str, unit: str, rows: list[tuple[str, float]]) -> str:
    lines = [f"| {title} | {unit} |", "| --- | ---: |"]
    return "\n".join([*lines, *(f"| {name} | {amount:,.2f} |" for name, amount in rows)])
