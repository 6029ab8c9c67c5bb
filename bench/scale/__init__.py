"""The stream at any size: a model of its limits and costs, and a simulation of its latency."""
