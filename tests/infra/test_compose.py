"""compose.yaml: a Compose client takes it; services are pinned, confined, and pointed at what is there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jsonschema
import pytest
import yaml

from streaming.settings import StreamingSettings
from tests.image.composed import ROOT, clients, read_compose
from tests.integration.storage.test_table_creation import BY_MODULE
from tests.support.falco_alerts import alert
from tests.support.http import serving
from tests.support.tables import create_tables, delete_tables
from tests.support.templates import Template
from tfdrift.bootstrap import Product
from tfdrift.demo.emulator import Emulator
from tfdrift.settings import Settings

PINNED = re.compile(r"^[a-z]+/[a-z]+:\d+\.\d+\.\d+$")
BUILT = {"tfdrift-stream:local": "Dockerfile", "tfdrift-emulator:local": "tools/emulator/Dockerfile"}
# What AWS SDKs read, and what Falcosidekick does besides its file.
KNOWN_ELSEWHERE = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_SECRET_ACCESS_KEY",
    "WEBHOOK_CUSTOMHEADERS",
}
# The parts of Falco's and Falcosidekick's configuration that are used here, with nothing else allowed.
FALCO = {
    "type": "object",
    "additionalProperties": False,
    "required": ["engine", "json_output", "http_output"],
    "properties": {
        "engine": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"kind": {"const": "modern_ebpf"}},
        },
        "json_output": {"const": True},
        "json_include_output_property": {"const": True},
        "json_include_tags_property": {"const": True},
        "http_output": {
            "type": "object",
            "additionalProperties": False,
            "required": ["enabled", "url"],
            "properties": {
                "enabled": {"const": True},
                "url": {"type": "string"},
                "keep_alive": {"type": "boolean"},
            },
        },
    },
}
PRIORITIES = ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"]
FALCOSIDEKICK = {
    "type": "object",
    "additionalProperties": False,
    "required": ["listenport", "webhook"],
    "properties": {
        "listenport": {"type": "integer"},
        "webhook": {
            "type": "object",
            "additionalProperties": False,
            "required": ["address"],
            "properties": {"address": {"type": "string"}, "minimumpriority": {"enum": PRIORITIES}},
        },
    },
}


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    """The whole file as a client reads it, with the services of every profile."""
    services: dict[str, Any] = read_compose(clients()[0], None, "falco")["services"]
    return services


def configuration(name: str) -> Any:
    return yaml.safe_load((ROOT / "compose" / name).read_text("utf-8"))


def test_the_clients_of_this_machine_take_it() -> None:
    assert clients(), "run 'bash tools/test-setup.sh': it installs docker-compose"
    for client in clients():
        assert set(read_compose(client)["services"]) >= {"backend", "emulator", "tables"}
        assert {"falco", "falcosidekick"} <= set(read_compose(client, None, "falco")["services"])


def test_without_the_profile_nothing_with_rights_over_the_host_is_started(composed: dict[str, Any]) -> None:
    started = {name for name, service in composed.items() if "profiles" not in service}

    assert started == {"backend", "emulator", "tables"}
    assert {name for name, service in composed.items() if service.get("profiles") == ["falco"]} == {
        "falco",
        "falcosidekick",
    }


def test_every_image_is_built_here_or_pinned_to_a_release(composed: dict[str, Any]) -> None:
    for name, service in composed.items():
        if "build" in service:
            dockerfile = Path(service["build"]["context"]) / service["build"]["dockerfile"]
            assert dockerfile == ROOT / BUILT[service["image"]], name
            assert dockerfile.is_file()
        else:
            assert PINNED.match(service["image"]), name


def test_what_a_dockerfile_copies_is_in_its_context(composed: dict[str, Any]) -> None:
    context = Path(composed["emulator"]["build"]["context"])
    kept = {line[1:] for line in (context / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (context / "Dockerfile").read_text(), re.MULTILINE)

    assert kept == {source for line in copied for source in line.split()}
    assert all((context / source).is_file() for source in kept)


def test_ports_are_published_on_loopback_alone(composed: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in composed.items() if "ports" in service}

    assert set(published) == {"backend"}
    (port,) = published["backend"]
    # The older client writes it in one line.
    assert port in ("127.0.0.1:8080:8080/tcp", "127.0.0.1:8080:8080") or (
        port["host_ip"] == "127.0.0.1" and port["target"] == 8080
    )
    elsewhere = read_compose(clients()[0], {"TFDRIFT_PORT": "9090"})["services"]["backend"]["ports"]
    assert "9090" in json.dumps(elsewhere)


def test_every_service_is_confined(composed: dict[str, Any]) -> None:
    for name, service in composed.items():
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("privileged"), name
        if name != "falco":
            assert service["read_only"] is True, name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert "cap_add" not in service, name
            assert not [place for place in service.get("volumes", []) if "docker.sock" in str(place)], name
    assert set(composed["falco"]["cap_add"]) == {"SYS_ADMIN", "SYS_PTRACE", "SYS_RESOURCE"}
    assert all(str(place).endswith(":ro") for place in composed["falco"]["volumes"])


def test_services_wait_for_what_they_need(composed: dict[str, Any]) -> None:
    waiting = {
        name: {other: about["condition"] for other, about in service["depends_on"].items()}
        for name, service in composed.items()
        if "depends_on" in service
    }

    assert waiting == {
        "tables": {"emulator": "service_healthy"},
        "backend": {"tables": "service_completed_successfully"},
        "falcosidekick": {"backend": "service_healthy"},
        "falco": {"falcosidekick": "service_started"},
    }
    for image in BUILT.values():
        assert "\nHEALTHCHECK " in (ROOT / image).read_text()


def test_every_variable_is_known_to_who_gets_it(composed: dict[str, Any]) -> None:
    settings = {*Settings.model_fields, *StreamingSettings.model_fields}
    for name, service in composed.items():
        for variable in service.get("environment", {}):
            known = variable.removeprefix("TFDRIFT_").lower() in settings
            assert known or variable in KNOWN_ELSEWHERE, f"{name}: {variable}"


def test_the_emulators_variables_are_known_to_it() -> None:
    dockerfile = (ROOT / "tools/emulator/Dockerfile").read_text().split("\nFROM ")[-1]
    (given,) = re.findall(r"^ENV (.+)$", dockerfile.replace("\\\n", " "), re.MULTILINE)
    names = {pair.partition("=")[0] for pair in given.split() if not pair.startswith("PYTHON")}
    package = next((ROOT / "tools/emulator/.venv/lib").glob("python3.*/site-packages/ministack"))
    code = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))

    assert names
    assert not [name for name in names if f'"{name}"' not in code]


@pytest.mark.parametrize(
    ("service", "file", "schema"),
    [("falco", "falco.yaml", FALCO), ("falcosidekick", "falcosidekick.yaml", FALCOSIDEKICK)],
)
def test_mounted_configuration_is_there_and_says_what_is_known(
    composed: dict[str, Any], service: str, file: str, schema: dict[str, Any]
) -> None:
    sources = [str(place).split(":")[0] for place in composed[service]["volumes"]]

    assert str(ROOT / "compose" / file) in sources
    jsonschema.validate(configuration(file), schema)


def test_every_file_of_the_folder_is_mounted(composed: dict[str, Any]) -> None:
    places = [
        str(place).split(":")[0] for service in composed.values() for place in service.get("volumes", [])
    ]

    assert {path.name for path in (ROOT / "compose").iterdir()} == {
        Path(place).name for place in places if place.startswith(str(ROOT))
    }


def test_falco_posts_to_falcosidekick_and_that_to_the_backend(composed: dict[str, Any]) -> None:
    sidekick = configuration("falcosidekick.yaml")
    first = urlsplit(configuration("falco.yaml")["http_output"]["url"])
    second = urlsplit(sidekick["webhook"]["address"])
    port = re.findall(r"TFDRIFT_PORT=(\d+)", (ROOT / "Dockerfile").read_text())

    assert (first.scheme, first.hostname, first.port) == ("http", "falcosidekick", sidekick["listenport"])
    assert (second.scheme, second.hostname, [str(second.port)]) == ("http", "backend", port)
    assert {first.hostname, second.hostname} <= set(composed)


@pytest.fixture
def client(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, composed: dict[str, Any]
) -> Iterator[httpx.Client]:
    """A client of the app with the backend's environment, but for where its storage is."""
    dynamodb = emulator.client("dynamodb")
    tables = create_tables(dynamodb)
    environment = {**composed["backend"]["environment"], **emulator.environment(), **tables.environment()}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with serving(Product.from_environment().rest_app()) as client:
        yield client
    delete_tables(dynamodb, tables)


