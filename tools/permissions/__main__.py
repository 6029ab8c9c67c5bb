"""``python -m tools.permissions docs/permissions.md``: writes the page anew."""

import argparse
import sys
from pathlib import Path

from tools.permissions.configurations import complete_assembly, default_assembly
from tools.permissions.page import MissingReasonError, page


def main() -> int:
    """Write the page; returns 1, with one line, where a right has no reason yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, help="the file to write")
    chosen = parser.parse_args()
    try:
        text = page(default_assembly(), complete_assembly())
    except MissingReasonError as error:
        sys.stderr.write(f"permissions: say why in tools/permissions/reasons.toml: {error}\n")
        return 1
    chosen.page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
