"""Makes the report of a replay: the dashboard's own components in one file, with what was found inside."""

from importlib.resources import files

_PAGE = "report_page/report.html"
_HEAD, _TAIL = '<script type="application/json" id="report">', "</script>"
_PLACE = f"{_HEAD}{_TAIL}"

# Within JSON these stand in texts only. Escaped, no text can end the element, open a comment in it, or be a
# line's end to an older reader: https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


class ReportPageMissing(Exception):  # noqa: N818 - names what was looked for
    """The built page that the report is made of is not there; the message says what to do."""


def report_page() -> str:
    """Return the built page without a report in it; raises ReportPageMissing."""
    try:
        page = files("tfdrift").joinpath(_PAGE).read_text("utf-8")
    except FileNotFoundError as error:
        message = "the report's page is not built: run `make setup`, or `npm run build:report` in dashboard/"
        raise ReportPageMissing(message) from error
    if page.count(_PLACE) != 1:
        message = "the report's page has no place for a report: build it again with `make setup`"
        raise ReportPageMissing(message)
    return page


def html_report(page: str, document: str) -> str:
    """Return the page with a replay's JSON document in it, whatever the document's texts hold."""
    return page.replace(_PLACE, f"{_HEAD}{document.translate(_ESCAPES)}{_TAIL}")
