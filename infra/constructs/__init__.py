"""One capability a construct: each takes frozen props and grants what its users need, nothing more."""