@pytest.mark.emulator
def test_what_falcosidekick_posts_is_taken(client: httpx.Client, composed: dict[str, Any]) -> None:
    """With the headers of WEBHOOK_CUSTOMHEADERS, which Falcosidekick splits at commas and colons."""
    written = composed["falcosidekick"]["environment"]["WEBHOOK_CUSTOMHEADERS"]
    headers = dict(pair.split(":") for pair in written.split(","))
    path = urlsplit(configuration("falcosidekick.yaml")["webhook"]["address"]).path

    assert client.post(path, json=alert("composed", uuid="1"), headers=headers).status_code == 202
    assert client.post(path, json=alert("composed", uuid="2")).status_code == 401


def test_a_token_of_ones_own_reaches_both_sides_and_none_opens_the_path() -> None:
    for token, expected in (("secret-of-mine", "secret-of-mine"), ("", "")):
        services = read_compose(clients()[0], {"TFDRIFT_API_TOKEN": token}, "falco")["services"]
        assert services["backend"]["environment"]["TFDRIFT_API_TOKEN"] == expected
        assert services["falcosidekick"]["environment"]["WEBHOOK_CUSTOMHEADERS"] == f"X-API-Key:{expected}"


def test_a_stop_may_take_longer_than_the_drain_and_no_longer_than_in_ecs(
    composed: dict[str, Any], stream: Template
) -> None:
    grace = float(composed["backend"]["stop_grace_period"].removesuffix("s"))
    (container,) = stream.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]

    assert StreamingSettings().drain_seconds < grace <= container["StopTimeout"]


def test_the_one_shot_service_is_the_command_that_makes_tables(composed: dict[str, Any]) -> None:
    assert composed["tables"]["entrypoint"] == ["python", *BY_MODULE[1:]]
