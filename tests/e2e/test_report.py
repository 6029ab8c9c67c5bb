"""The report of a replay in a real browser: from a file, offline, complete, every text a text."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.lifecycle_samples import function_entry, state_bytes
from tests.unit.cli.replaying import call

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

_MARK = "document.title='probed'"
PROBE = f'<img src=x onerror="{_MARK}"></script><script>{_MARK}</script><!--\u2028'

# The page without a report: React, the components, their styles.
_LARGEST_PAGE = 700_000


@pytest.fixture
def report(dashboard: Path, tmp_path: Path) -> Path:
    """A report of calls whose every text is a probe, one change ignored, one file unreadable."""
    state = tmp_path / "prod.tfstate"
    state.write_bytes(state_bytes(function_entry()))
    identity = {"type": "IAMUser", "userName": PROBE, "arn": PROBE, "accountId": "111122223333"}
    records = [
        call("e-1", userIdentity=identity, agent=PROBE, sourceIPAddress=PROBE),
        call("e-2", 1, parameters={"description": PROBE, "timeout": 60}),
        call("e-3", 2, eventName="CreateFunction20150331", parameters={"functionName": PROBE}),
    ]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(record) + "\n" for record in records))
    rules = tmp_path / "rules"
    rules.write_text("aws_lambda_function.orders.timeout\n")
    missing = tmp_path / f"missing {PROBE.replace('/', '')}.json"
    made = tmp_path / "report.html"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "tfdrift", "replay", "--state", state, "--cloudtrail", log, missing),
            *("--ignore", rules, "--show-ignored", "--format", "html", "--output", made),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1, run.stderr
    return made


@pytest.fixture
def page(chromium: Browser, report: Path) -> Iterator[Page]:
    """The report, opened from its file without a network; nothing is asked for and nothing complained of."""
    context = chromium.new_context(offline=True, color_scheme="light")
    opened = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    yield opened
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]


def test_the_report_tells_all_that_was_found(page: Page) -> None:
    drifts = page.get_by_role("region", name="Drifts")
    expect(drifts.locator("[data-drift-id]")).to_have_count(2)
    card = drifts.locator("[data-drift-id]").filter(has_text="memory_size")
    for text in ("aws_lambda_function.orders", "128", "1024", "UpdateFunctionConfiguration"):
        expect(card).to_contain_text(text)
    other = drifts.locator("[data-drift-id]").filter(has_text="tags or a description were changed")
    for text in ("oncall", "as ops", "via AWS CLI", "from 203.0.113.7"):
        expect(other).to_contain_text(text)
    expect(card.get_by_text("Event id")).to_be_visible()
    expect(card.get_by_text("prod.tfstate", exact=False)).to_be_visible()
    expect(page.get_by_role("region", name="Ignored by rules")).to_contain_text("Line 1: aws_lambda_function")
    expect(page.get_by_role("region", name="Could not be read")).to_contain_text("missing")
    expect(page.get_by_role("row", name="Records read 3")).to_be_visible()


def test_other_peoples_words_are_text(page: Page) -> None:
    words = PROBE.replace("\u2028", "").removesuffix("<!--")
    expect(page.get_by_role("region", name="Drifts").get_by_text(words, exact=False).first).to_be_visible()
    expect(page).to_have_title("TFDrift report")
    assert page.locator("main img, main script").count() == 0


def test_the_report_prints(page: Page) -> None:
    page.emulate_media(media="print")
    expect(page.locator("[data-drift-id]").first.get_by_text("Event id")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"

    printed = page.pdf()

    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 1


def test_the_page_is_one_small_file_that_allows_its_own_script_and_style_alone(report: Path) -> None:
    page = (Path(__file__).parents[2] / "tfdrift" / "report_page" / "report.html").read_text()
    assert len(page.encode()) < _LARGEST_PAGE
    assert report.stat().st_size - len(page.encode()) < 50_000
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[^']{44}'; style-src 'sha256-[^']{44}'; img-src data:; "
        r"font-src data:; base-uri 'none'; form-action 'none'",
        policy,
    )
    assert not re.search(r'(?:src|href)="(?!data:)', page.partition("<script")[0])
