"""Runs the whole product on this machine, plays the story on it, and shows or checks what the stream says."""

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.live import Live

from tfdrift.demo.app_process import AppError, require_free_port, running_app
from tfdrift.demo.board import board
from tfdrift.demo.deploy import DeployError, deploy
from tfdrift.demo.emulator import EmulatorError, running_emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.smoke_report import print_report
from tfdrift.demo.stage import Stage, StageError
from tfdrift.demo.story import Step, story
from tfdrift.demo.verdict import Played, Verdict, judge
from tfdrift.demo.watch import Watch, watching
from tfdrift.demo.world import build_world

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard" / "dist"
_ARRIVAL_SECONDS = 30.0
_SILENCE_SECONDS = 4.0
_PAUSE_SECONDS = 2.5
_REDRAWS_A_SECOND = 8


@dataclass(frozen=True, slots=True)
class Product:
    """The product as it runs: its URL, the stage to play on, the story, and the SSE client's watch."""

    url: str
    stage: Stage
    steps: tuple[Step, ...]
    watch: Watch


def main(*, port: int, smoke: bool) -> int:
    """Run demo or smoke; returns the exit code. Every process it started has ended when it returns."""
    console = Console(stderr=smoke)
    # SIGINT too: a shell starts background jobs with it ignored, and Python then leaves it so.
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _as_interrupt)
    try:
        with running_product(port, console) as product:
            return _smoke(product) if smoke else _show(product, console)
    except KeyboardInterrupt:
        console.print("stopped: every process of the demo has ended")
        return 130 if smoke else 0
    except (AppError, DeployError, EmulatorError, StageError) as error:
        console.print(f"demo: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
        return 1


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def running_product(port: int, console: Console) -> Iterator[Product]:
    """Run emulator, deployed resources, app and SSE client while the context lasts."""
    require_free_port(port)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tfdrift-demo-")))
        console.print("demo: starting the AWS emulator", highlight=False)
        emulator = stack.enter_context(running_emulator(folder / "emulator"))
        console.print("demo: deploying the synthesised CDK template", highlight=False)
        deployment = deploy(emulator)
        environment = {
            **emulator.environment(),
            **deployment.app_environment(),
            "TFDRIFT_DASHBOARD_DIR": str(DASHBOARD),
        }
        console.print("demo: starting the streaming app", highlight=False)
        url = stack.enter_context(running_app(port, environment, folder / "app.log"))
        watch = stack.enter_context(watching(f"{url}/api/v1/stream"))
        if not watch.connected.wait(_ARRIVAL_SECONDS):
            raise AppError(f"the stream did not say 'connected': {watch.failures}")
        clients = stack.enter_context(EmulatorClients(emulator))
        world = build_world(clients)
        stage = Stage(clients, world, deployment.state_bucket, deployment.falco_url)
        yield Product(url, stage, story(world, clients), watch)


def _smoke(product: Product) -> int:
    """Play the story as fast as each step's events arrive; print times; 0 if all is as it must be."""
    played: list[Played] = []
    for step in product.steps:
        played.append(product.stage.play(step))
        _await_arrivals(product.watch, tuple(played))
    time.sleep(_SILENCE_SECONDS)
    verdict = judge(tuple(played), product.watch.snapshot())
    print_report(Console(width=110), verdict)
    return 0 if verdict.passed else 1


def _await_arrivals(watch: Watch, played: tuple[Played, ...]) -> None:
    deadline = time.monotonic() + _ARRIVAL_SECONDS
    while time.monotonic() < deadline and judge(played, watch.snapshot()).missing:
        watch.wait(0.2)


def _show(product: Product, console: Console) -> int:
    """Play the story at a pace that can be watched, then stay live until Ctrl-C.

    A step waits for what the one before it must bring: a change that overtakes the first state's indexing
    would concern a resource that no state holds yet.
    """
    played: list[Played] = []
    pending = list(product.steps)
    earliest = latest = time.monotonic()
    with Live(console=console, refresh_per_second=_REDRAWS_A_SECOND, screen=False) as live:
        while True:
            arrivals = product.watch.snapshot()
            verdict: Verdict = judge(tuple(played), arrivals)
            now = time.monotonic()
            if pending and now >= (latest if verdict.missing else earliest):
                played.append(product.stage.play(pending.pop(0)))
                earliest = time.monotonic() + _PAUSE_SECONDS
                latest = time.monotonic() + _ARRIVAL_SECONDS
            live.update(board(product.url, tuple(played), verdict, arrivals))
            product.watch.wait(1 / _REDRAWS_A_SECOND)
