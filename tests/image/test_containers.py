"""The Dockerfiles are executed step by step, and compose.yaml's services run from what comes out."""

import json
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
import yaml
from packaging.requirements import Requirement

from bench.waiting import wait_until
from tests.support.falco_alerts import alert

from .buildah import Buildah, BuildError, ImageConfig
from .composed import ROOT, Stand, clients, read_compose
from .conftest import APP, DOCKERFILES, EMULATOR
from .container import Container
from .network import within

# The first test that needs the images waits for the builds, and on a new machine for their bases.
pytestmark = pytest.mark.timeout(900)

NOBODY = 10001
AARCH64 = 183
LOGGED_WITHIN = 30.0
ADDRESS = "http://backend:8080"
# What both images stand on.
BASE = "python:3.13.9-slim-trixie"
PLAIN = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent"}


# The build -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def config(images: Buildah) -> ImageConfig:
    return images.config(APP)


@pytest.fixture(scope="session")
def added(images: Buildah, app_root: Path) -> list[Path]:
    """The files and folders of the app's image that its base does not have, relative to its root."""
    with images.root(BASE) as root:
        return sorted(entries(app_root) - entries(root))


def entries(root: Path) -> set[Path]:
    return {path.relative_to(root) for path in root.rglob("*")}


def test_both_images_stand_on_the_same_base() -> None:
    for dockerfile in DOCKERFILES.values():
        last = [line for line in dockerfile.read_text().splitlines() if line.startswith("FROM ")][-1]
        assert last == f"FROM {BASE}"


def test_a_step_that_fails_fails_the_build(buildah: Buildah, tmp_path: Path) -> None:
    recipe = f"FROM {BASE}\nRUN echo this step fails && exit 3\n"
    (tmp_path / "Dockerfile").write_text(recipe)

    with pytest.raises(BuildError, match=r"(?s)this step fails.*exit status 3"):
        buildah.build("localhost/failing:local", tmp_path / "Dockerfile", tmp_path)

    assert not buildah.has("localhost/failing:local")


def test_the_image_says_how_it_is_started(config: ImageConfig) -> None:
    assert config.arguments == ("python", "-m", "streaming")
    assert config.user == (NOBODY, NOBODY)
    assert (config.folder, config.ports, config.stop_signal) == ("/app", ("8080/tcp",), "SIGTERM")
    assert config.health_check[:2] == ("python", "-c")


def test_nothing_of_the_machine_that_built_it_is_in_the_image(config: ImageConfig, added: list[Path]) -> None:
    written = re.findall(r"([A-Z_]+)=", (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1])
    assert set(config.environment) == {"PATH", *written}
    assert set(config.labels) == {"io.buildah.version"}
    assert not [step for step in config.history if "certificates" in step or "registries" in step]
    assert {path.parts[0] for path in added} == {"app"}
    assert not [
        path for path in added if path.name in {".npmrc", "npmrc", "pip.conf", "uv.toml", "requirements.txt"}
    ]


def test_only_what_runs_is_in_the_image(app_root: Path) -> None:
    packages, dashboard = app_root / "app/packages", app_root / "app/dashboard"
    assert {path.name for path in (app_root / "app").iterdir()} == {"packages", "dashboard"}
    own = {path.name for path in packages.iterdir()} & {
        "handlers",
        "infra",
        "streaming",
        "tests",
        "tfdrift",
        "uv",
        "bin",
    }
    assert own == {"streaming", "tfdrift"}
    for left_out in ("demo", "report_page"):
        assert not (packages / "tfdrift" / left_out).exists()
    names = {path.name for path in (app_root / "app").rglob("*")}
    assert not names & {"node_modules", "package.json", ".cache", "__pycache__", ".env", ".git", ".aws"}
    page = (dashboard / "index.html").read_text("utf-8")
    assets = re.findall(r'(?:src|href)="/([^"]+\.(?:js|css))"', page)
    assert assets
    assert not [asset for asset in assets if not (dashboard / asset).is_file()]


