# say.sh: how the set-up scripts speak, and the two things they all need. Sourced, not run.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cache=${MENSHEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/menshen}

ok()    { printf '  ok    %s\n' "$*"; }
doing() { printf '  ...   %s\n' "$*"; }
# fail WHAT REMEDY
fail()  { printf '  FAIL  %s\n        %s\n' "$1" "$2" >&2; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# The list of packages is loaded at most once a run, and only when something is missing.
apt_update() {
  [ -e "$tmp/updated" ] && return
  doing "loading the list of packages"
  as_root apt-get update -q >"$tmp/apt" 2>&1 || { tail -3 "$tmp/apt" >&2; return 1; }
  touch "$tmp/updated"
}
apt_install() {
  apt_update || return 1
  doing "installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >"$tmp/apt" 2>&1 ||
    { tail -5 "$tmp/apt" >&2; return 1; }
}
sha256_is() { [ -f "$2" ] && [ "$(sha256sum <"$2" | cut -d' ' -f1)" = "$1" ]; }
