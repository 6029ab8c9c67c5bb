"""Stands in for the product's handlers: writes down each invocation, so that a test sees what arrived."""