def test_the_packages_are_those_of_the_lock(app_root: Path) -> None:
    export = ["uv", "export", "--frozen", "--no-default-groups", "--extra", "stream", "--no-emit-project"]
    export += [
        "--prune",
        "rich",
        "--prune",
        "typer",
        "--no-hashes",
        "--no-header",
        "--no-annotate",
        "--quiet",
    ]
    lines = subprocess.run(export, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    linux = {"sys_platform": "linux", "platform_system": "Linux", "python_full_version": "3.13.9"}
    wanted = [
        requirement
        for requirement in map(Requirement, lines)
        if requirement.marker is None or requirement.marker.evaluate({**linux, "python_version": "3.13"})
    ]
    locked = {requirement.name: str(requirement.specifier).removeprefix("==") for requirement in wanted}

    installed = {}
    for metadata in (app_root / "app/packages").glob("*.dist-info/METADATA"):
        head = Parser().parsestr(metadata.read_text("utf-8"), headersonly=True)
        installed[re.sub(r"[-_.]+", "-", head["Name"]).lower()] = head["Version"]

    assert installed == {**locked, "tfdrift": version("tfdrift")}


def test_what_is_in_the_image_is_roots_and_changed_by_nobody_else(app_root: Path) -> None:
    wrong = [
        path
        for path in [app_root / "app", *(app_root / "app").rglob("*")]
        if (about := path.lstat()).st_uid != 0
        or about.st_gid != 0
        or (
            not stat.S_ISLNK(about.st_mode)
            and about.st_mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID)
        )
    ]
    assert wrong == []


def test_compiled_packages_are_of_the_architecture_built_for(buildah: Buildah) -> None:
    """The deployed tasks run on arm64, which the machine that builds need not be."""
    image = "localhost/dependencies-arm64:local"
    buildah.build(image, ROOT / "Dockerfile", ROOT, stage="dependencies", target="arm64")

    with buildah.root(image) as root:
        heads = [path.read_bytes()[:20] for path in (root / "packages").rglob("*.so")]

    assert len(heads) > 5
    # The ELF header's e_machine, in the order of bytes that all these have.
    assert {int.from_bytes(head[18:20], "little") for head in heads} == {AARCH64}


# The file of services --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compose_2(buildah: Buildah, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A root folder with Compose 2, which Debian has since the release that the images stand on."""
    folder = tmp_path_factory.mktemp("compose-client")
    install = "apt-get update -qq && apt-get install -y -qq --no-install-recommends docker-compose"
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nRUN {install}\n")
    buildah.build("localhost/compose-client:local", folder / "Dockerfile", folder)
    with buildah.root("localhost/compose-client:local") as root:
        yield root


def test_compose_2_reads_the_file_as_the_older_client_does(compose_2: Path) -> None:
    (compose_2 / "project").mkdir()
    shutil.copy(ROOT / "compose.yaml", compose_2 / "project")
    command = [
        "chroot",
        str(compose_2),
        "docker-compose",
        "-f",
        "/project/compose.yaml",
        "--profile",
        "falco",
    ]
    done = subprocess.run([*command, "config"], env=PLAIN, capture_output=True, text=True, check=True)

    assert done.stderr == ""
    newer, older = (
        yaml.safe_load(done.stdout)["services"],
        read_compose(clients()[0], None, "falco")["services"],
    )
    assert set(newer) == set(older)
    for name, service in older.items():
        # Ports and mounts are written in another form, and the newer client says that waiting is needed.
        for key in set(service) - {"build", "depends_on", "ports", "volumes", "healthcheck"}:
            assert newer[name][key] == service[key], f"{name}: {key}"
        conditions = {other: about["condition"] for other, about in newer[name].get("depends_on", {}).items()}
        assert conditions == {
            other: about["condition"] for other, about in service.get("depends_on", {}).items()
        }
    (port,) = newer["backend"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "8080", 8080)
    assert newer["tables"]["healthcheck"] == {"disable": True}
    for mount in newer["falco"]["volumes"] + newer["falcosidekick"]["volumes"]:
        assert mount["read_only"] is True


# The stand -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def emulator_service(stand: Stand) -> Iterator[Container]:
    with stand.running("emulator") as emulator:
        await_healthy(emulator, stand.buildah.config(EMULATOR))
        yield emulator


@pytest.fixture(scope="module")
def tables_made(stand: Stand, emulator_service: Container) -> list[str]:
    """What the one-shot service says when it runs twice, as it does with a second `docker compose up`."""
    said = []
    for _ in range(2):
        with stand.running("tables", emulator_service) as tables:
            assert tables.process.wait(60) == 0, tables.log.read_text()
            said.append(tables.log.read_text())
    return said


@pytest.fixture
def app(stand: Stand, emulator_service: Container, tables_made: list[str]) -> Iterator[Container]:
    with stand.running("backend", emulator_service) as app:
        await_healthy(app, stand.buildah.config(APP))
        yield app


