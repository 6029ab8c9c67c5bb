"""Terraform's states, as S3 announces their new versions."""
