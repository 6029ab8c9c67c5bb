"""Lets ``python -m tfdrift`` be the command line."""

from tfdrift.cli import app

app()
