"""What TFDrift knows, as pure values and functions; imports the standard library alone."""
