"""The operations page names each metric of a streaming task, and no other."""

import json
import re
from pathlib import Path

import pytest

from streaming.embedded_metrics import COUNTED, EmbeddedMetrics
from streaming.metrics import Metrics
from streaming.moment import Moment
from streaming.start import StartSource
from streaming.stream_end import StreamEnd

MOMENT = Moment(clients=dict, tailing=lambda: True, shard_lags=lambda: {"a": 0.0})
_PAGE = Path(__file__).resolve().parents[2] / "docs/operations.md"
_ROW = re.compile(r"^\| `(tfdrift_stream_\w+)`(?: by ([^|]+))? \| (?:`(\w+)`)? ?\|", re.MULTILINE)


def rows() -> list[tuple[str, set[str], str]]:
    found = _ROW.findall(_PAGE.read_text(encoding="utf-8"))
    return [(name, set(re.findall(r"`(\w+)`", labels)), embedded) for name, labels, embedded in found]


def test_the_page_lists_each_metric_of_the_registry() -> None:
    metrics = Metrics()
    MOMENT.show_in(metrics)
    served = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in metrics.registry.collect()
    }

    assert {name for name, _, _ in rows()} == served


def test_the_page_lists_each_embedded_metric(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    for lag in (metrics.ingest, metrics.commit, metrics.send):
        lag.observe(1)
    metrics.feed_read()
    EmbeddedMetrics(metrics, MOMENT, "tfdrift-stream").report()
    (directive,) = json.loads(capsys.readouterr().out)["_aws"]["CloudWatchMetrics"]
    reported = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}

    assert {name for _, _, name in rows() if name} == set(reported)
    assert {name for name, unit in reported.items() if unit == "Seconds"} == {
        name for name in reported if name.endswith(("Lag", "Age"))
    }
    assert f"{len(reported)} custom metrics" in _PAGE.read_text(encoding="utf-8")


def test_each_count_stands_beside_its_counter() -> None:
    beside = {embedded: name for name, _, embedded in rows() if embedded in COUNTED}

    assert beside == {name: f"tfdrift_stream_{counter}_total" for name, counter in COUNTED.items()}


def test_the_page_lists_each_end_of_a_stream_and_each_source_of_its_past() -> None:
    text = _PAGE.read_text(encoding="utf-8")
    for name, words in (("clients_ended", StreamEnd), ("clients_started", StartSource)):
        (row,) = re.findall(rf"^\| `tfdrift_stream_{name}_total`.*$", text, re.MULTILINE)
        assert {word.value for word in words} <= set(re.findall(r"`(\w+)`", row)), name
