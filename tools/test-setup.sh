#!/usr/bin/env bash
# Installs what only the tests need: the browser that the page tests drive.
set -euo pipefail

if ! command -v chromium >/dev/null 2>&1; then
  printf 'setup: installing Chromium\n' >&2
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq >/dev/null
  $sudo apt-get install -y -qq chromium >/dev/null
fi
