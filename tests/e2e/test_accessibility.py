"""Every page is clean to axe and complete, in light and dark, on a desk and on a phone."""

from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.content import WEB, fill, world_open_ssh
from tests.e2e.stack import Stack, running_stack
from tfdrift.demo.emulator import Emulator

pytestmark = [pytest.mark.browser, pytest.mark.emulator, pytest.mark.timeout(240)]

_AXE = Path(__file__).resolve().parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
_DRIFT = world_open_ssh().id

# Each page's address, and what is seen on it once its content is there.
PAGES = {
    "overview": ("/", "[data-drift-id]"),
    "drifts": ("/drifts", "role=row >> text=aws_s3_bucket.data"),
    "grouped": ("/drifts?group=principal", "role=row >> text=aws_s3_bucket.data"),
    "drift": (f"/drifts/{_DRIFT}", "text=What to do"),
    "no drift": ("/drifts/none", "text=not there"),
    "falco": ("/falco", "[data-falco-id]"),
    "state": (f"/state?address={quote(WEB)}", "svg text >> text=aws_vpc.main"),
    "timeline": ("/timeline", "article >> text=oncall"),
    "nothing": ("/nowhere", "text=There is nothing here"),
}


@pytest.fixture(scope="module")
def filled(emulator: Emulator, dashboard: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One app with content for all pages: none of these tests changes it."""
    with running_stack(emulator, dashboard, tmp_path_factory.mktemp("app")) as stack:
        fill(stack)
        yield stack


def _visit(page: Page, stack: Stack, name: str) -> None:
    path, content = PAGES[name]
    page.goto(f"{stack.origin}{path}")
    expect(page.locator("[data-stream-status=connected]")).to_be_visible()
    expect(page.locator(content).first).to_be_visible()


def _violations(page: Page) -> list[str]:
    """Return what axe holds against the page, one line each."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    filled: Stack, chromium: Browser, name: str, colours: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(color_scheme=colours, reduced_motion="reduce")
    page = context.new_page()
    _visit(page, filled, name)

    assert _violations(page) == []
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_page_without_scrolling_sideways(
    filled: Stack, chromium: Browser, name: str
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    _visit(page, filled, name)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert _violations(page) == []
    context.close()
