"""The long-running container: tails the table's stream and fans out to browsers."""
