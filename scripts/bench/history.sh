#!/usr/bin/env bash
# history.sh [COUNT]: runs the quick benchmarks COUNT times each (default 6) and appends what they
# say to history.txt beside it, in Go's benchmark format, with the commit, the day and the load of
# the machine before the run. Commit the file with the change that it is about. To compare the last
# two runs: make bench-compare.
#
# A figure belongs to its processor and disk, which each entry names:
# compare entries of one machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/cgo.env
history=scripts/bench/history.txt
new=$(mktemp)
trap 'rm -f "$new"' EXIT
load=$(cut -d' ' -f1 /proc/loadavg)
go test -run '^$' -bench '^Benchmark(DecideFace|Review|Seal|FindCredential|RecordDecision|Search)$' \
  -benchtime 200ms -count "${1:-6}" ./policy ./store ./store/seal ./recognizer/index | tee "$new"
{
  printf '\ncommit: %s\nday: %s\nload: %s\n' "$(git describe --always --dirty)" "$(date -u +%F)" "$load"
  grep -E '^(goos|goarch|pkg|cpu|Benchmark)' "$new" | sed 's/ *$//'
} >>"$history"
echo "appended to $history"
