"""The report to CloudWatch: differences, peaks, and no figure that there is none of."""

import json
from typing import Any

import pytest

from streaming.embedded_metrics import EmbeddedMetrics, Moment
from streaming.metrics import Metrics


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    report: dict[str, Any] = json.loads(line)
    return report


def names(report: dict[str, Any]) -> set[str]:
    (directive,) = report["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("TFDrift", [["service"]])
    return {metric["Name"] for metric in directive["Metrics"]}


def test_counts_are_those_since_the_report_before(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    report = EmbeddedMetrics(metrics, Moment(lambda: 7, lambda: 1.5))
    metrics.refused("too_many_clients")
    metrics.refused("url_too_long")
    report.report()
    first = written(capsys)
    metrics.refused("url_too_long")
    report.report()
    second = written(capsys)

    assert first["service"] == "tfdrift-stream"
    assert (first["RequestsRefused"], second["RequestsRefused"]) == ([2.0], [1.0])
    assert (first["Clients"], first["TailerLag"]) == ([7.0], [1.5])


def test_a_task_that_does_not_tail_reports_no_lag_of_a_tailer(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    report = EmbeddedMetrics(metrics, Moment(lambda: 0, lambda: None))
    report.report()
    assert names(written(capsys)) & {"TailerLag", "SendLag", "CommitLag", "FeedReadAge"} == set()
    metrics.send.observe(0.25)
    metrics.feed_read()
    report.report()
    later = written(capsys)
    assert later["SendLag"] == [0.25]
    assert {"SendLag", "FeedReadAge"} <= names(later)
