"""Writes down what the api function is invoked with."""

from typing import Any

from handlers.probe import record


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Store the invocation."""
    return record(event, context, "api")
