#!/usr/bin/env bash
# fuzz.sh TIME: every fuzz target of the tree for TIME each ("30s"). Ends at the first finding; Go
# leaves the input under testdata/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' . | sort | while read -r file; do
  grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | cut -d' ' -f2 | while read -r target; do
    echo "== ${file%/*} $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "${file%/*}"
  done
done
