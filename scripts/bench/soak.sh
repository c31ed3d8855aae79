#!/usr/bin/env bash
# The whole unit for an hour, at a simulated door with real pictures: two people with cards, one
# with face entry, strangers and photos come and go. A row a minute: resident memory of both
# processes and their share of one processor. In the first minute no person comes. It fails when
# memory grows by more than 8 MiB an hour.
#
#   scripts/bench/soak.sh [MINUTES]      default 60; from 10 on it judges the growth
#
# "looking" is the eye's work without the simulated camera's drawing, which
# a real camera does not cost.
set -euo pipefail
cd "$(dirname "$0")/../.."
copy=$(mktemp -d) # a build meanwhile must not change what runs
trap 'rm -rf "$copy"' EXIT
cp bin/menshen "$copy/"
"$copy/menshen" demo --traffic "${1:-60}m10s" </dev/null
