"""What a deployment costs a month, computed from list prices and what it uses."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

_FILE = Path(__file__).with_name("prices.toml")
_MILLION = 1_000_000
_KILOBYTES_A_GIGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Bill:
    """Dollars by line, each with its name."""

    lines: tuple[tuple[str, float], ...]

    @property
    def total(self) -> float:
        """The sum, in dollars."""
        return sum(amount for _, amount in self.lines)


@dataclass(frozen=True, slots=True)
class Check:
    """The page on which a price was read, and when that page says it was written; None where it does not."""

    page: str
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """The data file; `checked` has the prices that were read on a page."""

    prices: dict[str, float]
    idle: dict[str, float]
    sign_in: dict[str, float]
    event: dict[str, float]
    workload: dict[str, float]
    accounts: tuple[int, ...]
    checked: dict[str, Check] = field(default_factory=dict)


def read(file: Path = _FILE) -> Usage:
    """Return the file's content."""
    data = tomllib.loads(file.read_text("utf-8"))
    accounts = tuple(data["workload"].pop("accounts"))
    checked = {name: Check(**entry) for name, entry in data.pop("checked").items()}
    return Usage(accounts=accounts, checked=checked, **data)


def idle_bill(usage: Usage) -> Bill:
    """Return what a month costs in which nothing happens."""
    price, used = usage.prices, usage.idle
    task_hour = used["task_vcpu"] * price["fargate_arm_vcpu_hour"] + (
        used["task_gib"] * price["fargate_arm_gib_hour"]
    )
    balancer_hour = price["load_balancer_hour"] + (
        used["load_balancer_units"] * price["load_balancer_unit_hour"]
    )
    endpoints = used["interface_endpoints"] * used["availability_zones"]
    functions = used["held_passes"] / _MILLION * price["function_request_million"] + (
        used["held_passes"] * used["held_gib_seconds"] * price["function_arm_gib_second"]
    )
    watching = used["alarms"] * price["alarm_month"] + used["metrics"] * price["metric_month"]
    return Bill(
        (
            ("streaming tasks", used["tasks"] * used["hours"] * task_hour),
            ("load balancer", used["hours"] * balancer_hour),
            ("endpoints instead of a NAT", endpoints * used["hours"] * price["interface_endpoint_hour"]),
            ("reads of the table's stream", used["stream_reads"] / _MILLION * price["stream_read_million"]),
            ("polls of the queues", used["queue_requests"] / _MILLION * price["queue_request_million"]),
            ("functions, by the clock", functions),
            ("alarms, metrics, dashboard", watching + price["dashboard_month"]),
            ("secrets and logs", _kept(usage, used["secrets"])),
        )
    )


def sign_in_bill(usage: Usage) -> Bill:
    """Return what a public deployment with sign-in and firewall costs on top."""
    price, used = usage.prices, usage.sign_in
    firewall = price["firewall_month"] + used["firewall_rules"] * price["firewall_rule_month"]
    return Bill(
        (
            ("NAT", used["nats"] * usage.idle["hours"] * price["nat_hour"]),
            ("secrets", used["secrets"] * price["secret_month"]),
            ("firewall, if wanted", firewall),
        )
    )


def million_bill(usage: Usage) -> Bill:
    """Return what a million calls cost that each open a drift."""
    price, used = usage.prices, usage.event
    function_time = used["function_gib_seconds"] * price["function_arm_gib_second"] * _MILLION
    logs = used["log_kilobytes"] * _MILLION / _KILOBYTES_A_GIGABYTE * price["log_gigabyte"]
    return Bill(
        (
            ("queue", used["queue_requests"] * price["queue_request_million"]),
            ("functions", used["function_requests"] * price["function_request_million"] + function_time),
            ("tables, writes", used["table_writes"] * price["table_write_million"]),
            ("tables, reads", used["table_reads"] * price["table_read_million"]),
            ("logs", logs),
        )
    )


def month(usage: Usage, accounts: int) -> float:
    """Return the dollars of a month with so many accounts; all but one forward over an event bus."""
    work, calls = usage.workload, usage.workload["days"] * accounts
    weight = work["drifts_a_day"] + work["calls_a_day"] * work["share_of_a_silent_call"]
    forwarded = work["days"] * (accounts - 1) * work["calls_a_day"] / _MILLION
    events = calls * weight / _MILLION * million_bill(usage).total
    return idle_bill(usage).total + events + forwarded * usage.prices["bus_event_million"]


def _kept(usage: Usage, secrets: float) -> float:
    return secrets * usage.prices["secret_month"] + usage.idle["log_gigabytes"] * usage.prices["log_gigabyte"]
