"""The trace that a piece of work belongs to, as AWS X-Ray's header names it.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import re
from dataclasses import dataclass

_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_PARENT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """A trace, and the segment in it that whatever comes next follows; None where the header names none."""

    trace_id: str
    parent_id: str | None
    sampled: bool

    @classmethod
    def parse(cls, text: str) -> "TraceHeader | None":
        """Read ``Root=…;Parent=…;Sampled=1``, with other parts or without; None if it names no trace."""
        parts = dict(part.strip().partition("=")[::2] for part in text.split(";"))
        root, parent = parts.get("Root", ""), parts.get("Parent", "")
        if not _ROOT.fullmatch(root):
            return None
        return cls(root, parent if _PARENT.fullmatch(parent) else None, parts.get("Sampled") == "1")
