#!/usr/bin/env bash
# booted.sh: two doors and a hub as they are installed. Two roots of Debian 13, each with systemd as
# its first program, in namespaces of their own with a wire between them, get the packages of dist
# and become a site as docs/install.md says under "Several doors". Then services are killed, the
# machines started again, and what the sandboxes must refuse is tried inside them. The kernel is
# this machine's; the door's lines are simulated in its process. Five minutes, after two of set-up
# once; root only.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
. scripts/cgo.env
board=$cache/booted arch=$(dpkg --print-architecture)
[ "$(id -u)" = 0 ] || fail "only root can start systemd in namespaces" "sudo make site-package-test"
packages=(dist/trixie/menshen{,-site}_*_"$arch".deb dist/trixie/menshen-models_*_all.deb)
ls "${packages[@]}" >/dev/null 2>&1 ||
  fail "there are no packages for $arch" "make packages RELEASES=trixie ARCHES=$arch"
depends=$(dpkg-deb -f dist/trixie/menshen_*_"$arch".deb Depends | grep -oE 'libopencv-[a-z]+[0-9]+' | sort | xargs)

if [ ! -e "$board/ready" ] || [ "$(cat "$board/ready")" != "$depends" ]; then
  apt_install mmdebstrap iproute2 || fail "mmdebstrap could not be installed" "try again with a network"
  doing "making a root of Debian 13"
  rm -rf "$board"; mkdir -p "$board"
  mmdebstrap --quiet --variant=minbase --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
    --include="systemd-sysv,udev,dbus,iproute2,${depends// /,}" \
    trixie "$board/root" "$(scripts/package/mirror.sh)" >"$tmp/log" 2>&1 ||
    { tail -5 "$tmp/log" >&2; fail "Debian 13 could not be loaded" "try again with a network"; }
  echo "$depends" >"$board/ready"
fi
ok "root of Debian 13 in $board"

# The stick. Beside the packages it has what only the test needs: the door's program with simulated
# lines, with its libraries of this machine, and the probe.
mkdir -p "$tmp/stick/test"
cp "${packages[@]}" "$tmp/stick/"
go test -c -o "$tmp/stick/test/door" ./cmd/menshen
CGO_ENABLED=0 go build -trimpath -o "$tmp/stick/test/probe" ./scripts/package/booted/probe
ldd "$tmp/stick/test/door" | grep -o '/[^ ]*\.so[^ ]*' | sort -u |
  grep -vE '/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so[^/]*)$' | xargs -r cp -Lt "$tmp/stick/test"
go test -count=1 -v -timeout 30m ./scripts/package/booted -root "$board/root" -stick "$tmp/stick" ||
  fail "the site does not work as it is installed" "read the lines above"
ok "two doors, couriers and a hub hold as they are installed, in $(((SECONDS + 59) / 60)) min"
