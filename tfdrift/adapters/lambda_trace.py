"""The trace that Lambda runs the present invocation in."""

import os

from tfdrift.domain.trace_header import TraceHeader

# Lambda sets it anew for each invocation: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_VARIABLE = "_X_AMZN_TRACE_ID"


def sampled_trace() -> str | None:
    """Return the header of the trace that is kept; None outside of Lambda, or of one that is not kept."""
    header = os.environ.get(_VARIABLE, "")
    trace = TraceHeader.parse(header)
    return header if trace is not None and trace.sampled else None
