"""Figures of speed and memory, each next to the standard library's on the same bytes in the same run."""
