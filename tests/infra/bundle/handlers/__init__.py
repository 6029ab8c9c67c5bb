"""Stands in for the functions' bundle where only the templates are looked at."""
