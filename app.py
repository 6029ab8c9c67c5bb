"""CDK entry: composes TFDrift's stacks; needs no AWS credentials, no Docker and no network."""

import sys

from aws_cdk import App

from infra.composition import compose
from infra.config import ConfigError
from infra.feature_flags import FEATURE_FLAGS


def main() -> int:
    """Synthesise into the folder that CDK names; returns 1, with one line, for an unusable configuration."""
    app = App(context=FEATURE_FLAGS)
    try:
        compose(app)
    except ConfigError as error:
        sys.stderr.write(f"tfdrift: {error}\n")
        return 1
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
