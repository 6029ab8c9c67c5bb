"""Lambda entry points: parse, one service call, a typed result."""
