"""What several suites share beside fixtures."""
