"""One function."""
