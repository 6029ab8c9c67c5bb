#!/usr/bin/env bash
# Writes CycloneDX lists: the packages of functions and container, and those of the dashboard and its build, marked.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/sbom
uv export --frozen --format cyclonedx1.5 --preview-features sbom-export --quiet --no-default-groups \
  --extra lambda --extra stream --output-file build/sbom/python.json
(cd dashboard && npm sbom --sbom-format cyclonedx --package-lock-only) > build/sbom/dashboard.json
echo "build/sbom/python.json build/sbom/dashboard.json"
