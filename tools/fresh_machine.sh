#!/bin/bash
# Prove the two commands of README.md on a machine where nothing was installed before: a Debian 12 made by
# debootstrap, with make and git only. Prints how long each command took. Root only; about 6 GB in FRESH_ROOT.
#
#   tools/fresh_machine.sh                    make demo, then make test, then make demo again (set-up must add < 10 s)
#   tools/fresh_machine.sh "make lint"        the commands given instead
#   FRESH_ROOT=/var/tmp/somewhere FRESH_KEEP=1   where it lies; keep it afterwards
#
# What comes from this machine: the mirror of its sources list, its certificates and its pip settings (a network
# with a proxy needs them), and ../shared, mounted beside the clone. Mounts are private and end with this script.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${FRESH_NS:-}" ]; then
  [ "$(id -u)" = 0 ] || { echo "fresh_machine: only root can make a machine" >&2; exit 1; }
  FRESH_NS=1 exec unshare -m --propagation private "$0" "$@"
fi
root=${FRESH_ROOT:-/var/tmp/dinamis-fresh}
work=/home/person/dinamis
mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources)
[ $# -gt 0 ] || set -- "make demo" "make test" "make demo"

cleanup() {
  cd /
  for name in home/person/shared proc dev opt; do umount "$root/$name" 2>/dev/null || true; done
  if [ -z "${FRESH_KEEP:-}" ]; then rm -rf --one-file-system "$root"; fi
}
trap cleanup EXIT

command -v debootstrap >/dev/null || { apt-get -qq update && apt-get -qq install -y debootstrap; }
[ ! -e "$root" ] || { echo "fresh_machine: $root exists already; remove it first" >&2; trap - EXIT; exit 1; }
debootstrap --variant=minbase --include=make,git,ca-certificates bookworm "$root" "$mirror" > /dev/null
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
printf 'deb %s bookworm main\n' "$mirror" > "$root/etc/apt/sources.list"
echo '127.0.0.1 localhost' > "$root/etc/hosts"   # as the installer of Debian writes it
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
mkdir -p "$root/home/person/shared" "$root/opt"
mount --bind /opt "$root/opt"                      # a local package index, where pip's settings name one
if [ -d "$repository/../shared" ]; then mount --bind "$repository/../shared" "$root/home/person/shared"; fi
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
if [ -e /etc/pip.conf ]; then cp /etc/pip.conf "$root/etc/pip.conf"; fi
git clone --quiet "$repository" "$root$work"

inside() {
  local hand=() name
  for name in $(compgen -e | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA|http_proxy$|https_proxy$|no_proxy$)'); do
    hand+=("$name=${!name}")
  done
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "${hand[@]}" \
    chroot "$root" /bin/bash -c "cd $work && $1" </dev/null
}

# One block, which bash reads whole: the script may change while it runs.
{
  inside 'echo "Fresh machine: Debian $(cat /etc/debian_version), $(dpkg-query -f . -W | wc -c) packages, $(git rev-parse --short HEAD)"'
  times=()
  code=0
  for words in "$@"; do
    echo "=== $words ==="
    began=$SECONDS
    if inside "$words"; then outcome=ok; else outcome=FAILED; code=1; fi
    times+=("$(printf '%-14s %-8s %5d s' "$words" "$outcome" $((SECONDS - began)))")
  done
  printf '\n%s\n' "${times[@]}"
  if [ -n "${FRESH_REPORT:-}" ]; then mkdir -p "$FRESH_REPORT"; cp -r "$root$work"/build/demo/*.{png,html,json,log} "$FRESH_REPORT"; fi
  exit $code
}
