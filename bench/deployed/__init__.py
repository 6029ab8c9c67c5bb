"""The deployed product under load: synthesised stacks in the emulator, functions, the container's app."""
