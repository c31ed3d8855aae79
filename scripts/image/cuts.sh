#!/usr/bin/env bash
# cuts.sh WORK: cuts the power during an update, COUNT=50 times by SEED=1, and looks at each card
# that is left. WORK has before (the card before its first start), writes.1, writes.2 … (what each
# start wrote, BOARD_WRITES of board.sh), old and new (the two images); WORK/cuts becomes the table.
#
# A unit comes up if what its firmware takes is whole: autoboot.txt names slot a or b, that slot's
# kernel, first root and root are byte for byte those of one release, its command line names the
# slot and the hash of that root, and both file systems, what both systems know and the vault's, are
# in order after their journal. START=10 of the cards are started in the virtual board (board.sh):
# each must come up with a door that works.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
work=$(realpath "$1") card=$tmp/card count=${COUNT:-50} seed=${SEED:-1} n=0 started=0
. scripts/image/drive.sh
go build -o "$tmp/cuts" ./scripts/image/cuts
mapfile -t logs < <(ls "$work"/writes.* | sort -V)

# comes_up prints what starts, or why nothing does.
comes_up() {
  local slot root boot words release made file
  slot=$(committed) || { echo "autoboot.txt"; return 1; }
  case $slot in a) boot=36 root=232 ;; b) boot=132 root=556 ;; esac
  words=$(mtype -i "$card@@${boot}M" ::cmdline.txt)
  [[ $words == *menshen.slot=$slot\ * ]] || { echo "slot $slot has another's name"; return 1; }
  for release in old new none; do
    made=$work/$release/image
    [ $release != none ] || { echo "slot $slot is no release"; return 1; }
    for file in cmdline.txt vmlinuz initrd config.txt; do
      cmp -s <(mtype -i "$made/boot-$slot.img" ::$file) <(mtype -i "$card@@${boot}M" ::$file) || continue 2
    done
    ! cmp -s -n "$(stat -c %s "$made/root.img")" -i 0:$((root << 20)) "$made/root.img" "$card" || break
  done
  whole 880 16 "$tmp/state" || { echo "what both systems know"; return 1; }
  [ -z "$(state var)" ] || whole 900 2048 "$tmp/var" || { echo "the vault's file system"; return 1; }
  echo "$release in slot $slot; starts a $(state starts.a), b $(state starts.b); trial" \
    "$(state trial | grep -oE '"stage":"[a-z]+"' | cut -d'"' -f4); floor $(state floor)"
}

: >"$work/cuts"
failed=0
while read -r number step; do
  cp --sparse=always "$work/before" "$card"
  "$tmp/cuts" card "$seed" "$number" "$card" "${logs[@]}"
  if ! came=$(comes_up); then
    failed=$((failed + 1)) came="NOTHING: $came"
    cp --sparse=always "$card" "$work/broken.$number"
  fi
  n=$((n + 1))
  if [ $((n * ${START:-10} / count)) -gt $started ]; then
    started=$((started + 1))
    start
    await "$tmp/report" 'report ends'
    said '^services: active active'
    stop
    came+="; started: $(committed)"
  fi
  printf '%s\t%s\t%s\n' "$number" "$step" "$came" | tee -a "$work/cuts"
done < <("$tmp/cuts" plan "$seed" "$count" "${logs[@]}")
done=$(wc -l <"$work/cuts")
[ $failed = 0 ] || fail "after $failed of $done cuts nothing would start" "see $work/broken.*"
[ "$done" -gt 0 ] || fail "no cut was made" "read the lines above"
ok "after each of $done cuts a whole system would start; $started were started, and their doors worked"
