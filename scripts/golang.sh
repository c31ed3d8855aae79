#!/usr/bin/env bash
# golang.sh: makes the Go there that go.mod asks for, where it is not yet. Any Go from 1.21 on
# loads a newer one by itself, from the module proxy, checked by the checksum database
# (GOTOOLCHAIN=auto, which Debian's package switches off and cgo.env on). An older one, or none:
# Debian's newest, from backports, which are enabled for the packages of Go alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/cgo.env
need=$(sed -n 's/^go //p' go.mod)
copy="with a network, try again (once as root, where sudo is not for you); without one,
        copy the folder that 'go env GOROOT' names, of Go $need or newer, from a machine with the
        same processor to /usr/local/go, and put /usr/local/go/bin first in PATH"

# minor is the second number of the Go that is installed, 0 when there is none.
minor() {
  (cd / && GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true) |
    sed -nE 's/^go1\.([0-9]+).*/\1/p' | grep . || echo 0
}

# backports enables Debian's backports for the packages of Go: a source
# where there is none, and a pin.
backports() {
  local release suite mirror
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  suite=$release-backports
  local about="# Menshen's set-up: Go, and nothing else, from backports. Removing this file removes the source's use."
  apt_update || return 1
  local pins=$'\n'"Package: golang-go golang-src golang-1.*-go golang-1.*-src"
  pins+=$'\n'"Pin: release n=$suite"$'\n'"Pin-Priority: 500"
  if ! apt-get indextargets --format '$(RELEASE)' | grep -qx "$suite"; then
    mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' | sed -n "s/^$release //p" | head -1)
    mirror=${mirror:-http://deb.debian.org/debian}
    doing "enabling $suite of $mirror for the packages of Go alone" \
      "(/etc/apt/sources.list.d, /etc/apt/preferences.d: menshen-go)"
    as_root tee /etc/apt/sources.list.d/menshen-go.sources >/dev/null <<SOURCE
$about
Types: deb
URIs: $mirror
Suites: $suite
Components: main
Signed-By: $(ls /usr/share/keyrings/debian-archive-keyring.* | head -1)
SOURCE
    rm -f "$tmp/updated"
  else
    doing "taking the packages of Go from $suite (/etc/apt/preferences.d/menshen-go)"
  fi
  [ ! -e /etc/apt/sources.list.d/menshen-go.sources ] ||
    pins="$pins"$'\n\n'"Package: *"$'\n'"Pin: release n=$suite"$'\n'"Pin-Priority: -1"
  printf '%s\n' "$about" "$pins" | as_root tee /etc/apt/preferences.d/menshen-go >/dev/null
  apt_update
}

have=$(minor)
if [ "$have" -lt 21 ]; then
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "Go is not installed, and neither are you root nor is sudo here" \
      "run scripts/golang.sh once as root, then try again"
  [ "$have" = 0 ] || doing "Go 1.$have is too old to load a newer one"
  { backports && apt_install golang-go; } || {
    made="/etc/apt/sources.list.d/menshen-go.sources /etc/apt/preferences.d/menshen-go"
    ! ls $made >/dev/null 2>&1 || as_root rm -f $made || true
    fail "Go could not be installed, and backports are as they were" "$copy"; }
  [ "$(minor)" -ge 21 ] || fail "Go is still 1.$(minor): $(command -v go || echo none)" "$copy"
fi
# The first command in the module loads the toolchain that go.mod names,
# where the installed one is older.
now=$(cd / && GOTOOLCHAIN=local go env GOVERSION)
[ "$(minor)" -ge "$(echo "$need" | cut -d. -f2)" ] ||
  ls -d "$(cd / && go env GOMODCACHE)"/golang.org/toolchain@*-go"$need".* >/dev/null 2>&1 ||
  doing "loading Go $need for this project: $now is older (module proxy, checked by the checksum database)"
version=$(go env GOVERSION 2>"$tmp/go") || { tail -2 "$tmp/go" >&2; fail "Go $need could not be loaded" "$copy"; }
ok "$version"
