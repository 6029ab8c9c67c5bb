"""The container's REST routes hold what docs/openapi.json says of them, whatever they are asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

from tests.support.lifecycle_samples import NOON, function_entry, lambda_call, state_bytes
from tests.support.streaming_process import streaming_process
from tests.support.tables import TableNames
from tfdrift.bootstrap import Product
from tfdrift.demo.emulator import Emulator

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(300)]

_DESCRIPTION = Path(__file__).resolve().parents[3] / "docs/openapi.json"
_SETTINGS: dict[str, Any] = {
    # The same questions each time: what fails here fails again.
    "generation": {"deterministic": True, "max-examples": 20},
    "checks": {
        # No description can say that a cursor must be one of ours, or that a time lies in the future.
        "positive_data_acceptance": {"enabled": False},
        # An empty parameter is as good as none, and Falco's alerts are taken with whatever they carry.
        "negative_data_rejection": {"enabled": False},
    },
}


schema = schemathesis.openapi.from_path(_DESCRIPTION, config=SchemathesisConfig.from_dict(_SETTINGS))


@pytest.fixture(scope="module")
def base(emulator: Emulator, tables: TableNames, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running process that has a state, drifts and events."""
    with pytest.MonkeyPatch.context() as environment:
        key = {"TFDRIFT_FINGERPRINT_KEY": "a key of the tests"}
        for name, value in {**emulator.environment(), **tables.environment(), **key}.items():
            environment.setenv(name, value)
        use = Product.from_environment().use_cases
        use.ingest_state.ingest(state_bytes(function_entry()), bucket="states", key="prod.tfstate")
        use.ingest_cloudtrail.ingest(lambda_call("e-1", NOON, memorySize=1024))
        with streaming_process(emulator, tables, tmp_path_factory.mktemp("fuzz"), key) as served:
            yield served.base


@schema.parametrize()
def test_every_answer_is_as_described(case: schemathesis.Case, base: str) -> None:
    case.call_and_validate(base_url=base, timeout=30)
