#!/usr/bin/env bash
# Asks PyPI and npm for known vulnerabilities of what is locked; exits 1 if there are some, or if nobody answers.
set -uo pipefail
cd "$(dirname "$0")/.."
requirements="$(mktemp)"
trap 'rm -f "$requirements"' EXIT
uv export --frozen --no-default-groups --extra lambda --extra stream --no-emit-project --quiet \
  --output-file "$requirements" || exit 1
status=0
uv tool run --from pip-audit==2.10.1 pip-audit --strict --disable-pip --requirement "$requirements" || status=1
npm audit --prefix dashboard --package-lock-only --omit dev || status=1
exit "$status"
