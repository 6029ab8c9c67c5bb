"""What the engine says of the recorded writes, against labels that were made by hand beforehand."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.corpus.labelled import LabelledRecord, Mark, labelled_records, mark
from tests.unit.engine.scene import States
from tfdrift.catalog import load_catalog
from tfdrift.domain.detection import StateValues, detect


@dataclass(frozen=True)
class Share:
    right: int
    of: int

    @property
    def percent(self) -> float:
        return round(100 * self.right / self.of, 1)


@pytest.fixture(scope="module")
def labelled(shared_data: Path) -> tuple[LabelledRecord, ...]:
    return tuple(labelled_records(shared_data / "cloudtrail.jsonl"))


@pytest.fixture(scope="module")
def marks(labelled: tuple[LabelledRecord, ...]) -> tuple[Mark, ...]:
    return tuple(
        mark(one.record, label)
        for one in labelled
        for label in one.labels
        if label.ids and not label.secondary
    )


def _shares(marks: tuple[Mark, ...]) -> tuple[Share, Share]:
    told = [one for one in marks if one.label.fidelity != "omitted"]
    valued = [one for one in told if one.label.carries_values]
    return (
        Share(sum(one.resource for one in told), len(told)),
        Share(sum(one.resource and one.values for one in valued), len(valued)),
    )


def test_the_share_that_is_right_is_what_the_benchmarks_page_says(
    marks: tuple[Mark, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    resources, values = _shares(marks)
    report = {
        "resources_right": resources.right,
        "resources": resources.of,
        "resources_percent": resources.percent,
        "values_right": values.right,
        "values": values.of,
        "values_percent": values.percent,
    }
    with capsys.disabled():
        print(f"\nlabelled corpus: {json.dumps(report)}")

    assert resources.percent >= 98.4
    assert values.percent >= 96.2


def test_a_call_that_changes_nothing_that_terraform_can_manage_is_no_change_of_anything(
    labelled: tuple[LabelledRecord, ...],
) -> None:
    wrong = []
    for one in labelled:
        if not one.labels:
            mappings = load_catalog().mappings(one.record.event_source, one.record.event_name)
            found = detect(one.record, mappings, States(), StateValues()).findings
            wrong += [(one.record.event_name, finding.resource_type) for finding in found]

    # An access key of the root user, which the provider's resource cannot take: it is told all the same, as
    # made outside Terraform, for nothing is worth knowing more.
    assert wrong == [("CreateAccessKey", "aws_iam_access_key")]
