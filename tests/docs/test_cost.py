"""The cost page holds what the script computes from its data file."""

from pathlib import Path

from bench.cost import Usage, idle_bill, million_bill, month, read
from bench.cost.report import price_table, tables

_PAGE = Path(__file__).resolve().parents[2] / "docs/cost.md"


def doubled(usage: Usage, price: str) -> Usage:
    prices = {**usage.prices, price: usage.prices[price] * 2}
    return Usage(prices, usage.idle, usage.sign_in, usage.event, usage.workload, usage.accounts)


def test_the_page_holds_the_tables_as_they_are_computed() -> None:
    assert tables(read()) in _PAGE.read_text("utf-8")


def test_the_page_says_which_price_was_read_where_and_which_was_not() -> None:
    usage = read()
    page = _PAGE.read_text("utf-8")
    assert price_table(usage) in page
    assert set(usage.checked) <= set(usage.prices)
    assert page.count("**not checked**") == len(usage.prices) - len(usage.checked)


def test_every_price_counts_somewhere() -> None:
    usage = read()
    before = tables(usage)
    unused = [price for price in usage.prices if tables(doubled(usage, price)) == before]
    assert unused == []


def test_accounts_pay_for_their_calls_and_for_the_bus() -> None:
    usage = read()
    day = (200 + 20_000 * 0.2) / 1e6 * million_bill(usage).total
    assert abs(month(usage, 1) - idle_bill(usage).total - 30.4 * day) < 1e-9
    bus = 30.4 * 20_000 / 1e6
    assert abs(month(usage, 2) - month(usage, 1) - 30.4 * day - bus) < 1e-9
