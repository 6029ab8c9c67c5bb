"""The report to CloudWatch: differences, peaks, and no figure that there is none of."""

import json
from typing import Any

import pytest

from streaming.embedded_metrics import EmbeddedMetrics
from streaming.metrics import Metrics
from streaming.moment import Moment

FOLLOWING = Moment(clients=dict, tailing=lambda: False, shard_lags=dict)
TAILING = Moment(
    clients=lambda: {"sse": 5, "websocket": 2},
    tailing=lambda: True,
    shard_lags=lambda: {"a": 0.5, "b": 1.5},
)


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
    report = EmbeddedMetrics(metrics, TAILING, "drift-stream")
    metrics.refused("too_many_clients")
    metrics.refused("url_too_long")
    report.report()
    first = written(capsys)
    metrics.refused("url_too_long")
    report.report()
    second = written(capsys)

    assert first["service"] == "drift-stream"
    assert (first["RequestsRefused"], second["RequestsRefused"]) == ([2.0], [1.0])
    assert (first["Clients"], first["Tailing"], first["TailerLag"]) == ([7.0], [1.0], [1.5])


def test_a_task_that_does_not_tail_reports_no_lag_of_a_tailer(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    report = EmbeddedMetrics(metrics, FOLLOWING, "drift-stream")
    report.report()
    found = written(capsys)
    assert names(found) & {"TailerLag", "SendLag", "CommitLag", "FeedReadAge"} == set()
    assert found["Tailing"] == [0.0]
    metrics.send.observe(0.25)
    metrics.feed_read()
    report.report()
    later = written(capsys)
    assert later["SendLag"] == [0.25]
    assert {"SendLag", "FeedReadAge"} <= names(later)
