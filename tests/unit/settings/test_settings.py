"""Settings come from the environment when asked for; secrets do not show."""

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
    [
        ("GRACE_SECONDS", "-1"),
        ("GRACE_SECONDS", "soon"),
        ("RETENTION_DAYS", "0"),
        ("MAX_OBJECT_BYTES", "1"),
        ("STATE_ACCOUNTS", "bucket=1"),
        ("STATE_ACCOUNTS", "111122223333"),
    ],
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


def test_buckets_are_watched_as_named() -> None:
    own = Settings(state_buckets=("one",)).state_places
    both = Settings(state_buckets=("one",), member_accounts=("222233334444",)).state_places

    assert Settings().state_places.watches("any", None)
    assert own.watches("one", "333344445555")
    assert not own.watches("any", "222233334444")
    assert both.watches("any", "222233334444")
    assert not both.watches("any", "333344445555")
    assert not both.watches("any", None)


def test_a_state_belongs_to_its_buckets_owner_unless_its_place_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = "shared/=222233334444, shared/prod/=333344445555"
    monkeypatch.setenv("TFDRIFT_STATE_ACCOUNTS", places)
    owners = Settings().state_places

    assert owners.owner_of("shared", "prod/web.tfstate", "111122223333") == "333344445555"
    assert owners.owner_of("shared", "test/web.tfstate", "111122223333") == "222233334444"
    assert owners.owner_of("shared-by-others", "prod/web.tfstate", "111122223333") == "111122223333"
    assert owners.owner_of("own", "prod/web.tfstate", None) is None
