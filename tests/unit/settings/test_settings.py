"""Settings come from the environment when asked for; secrets do not show."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tfdrift.bootstrap import ConfigurationError, Product
from tfdrift.settings import Settings


def test_without_any_variable_there_are_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()

    assert settings.events_table == "tfdrift-events"
    assert settings.grace_seconds == 900
    assert settings.retention_days == 90
    assert (settings.cors_origins, settings.state_buckets, settings.terraform_principals) == ((), (), ())
    assert settings.api_token is None


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFDRIFT_CORS_ORIGINS", "https://a.example.com, https://b.example.com,,")
    monkeypatch.setenv("TFDRIFT_TERRAFORM_PRINCIPALS", "arn:aws:iam::*:role/terraform-*")

    settings = Settings()

    assert settings.cors_origins == ("https://a.example.com", "https://b.example.com")
    assert settings.terraform_principals == ("arn:aws:iam::*:role/terraform-*",)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_TOKEN", "GRACE_SECONDS", "DASHBOARD_DIR", "STATE_BUCKETS", "FINGERPRINT_SECRET_ARN"):
        monkeypatch.setenv(f"TFDRIFT_{name}", "")

    assert Settings() == Settings.model_validate({})
    assert Settings().api_token is None


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFDRIFT_API_TOKEN", "t0p-secret")
    monkeypatch.setenv("TFDRIFT_FINGERPRINT_KEY", "t0p-secret")

    settings = Settings()

    assert "t0p-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_ignore_rules_keep_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFDRIFT_IGNORE", "aws_instance.*.tags\n# a comment\n!aws_instance.web")

    assert Settings().ignore.splitlines() == ["aws_instance.*.tags", "# a comment", "!aws_instance.web"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("GRACE_SECONDS", "-1"), ("GRACE_SECONDS", "soon"), ("RETENTION_DAYS", "0"), ("MAX_OBJECT_BYTES", "1")],
)
def test_a_value_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TFDRIFT_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_without_a_key_nothing_is_fingerprinted_by_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TFDRIFT_FINGERPRINT_KEY", "TFDRIFT_FINGERPRINT_SECRET_ARN"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(ConfigurationError, match="TFDRIFT_FINGERPRINT_KEY"):
        _ = Product(Settings()).fingerprint


def test_buckets_are_watched_as_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Product(Settings()).watches("any")
    assert not Product(Settings(state_buckets=("one",))).watches("any")
    assert Product(Settings(state_buckets=("one",), dashboard_dir=Path("x"))).watches("one")
