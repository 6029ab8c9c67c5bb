"""`tfdrift replay --format html` and `--output`: one file, in which no text can be more than text."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.cli.replaying import Replay, call, lines, write
from tfdrift import replay_report
from tfdrift.replay_report import ReportPageMissing, html_report, report_page

PAGE = '<body><script type="application/json" id="report"></script><script>show()</script></body>'
PROBES = ("</script><script>alert(1)</script>", "<!--<script>", "\u2028\u2029", "&lt;b&gt;", "]]>", "\\u003c")


@pytest.fixture
def built_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page in place of the built one, which these tests do not look into."""
    page = tmp_path / "report.html"
    page.write_text(PAGE)
    monkeypatch.setattr(replay_report, "_PAGE", page)
    return page


@pytest.mark.parametrize("probe", PROBES)
def test_a_text_of_the_report_is_read_back_as_it_was_and_ends_nothing(probe: str) -> None:
    report = html_report(PAGE, json.dumps({"note": probe}, ensure_ascii=False))

    assert re.findall(r"<[^>]*>", report) == re.findall(r"<[^>]*>", PAGE)
    embedded = report.partition('id="report">')[2].partition("</script>")[0]
    assert json.loads(embedded) == {"note": probe}
    assert not re.search("[<>&\u2028\u2029]", embedded)


def test_the_report_holds_what_the_json_document_does(replay: Replay, built_page: Path) -> None:
    logs = ("--cloudtrail", write("log.jsonl", call("e-1")), "missing.json")
    document = replay(*logs, "--format", "json")

    result = replay(*logs, "--format", "html", "-o", "report.html")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == document.stderr
    report = Path("report.html").read_text()
    embedded = json.loads(report.partition('id="report">')[2].partition("</script>")[0])
    assert embedded == json.loads(document.stdout)
    assert embedded["problems"][0]["where"] == "missing.json"


def test_a_page_that_is_not_built_is_told_before_anything_is_read(
    replay: Replay, built_page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_page.unlink()
    result = replay("--cloudtrail", "missing.json", "--format", "html")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "tfdrift: the report's page is not built: run `make setup`, or `npm run build:report` in dashboard/\n"
    )


def test_a_page_without_a_place_for_a_report_is_refused(built_page: Path) -> None:
    built_page.write_text("<body></body>")
    with pytest.raises(ReportPageMissing, match="no place for a report"):
        report_page()


@pytest.mark.parametrize("output_format", ["table", "jsonl", "json"])
def test_every_format_can_be_written_to_a_file(replay: Replay, output_format: str) -> None:
    arguments = ("--cloudtrail", write("log.jsonl", call("e-1")), "--format", output_format)
    printed = replay(*arguments)

    written = replay(*arguments, "--output", "drifts")

    assert (written.exit_code, written.stdout) == (2, "")
    assert Path("drifts").read_text() == printed.stdout
    assert len(lines(replay(*arguments[:2], "--format", "jsonl"))) == 1


@pytest.mark.parametrize(
    ("file", "message"),
    [("absent/report", "there is no such folder"), (".", "cannot be written")],
)
def test_a_file_that_cannot_be_written_is_one_clear_line(replay: Replay, file: str, message: str) -> None:
    result = replay("--cloudtrail", write("log.jsonl", call("e-1")), "-o", file)
    assert result.exit_code == 1
    assert re.fullmatch(rf"tfdrift: {re.escape(file)}: {message}.*\n", result.stderr)
