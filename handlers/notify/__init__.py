"""Decides, for each new batch of the feed, who is told."""
