"""What a deployment's roles and resources may do, read from the synthesised templates."""
