"""Terraform's own calls whose grace is over."""
