"""Figures of speed and memory, each next to a yardstick's for the same work in the same run."""
