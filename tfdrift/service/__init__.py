"""Use cases, and the ports (Protocols) that they need."""
