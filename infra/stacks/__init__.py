"""The three stacks: data, ingest and stream."""
