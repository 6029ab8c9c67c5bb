"""The function that Secrets Manager rotates the machines' token with."""
