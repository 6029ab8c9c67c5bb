#!/usr/bin/env bash
# Installs what only the benchmarks need: nginx with nchan, the yardstick of the stream. Nothing is left running.
set -euo pipefail

module=/usr/lib/nginx/modules/ngx_nchan_module.so
if ! command -v nginx >/dev/null 2>&1 || [ ! -e "$module" ]; then
  printf 'setup: installing nginx and nchan\n' >&2
  had_nginx=no
  ! command -v nginx >/dev/null 2>&1 || had_nginx=yes
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq >/dev/null
  $sudo apt-get install -y -qq --no-install-recommends nginx libnginx-mod-nchan >/dev/null
  # Debian starts what it installs; the benchmark runs an nginx of its own. One that was there before stays.
  if [ "$had_nginx" = no ] && [ -d /run/systemd/system ]; then
    $sudo systemctl disable --quiet --now nginx
  fi
fi
