"""The pages with the keyboard alone, and what a page says when the server wants a token."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.content import WEB, fill, world_open_ssh
from tests.e2e.stack import Stack
from tests.support.samples import drift

pytestmark = [pytest.mark.browser, pytest.mark.emulator, pytest.mark.timeout(240)]


def _go(page: Page, stack: Stack, path: str) -> None:
    page.goto(f"{stack.origin}{path}")
    expect(page.locator("[data-stream-status=connected]")).to_be_visible()


def test_the_table_is_sorted_and_a_drift_opened(stack: Stack, page: Page) -> None:
    fill(stack)
    _go(page, stack, "/drifts")
    heading = page.get_by_role("columnheader", name="Severity")

    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")

    page.locator(f"[data-row-drift={world_open_ssh().id!r}]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()


def test_a_note_is_written(stack: Stack, page: Page) -> None:
    stack.record(drift("sg-1"))
    _go(page, stack, f"/drifts/{drift('sg-1').id}")

    page.get_by_label("Your name").focus()
    page.keyboard.type("oncall")
    page.keyboard.press("Enter")

    expect(page.locator("[data-drift-status=acknowledged]")).to_be_visible()


def test_a_resource_is_chosen_in_the_tree_and_another_in_the_graph(stack: Stack, page: Page) -> None:
    fill(stack)
    _go(page, stack, "/state")
    leaf = page.locator(f"[data-address='{WEB}']")
    expect(leaf).to_be_visible()

    leaf.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-resource]")).to_have_attribute("data-resource", WEB)

    page.locator("g[role=button]", has_text="aws_vpc.main").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-resource='aws_vpc.main']")).to_be_visible()


def test_a_server_that_wants_a_token_is_said_to_want_one(stack: Stack, chromium: Browser) -> None:
    """The browser's console notes the refused request: no watch here."""
    stack.kill()
    stack.environment = {**stack.environment, "TFDRIFT_API_TOKEN": "a token of the tests"}
    stack.start()
    stack.record(drift("sg-1"))
    context = chromium.new_context()
    page = context.new_page()
    _go(page, stack, f"/drifts/{drift('sg-1').id}")

    page.get_by_label("Your name").fill("oncall")
    page.get_by_role("button", name="Acknowledge").click()

    expect(page.get_by_text("This needs a token")).to_be_visible()
    expect(page.locator("[data-drift-status=open]")).to_be_visible()
    context.close()
