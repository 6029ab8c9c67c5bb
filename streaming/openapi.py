"""Writes the description of the container's routes: ``python -m streaming.openapi docs/openapi.json``."""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from streaming.app import AppParts, create_app
from streaming.runtime import StreamPorts
from streaming.settings import StreamingSettings
from tfdrift.adapters.stream_access import open_stream_access
from tfdrift.bootstrap import Product
from tfdrift.settings import Settings


def description() -> str:
    """Return the OpenAPI document as text; nothing is asked of AWS for it."""
    settings = Settings()
    access = open_stream_access(
        events_table=settings.events_table, feed_table=settings.feed_table, retention=timedelta(hours=1)
    )
    app = create_app(
        AppParts(
            settings=StreamingSettings(),
            ports=StreamPorts(access.changes, access.feed, access.leases),
            rest=Product(settings).rest_services(),
        )
    )
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document to the file that the command names."""
    # The SDK wants a region before it makes a client.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    Path(sys.argv[1]).write_text(description(), encoding="utf-8")


if __name__ == "__main__":
    main()
