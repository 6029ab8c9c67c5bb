#!/usr/bin/env bash
# Executes the Dockerfiles without a container engine and runs compose.yaml's services from the results; needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

bash tools/test-setup.sh
exec uv run --frozen --no-sync pytest -p no:cacheprovider tests/image "$@"
