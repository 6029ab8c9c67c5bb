"""Ways to tell the outside: one module a receiver's format, and the queue between deciding and delivering."""
