"""Proof by faults: real writers, tasks and clients, while everything between them breaks."""