def await_healthy(container: Container, config: ImageConfig) -> None:
    """Wait until the image's own health check, run in the container, says so."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and container.process.poll() is None:
        done = container.execute(*config.health_check)
        if done.returncode == 0:
            return
        time.sleep(0.2)
    raise AssertionError(f"never healthy: {container.log.read_text()[-3000:]}")


def test_the_tables_are_made_and_made_again_without_harm(tables_made: list[str]) -> None:
    created = "tfdrift-feed: created\ntfdrift-state: created\ntfdrift-events: created\n"
    assert tables_made == [created, created.replace("created", "found")]


def test_the_app_has_no_rights(app: Container) -> None:
    status = app.status()
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {str(NOBODY)}
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 0
    assert status["NoNewPrivs"] == "1"
    writing = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('x')"
    # As on Fargate, where nothing can be written to.
    for place in ("/app/x", "/etc/x", "/app/packages/x", "/tmp/x"):
        refused = app.execute("python", "-c", writing, place)
        assert "Read-only file system" in refused.stderr


def test_the_health_check_tells_when_nothing_answers(stand: Stand, emulator_service: Container) -> None:
    """The app's check in the emulator's container, where nothing listens on the app's port."""
    refused = emulator_service.execute(*stand.buildah.config(APP).health_check)
    assert refused.returncode == 1
    assert "Connection refused" in refused.stderr


def test_page_and_health_are_served(app: Container) -> None:
    def ask() -> tuple[httpx.Response, httpx.Response]:
        with httpx.Client(base_url=local(ADDRESS), timeout=10) as client:
            return client.get("/"), client.get("/health")

    page, health = within(app, ask)

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert 'id="root"' in page.text
    assert health.json()["data"]["status"] == "ok"


def local(address: str) -> str:
    """Return a service's address as this process reaches it in the containers' network."""
    url = httpx.URL(address)
    return str(url.copy_with(host="127.0.0.1"))


def test_an_alert_takes_the_way_of_the_configuration(stand: Stand, app: Container) -> None:
    """Posted as compose/falcosidekick.yaml says, it arrives on an open stream, and the log tells of it."""
    webhook = yaml.safe_load((ROOT / "compose/falcosidekick.yaml").read_text())["webhook"]
    token = stand.services["backend"]["environment"]["TFDRIFT_API_TOKEN"]

    def ask() -> tuple[list[str], httpx.Response, httpx.Response]:
        with (
            httpx.Client(timeout=20) as client,
            client.stream("GET", local(f"{ADDRESS}/api/v1/stream")) as stream,
        ):
            lines = stream.iter_lines()
            frames = [frame(lines)]
            url = local(webhook["address"])
            refused = client.post(url, json=alert("unknown"))
            taken = client.post(url, json=alert("composed"), headers={"X-API-Key": token})
            return [*frames, frame(lines)], refused, taken

    (connected, event), refused, taken = within(app, ask)

    assert connected.startswith("event: connected\n")
    assert (refused.status_code, taken.status_code) == (401, 202), taken.text
    assert "event: falco\n" in event
    assert "shell composed" in event
    said = [json.loads(line) for line in lines_with(app.log, "Broadcasting")]
    assert [(line["event_type"], line["clients"]) for line in said] == [("falco", 1)]


def lines_with(log: Path, words: str) -> list[str]:
    """Return the whole lines of a log that hold the words, once there are some: the event comes first."""

    def found() -> list[str]:
        lines = log.read_text().splitlines(keepends=True)
        return [line for line in lines if words in line and line.endswith("\n")]

    wait_until(lambda: bool(found()), LOGGED_WITHIN, lambda: log.read_text()[-2000:])
    return found()


def frame(lines: Iterator[str]) -> str:
    """Return the next frame that has data, its event first."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            key, _, value = line.partition(": ")
            fields[key] = value
        elif "data" in fields:
            return f"event: {fields.get('event')}\ndata: {fields['data']}\n"
        else:
            fields = {}
    raise AssertionError("the stream ended")


def test_a_stop_ends_open_streams_and_is_clean(stand: Stand, app: Container) -> None:
    """SIGTERM, with a client on the stream: exit code 0, before Compose would kill the process."""

    def ask() -> tuple[int, float, str]:
        with (
            httpx.Client(timeout=40) as client,
            client.stream("GET", local(f"{ADDRESS}/api/v1/stream")) as answer,
        ):
            lines = answer.iter_lines()
            frame(lines)
            began = time.monotonic()
            code = app.stop(stand.buildah.config(APP).stop_signal, allowed(stand))
            return code, time.monotonic() - began, "\n".join(lines)

    code, seconds, rest = within(app, ask)

    assert code == 0, app.log.read_text()[-2000:]
    assert seconds < allowed(stand)
    assert "retry:" in rest or rest.strip() == ""


def allowed(stand: Stand) -> float:
    """Return the seconds that a stop may take in Compose, which are fewer than in ECS."""
    written: str = stand.services["backend"]["stop_grace_period"]
    assert written.endswith("s")
    return float(written.removesuffix("s"))
