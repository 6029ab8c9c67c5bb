"""Delivers notifications to their targets."""
