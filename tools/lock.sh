#!/bin/bash
# Make the locks of requirements/ again with the newest versions that fit. Review the difference before committing.
#
#   tools/lock.sh          newest versions of everything (make lock)
#   tools/lock.sh keep     versions stay where they fit: for a package that came or went
set -euo pipefail
cd "$(dirname "$0")/.."
UV=.venv/lock/bin/uv
newest=(--upgrade)
[ "${1:-}" = keep ] && newest=()
[ -x "$UV" ] || { /usr/bin/python3 -m venv .venv/lock && .venv/lock/bin/pip install --quiet 'uv==0.13.8'; }

# compile PYTHON SOURCE TARGET [options]
compile() {
  local python=$1 source=$2 target=$3
  shift 3
  "$UV" pip compile --quiet "${newest[@]}" --generate-hashes --no-header --python-version "$python" "$source" -o "$target" "$@"
  echo "$target"
}

compile 3.11 pyproject.toml requirements/service.txt
compile 3.11 pyproject.toml requirements/dev.txt --extra dev -c requirements/service.txt
compile 3.11 requirements/plugin.in requirements/plugin.txt
compile 3.13 requirements/plugin344.in requirements/plugin344.txt
compile 3.9 requirements/vendor.in requirements/vendor.txt --no-deps
