"""Reads the data file of the model: workload, the product's own figures, quotas, prices and steps."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("assumptions.toml")


@dataclass(frozen=True, slots=True)
class Step:
    """A size of the whole: accounts, connected dashboards, and in how many feeds the accounts are divided."""

    name: str
    accounts: int
    clients: int
    feeds: int


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The file's tables, as numbers by name."""

    workload: dict[str, float]
    product: dict[str, float]
    aws: dict[str, float]
    quotas: dict[str, float]
    prices: dict[str, dict[str, Any]]
    steps: tuple[Step, ...]

    def price(self, name: str) -> float:
        """Return a price in US dollars for its unit."""
        return float(self.prices[name]["value"])


def read(file: Path = _FILE) -> Assumptions:
    """Return the file's content."""
    data = tomllib.loads(file.read_text("utf-8"))
    return Assumptions(
        workload=data["workload"],
        product=data["product"],
        aws=data["aws"],
        quotas={name: float(quota["value"]) for name, quota in data["quotas"].items()},
        prices=data["prices"],
        steps=tuple(Step(**step) for step in data["steps"]),
    )
