"""Figures of the event stream: fan-out next to sse-starlette and nchan, memory, and the whole path."""
