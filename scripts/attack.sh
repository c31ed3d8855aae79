#!/usr/bin/env bash
# attack.sh [MINUTES]: every campaign of internal/attack, each for its share of the minutes, then
# one table of what came of them. A finding is a failed test, which names the seed and the round
# that show it again; the others go on.
set -uo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-10}
[[ $minutes =~ ^[1-9][0-9]*$ ]] || { echo "how many minutes? for example: scripts/attack.sh 30" >&2; exit 2; }

# campaigns prints "folder Test" for each test that runs a campaign.
campaigns() {
  grep -rl --include='*_test.go' 'attack\.Run(' board cmd hal policy recognizer store | while read -r file; do
    awk -v dir="./$(dirname "$file")" '/^func Test/ { name = $2; sub(/\(.*/, "", name) }
      /attack\.Run\(/ { print dir, name }' "$file"
  done | sort -u
}
all=$(campaigns)
count=$(wc -l <<<"$all")
each=$((minutes * 60 / count))
[ "$each" -gt 0 ] || each=1
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export MENSHEN_ATTACK=${each}s MENSHEN_ATTACK_REPORT=$tmp/report
echo "$count campaigns, $each seconds each, on $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
failed=0
while read -r dir name; do
  printf '  ...   %s %s\n' "$dir" "$name"
  go test -count=1 -timeout "$((each + 600))s" -run "^$name\$" "$dir" >"$tmp/out" 2>&1 || { failed=1; cat "$tmp/out"; }
done <<<"$all"
echo
column -t -s "$(printf '\t')" -N attack,time,"what came of it" "$tmp/report"
[ "$failed" = 0 ] || echo "attack.sh: a campaign found something; see above" >&2
exit "$failed"
