#!/bin/bash
# Prepare this machine: Debian packages that are missing, the two Python environments of .venv, the gazetteer.
#
#   tools/setup.sh            everything (make demo, make test, make lint)
#   tools/setup.sh service    only what the service needs (make serve): no QGIS, no display
#
# A second run finds the stamps and takes well under a second. Needs root or sudo only to install packages.
set -euo pipefail
cd "$(dirname "$0")/.."

SERVICE_PACKAGES=(python3-venv)
TEST_PACKAGES=(postgresql-15 postgresql-15-postgis-3 curl libfaketime chromium)  # tests run servers of their own (no_cluster) and read pages in Chromium; curl is the peer of a benchmark, libfaketime a wrong clock
QGIS_PACKAGES=(
  qgis python3-qgis python3-shapely python3-requests python3-dateutil
  qttools5-dev-tools                         # lrelease: translations of the plugin
  xvfb openbox imagemagick xdotool xauth     # a window without a screen, its pictures and its mouse
  fonts-open-sans fonts-dejavu-core dbus
)

# The words of apt-get go to .venv/apt.log, and are shown when it fails.
say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
  local missing
  command -v dpkg-query >/dev/null || fail "this set-up is for Debian 12; install these yourself: $*"
  missing=$(missing_packages "$@")
  [ -z "$missing" ] && return
  if [ "$(id -u)" != 0 ] && ! { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || sudo -v; }; }; then
    fail "these Debian packages are missing and you are neither root nor allowed to use sudo.
Ask an administrator to run, then start again:
    apt-get install --no-install-recommends $missing"
  fi
  say "Installing Debian packages: $missing"
  case $missing in *postgresql-15\ *) no_cluster ;; esac
  # shellcheck disable=SC2086  # a list of names
  if ! apt-cache policy $missing 2>/dev/null | grep -q 'Candidate: [0-9]' ||
     [ -n "$(apt-get --simulate install --no-install-recommends $missing 2>&1 >/dev/null | grep '^E:')" ]; then
    as_root apt-get -qq update
  fi
  # shellcheck disable=SC2086
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends $missing)
  # Old package lists name files that are gone from the mirror: then they are fetched again, once.
  as_root "${install[@]}" </dev/null >.venv/apt.log 2>&1 ||
    { as_root apt-get -qq update && as_root "${install[@]}" </dev/null >.venv/apt.log 2>&1; } ||
    fail "apt-get could not install: $missing
$(tail -n 20 .venv/apt.log)"
}

# no_cluster: Debian's PostgreSQL starts a server as it is installed, unless it is told before that it should not.
no_cluster() {
  local settings=/etc/postgresql-common/createcluster.conf
  [ -e "$settings" ] && return
  say "Telling Debian not to start PostgreSQL by itself ($settings)"
  as_root mkdir -p "${settings%/*}"
  echo 'create_main_cluster = false' | as_root tee "$settings" >/dev/null
}

# make_venv NAME LOCK [venv options]: an environment stamped with the hash of its lock. Without a stamp it is
# half made and is made again; with another stamp the new lock is installed into it.
make_venv() {
  local folder=.venv/$1 lock=$2 wanted
  shift 2
  wanted=$(sha256sum "$lock" | cut -d' ' -f1)
  [ "$(cat "$folder/.lock" 2>/dev/null || true)" = "$wanted" ] && return
  say "Making $folder from $lock"
  if [ ! -e "$folder/.lock" ]; then
    rm -rf "$folder"
    # The python3 of Debian has QGIS; another one may come first on PATH.
    /usr/bin/python3 -m venv "$@" "$folder" || fail "python3 -m venv failed for $folder"
  fi
  rm -f "$folder/.lock"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" ||
    fail "pip could not install $lock into $folder"
  printf '%s\n' "$wanted" > "$folder/.lock"
}

# make_gazetteer: names of places for the free text search, made again when its packages or its making change.
make_gazetteer() {
  local file=.venv/gazetteer.sqlite code=dinamis_service/catalogue/freetext wanted
  [ -d "$code" ] || return 0
  wanted=$(cat "$code"/{build,sources,raw,france,world,folding,typos}.py | sha256sum | cut -d' ' -f1)
  [ -e "$file" ] && [ "$(cat .venv/gazetteer.lock 2>/dev/null || true)" = "$wanted" ] && return
  say "Making the gazetteer (some 60 MB of packages, one or two minutes)"
  rm -f "$file"
  DINAMIS_GAZETTEER_PATH=$file .venv/service/bin/python -m dinamis_service gazetteer ||
    fail "the gazetteer could not be made"
  printf '%s\n' "$wanted" > .venv/gazetteer.lock
}

check_python() {
  /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "/usr/bin/python3 must be 3.11 or later (Debian 12 has it)"
}

mkdir -p .venv
exec 9>.venv/setup.lock
flock 9                                      # two makes at once: the second waits
case "${1:-all}" in
  all) install_packages "${SERVICE_PACKAGES[@]}" "${QGIS_PACKAGES[@]}" "${TEST_PACKAGES[@]}" ;;
  service) install_packages "${SERVICE_PACKAGES[@]}" ;;
  *) fail "what is '$1'? Use all or service" ;;
esac
check_python
make_venv service requirements/dev.txt
make_gazetteer
[ "${1:-all}" = service ] || make_venv plugin requirements/plugin.txt --system-site-packages
