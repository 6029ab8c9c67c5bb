"""Measures the import of modules in a fresh interpreter: `python -m bench.import_speed MODULE…`."""

import importlib
import json
import sys
import time


def main() -> None:
    """Print the CPU seconds that the imports take."""
    started = time.process_time()
    for module in sys.argv[1:]:
        importlib.import_module(module)
    print(json.dumps({"cpu_seconds": time.process_time() - started}))


if __name__ == "__main__":
    main()
