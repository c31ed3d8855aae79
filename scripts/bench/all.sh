#!/usr/bin/env bash
# all.sh COMMAND...: runs each, whatever came of those before, then prints one table of what each
# came to, and fails if one did.
set -uo pipefail
table= failed=0
for command; do
  printf '\n== %s\n' "$command"
  came=ok
  $command || { came="missed or failed ($?)"; failed=1; } # split into words on purpose
  table+=$(printf '%-70s %s' "$command" "$came")$'\n'
done
printf '\n%s' "$table"
exit $failed
