"""Measures the import of one module in a fresh interpreter: `python -m bench.import_speed MODULE`."""

import importlib
import json
import sys
import time


def main() -> None:
    """Print the CPU seconds that the import takes."""
    started = time.process_time()
    importlib.import_module(sys.argv[1])
    print(json.dumps({"cpu_seconds": time.process_time() - started}))


if __name__ == "__main__":
    main()
