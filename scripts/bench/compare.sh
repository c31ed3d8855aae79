#!/usr/bin/env bash
# compare.sh [COMMIT [COMMIT]]: benchstat on entries of history.txt, by default the last two.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t all < <(sed -n 's/^commit: //p' scripts/bench/history.txt)
[ "${#all[@]}" -gt 0 ] || { echo "scripts/bench/history.txt has no entry: make bench-history" >&2; exit 1; }
new=${2:-${all[-1]}}
old=${1:-$new}
[ "${#all[@]}" -lt 2 ] || old=${1:-${all[-2]}}
# Not a tool of go.mod: it would raise the versions of golang.org/x/crypto and sys that the
# program itself is built with.
exec go run golang.org/x/perf/cmd/benchstat@v0.0.0-20250813145418-2f7363a06fe1 \
  -filter "commit:(\"$old\" OR \"$new\")" -col commit -ignore day,load scripts/bench/history.txt
