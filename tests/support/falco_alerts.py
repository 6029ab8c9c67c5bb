"""Falco's alerts as its http_output posts them."""

from typing import Any


def alert(marker: str, **fields: Any) -> dict[str, Any]:
    """Return the alert of a shell; the marker stands in its sentence, which tells alerts apart."""
    return {
        "rule": "Terminal shell in container",
        "priority": "Notice",
        "output": f"shell {marker}",
        "source": "syscall",
        "time": "2025-01-15T10:00:00.123456789Z",
        "output_fields": {"container.id": "abc123", "evt.rawtime": 1736935200123456789, "proc.name": None},
        **fields,
    }
