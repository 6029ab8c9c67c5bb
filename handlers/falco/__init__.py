"""Falco's alerts, by HTTP, SQS and SNS."""
