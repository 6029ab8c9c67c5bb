"""``python -m tfdrift.tables``: makes the three tables where no template does, as in an emulator.

The container's image has it, too; the command line's `tfdrift tables` is the same.
"""

import sys

from botocore.exceptions import BotoCoreError, ClientError

from tfdrift.adapters.table_creation import TableMismatchError, ensure_table, open_dynamodb
from tfdrift.adapters.table_schema import EVENTS_TABLE, FEED_TABLE, STATE_TABLE
from tfdrift.settings import Settings


def main() -> int:
    """Make the tables that the environment's settings name, those that are missing; returns the exit code."""
    settings = Settings()
    # DynamoDB Local counts its sequence numbers over all streams: that of the events, made last, begins after
    # the others, or a first read of it would already be past its oldest record.
    tables = (
        (settings.feed_table, FEED_TABLE),
        (settings.state_table, STATE_TABLE),
        (settings.events_table, EVENTS_TABLE),
    )
    try:
        dynamodb = open_dynamodb()
        for name, schema in tables:
            sys.stdout.write(f"{name}: {ensure_table(dynamodb, name, schema)}\n")
    except (TableMismatchError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"tfdrift: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
