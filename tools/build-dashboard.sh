#!/usr/bin/env bash
# Builds the dashboard into dashboard/dist, and the report's page into tfdrift/report_page, when the sources changed.
set -euo pipefail
cd "$(dirname "$0")/../dashboard"

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

command -v npm >/dev/null 2>&1 || fail "npm is missing: install Node.js 20 or newer"

sources=$(find . -path ./node_modules -prune -o -path ./build -prune -o -path ./dist -prune -o -type f -print0 | sort -z |
  xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
[ "$(cat dist/.sources 2>/dev/null || true)" != "$sources" ] || [ ! -f ../tfdrift/report_page/report.html ] || exit 0

printf 'setup: building the dashboard\n' >&2
npm ci --silent --no-audit --no-fund
npm run --silent build
npm run --silent build:report
printf '%s\n' "$sources" >dist/.sources
