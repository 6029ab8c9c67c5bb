"""Prints the forwarder's template, for a StackSet over the organisation's accounts and regions."""

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path

from aws_cdk import App

from infra.composition import add_security_checks
from infra.config import DEFAULT_STATE_KEY_SUFFIXES
from infra.feature_flags import FEATURE_FLAGS
from infra.stacks.forwarder import ForwarderProps, ForwarderStack

_BUS = re.compile(r"arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus/[A-Za-z0-9._-]+")


def forwarder_template(name: str, bus_arn: str, state_key_suffixes: tuple[str, ...]) -> str:
    """Return the template as JSON; raises ValueError for what is no ARN of an event bus."""
    if not _BUS.fullmatch(bus_arn):
        raise ValueError(f"{bus_arn!r} is no ARN of an event bus: take the output CentralBusArn")
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder, context=FEATURE_FLAGS)
        props = ForwarderProps(name=name, bus_arn=bus_arn, state_key_suffixes=state_key_suffixes)
        ForwarderStack(app, "Forwarder", props, stack_name=f"{name}-forwarder")
        add_security_checks(app)
        app.synth()
        template = json.loads((Path(folder) / "Forwarder.template.json").read_text("utf-8"))
    return json.dumps(template, indent=1)


def main() -> int:
    """Print the template; returns 1, with one line, for an unusable ARN."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bus_arn", help="the output CentralBusArn of the deployment")
    parser.add_argument("--name", default="tfdrift", help="the deployment's name")
    parser.add_argument(
        "--state-key-suffix",
        action="append",
        dest="suffixes",
        metavar="ENDING",
        help="as in the option state_key_suffixes of the deployment, .tfstate by default; may be repeated",
    )
    chosen = parser.parse_args()
    suffixes = tuple(chosen.suffixes or DEFAULT_STATE_KEY_SUFFIXES)
    try:
        template = forwarder_template(chosen.name, chosen.bus_arn, suffixes)
        sys.stdout.write(template + "\n")
    except ValueError as error:
        sys.stderr.write(f"tfdrift: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
