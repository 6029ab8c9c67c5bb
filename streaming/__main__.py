"""``python -m streaming``: reads the settings, joins the parts and serves until it is told to stop."""

import sys
from datetime import timedelta

from streaming.app import AppParts, create_app
from streaming.log import configure_logging
from streaming.runtime import StreamPorts
from streaming.server import serve
from streaming.settings import StreamingSettings
from tfdrift.adapters.stream_access import open_stream_access, open_trace_segments
from tfdrift.bootstrap import Product
from tfdrift.settings import Settings


def main() -> int:
    """Run the container's process; returns its exit code."""
    settings = Settings()
    streaming = StreamingSettings()
    configure_logging(streaming.log_level)
    access = open_stream_access(
        events_table=settings.events_table,
        feed_table=settings.feed_table,
        retention=timedelta(hours=streaming.feed_retention_hours),
    )
    app = create_app(
        AppParts(
            settings=streaming,
            ports=StreamPorts(
                access.changes,
                access.feed,
                access.leases,
                traces=open_trace_segments() if streaming.traces else None,
            ),
            rest=Product(settings).rest_services(),
            cors_origins=settings.cors_origins,
            dashboard=settings.dashboard_dir,
        )
    )
    return 0 if serve(app, streaming) else 1


if __name__ == "__main__":
    sys.exit(main())
