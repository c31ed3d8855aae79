#!/usr/bin/env bash
# setup.sh: the peer of `make bench` that `make setup` does not bring: FAISS for Python (apt), for
# the search.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
missing=
for p in python3-faiss python3-numpy gcc; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -z "$missing" ] || apt_install $missing ||
  fail "these packages could not be installed:$missing" "try again with a network"
ok "peers of the benchmarks"
