"""The pages in a real browser against the real app: shared addresses, notes, dependencies, hostile words."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.content import (
    DATA,
    PROBE,
    STATE,
    WEB,
    falco_alert,
    fill,
    managed_resources,
    probed,
    state_change,
    widened_policy,
)
from tests.e2e.stack import Stack
from tests.support.samples import NOON, drift
from tfdrift.domain.drift import DriftStatus, Severity

pytestmark = [pytest.mark.browser, pytest.mark.emulator, pytest.mark.timeout(240)]


def _go(page: Page, stack: Stack, path: str) -> None:
    page.goto(f"{stack.origin}{path}")
    expect(page.locator("[data-stream-status=connected]")).to_be_visible()


def _rows(page: Page) -> Iterator[str]:
    for link in page.locator("[data-row-drift]").all():
        yield link.inner_text()


def test_the_address_holds_what_the_table_shows(stack: Stack, page: Page) -> None:
    fill(stack)
    _go(page, stack, "/drifts?severity=critical&status=open")
    expect(page.locator("[data-row-drift]")).to_have_count(1)
    assert list(_rows(page)) == [WEB]

    page.get_by_role("button", name="Severity", exact=True).click()
    expect(page).to_have_url(f"{stack.origin}/drifts?severity=critical&status=open&sort=severity&order=up")
    page.get_by_placeholder("Name this view").fill("Open and critical")
    page.get_by_role("button", name="Save", exact=True).click()

    _go(page, stack, "/drifts")
    expect(page.locator("[data-row-drift]")).to_have_count(5)
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("option", name="Open and critical").click()
    expect(page.locator("[data-row-drift]")).to_have_count(1)
    assert urlsplit(page.url).query == "severity=critical&status=open&sort=severity&order=up"


def test_a_new_drift_is_in_the_table_at_once_and_in_two_tabs(stack: Stack, chromium: Browser) -> None:
    context = chromium.new_context()
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        _go(tab, stack, "/drifts")

    stack.record(drift("sg-new", resource_address="aws_security_group.new"))

    for tab in tabs:
        expect(tab.locator("[data-row-drift]")).to_have_text(["aws_security_group.new"])
    context.close()


def test_a_killed_server_costs_the_table_no_drift(stack: Stack, page: Page) -> None:
    _go(page, stack, "/drifts")
    stack.record(drift("sg-0"))
    expect(page.locator("[data-row-drift]")).to_have_count(1)

    stack.kill()
    expect(page.locator("[data-stream-status=disconnected]")).to_be_visible()
    for number in range(1, 4):
        stack.record(drift(f"sg-{number}"))
    stack.start()

    expect(page.locator("[data-row-drift]")).to_have_count(4)


def test_a_policy_is_compared_as_a_document_beside_the_commands(stack: Stack, page: Page) -> None:
    fill(stack)
    _go(page, stack, f"/drifts/{widened_policy().id}")

    changed = page.get_by_role("row").filter(has_text="Action")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("s3:GetObject")
    expect(changed).to_contain_text("s3:*")
    expect(page.get_by_text(f"terraform plan -target={DATA}")).to_be_visible()
    expect(page.get_by_label("Related events")).to_contain_text("Terminal shell in container")


def test_a_note_is_taken_and_taken_back(stack: Stack, page: Page) -> None:
    record = drift("sg-1")
    stack.record(record)
    _go(page, stack, f"/drifts/{record.id}")

    page.get_by_label("Your name").fill("lead")
    page.get_by_label("Note").fill("until the release")
    page.get_by_role("button", name="Acknowledge").click()

    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    expect(page.locator("[data-drift-status=acknowledged]")).to_be_visible()
    stored = stack.drifts.get(record.id)
    assert stored is not None
    assert stored.record.status is DriftStatus.ACKNOWLEDGED
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("[data-drift-status=open]")).to_be_visible()


def test_a_resource_leads_to_its_dependencies_and_a_session_to_its_drifts(stack: Stack, page: Page) -> None:
    fill(stack)
    _go(page, stack, "/state")
    page.locator(f"[data-address='{WEB}']").click()
    graph = page.get_by_role("region", name="Graph of dependencies")
    expect(graph).to_contain_text("aws_vpc.main")
    graph.get_by_text("aws_vpc.main", exact=True).last.click()
    expect(page.locator("[data-resource='aws_vpc.main']")).to_be_visible()

    page.get_by_role("link", name="Timeline").click()
    page.get_by_role("link", name="PutBucketPolicy").click()
    expect(page.get_by_role("heading", name=DATA)).to_be_visible()


def test_other_peoples_words_are_text_on_every_page(stack: Stack, page: Page) -> None:
    record = replace(probed(), severity=Severity.HIGH)
    stack.record(record)
    resource = replace(managed_resources()[0], address=PROBE, resource_id=PROBE, attributes={PROBE: PROBE})
    stack.states.replace(STATE, [resource], terraform_version=PROBE, indexed_at=NOON)
    stack.events.append(falco_alert(1, rule=PROBE, output=PROBE, hostname=PROBE, source=PROBE))
    stack.events.append(state_change(PROBE))

    for path in ("/", "/drifts?group=principal", f"/drifts/{record.id}", "/falco", "/state", "/timeline"):
        _go(page, stack, path)
        expect(page.locator("main").get_by_text(PROBE).first).to_be_visible()
        assert page.locator("main img, main script").count() == 0, path
        expect(page).to_have_title("1 open · TFDrift")
