#!/usr/bin/env bash
# Installs what the product needs on this machine, each step only when it is missing or out of date.
set -euo pipefail
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9

say() { printf 'setup: %s\n' "$1" >&2; }
fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

python=$(command -v python3) || fail "python3 is missing: install Python 3.11 or newer"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "python3 is $("$python" -V 2>&1 | cut -d' ' -f2): install Python 3.11 or newer"

if ! command -v uv >/dev/null 2>&1; then
  say "installing uv $UV_VERSION into .tools"
  "$python" -m venv .tools/uv-env || fail "python3 cannot make environments: install its venv module"
  .tools/uv-env/bin/pip install -qq "uv==$UV_VERSION"
  mkdir -p .tools/bin
  ln -sf ../uv-env/bin/uv .tools/bin/uv
  ln -sf ../uv-env/bin/uvx .tools/bin/uvx
fi
export PATH="$PWD/.tools/bin:$PATH"

uv sync --frozen --quiet
uv sync --frozen --quiet --project tools/emulator

bash tools/build-dashboard.sh
