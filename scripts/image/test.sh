#!/usr/bin/env bash
# test.sh [FOLDER]: starts the image in FOLDER (dist/image) in the virtual board (board.sh), as it
# comes from a card writer: a new card becomes a door, and its console answers; a root of which one
# byte was changed is refused, and the card given to the other slot. SAME=1 also makes the image
# again, and compares.
# Ten minutes on a machine that does nothing else; root only.
# REPORT=FILE keeps what the board said of its starts.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
made=${1:-${DIST:-$PWD/dist}/image} card=$tmp/card passphrase='correct horse battery'
ls "$made"/*.img.zst >/dev/null 2>&1 || fail "there is no image" "make image"
command -v qemu-system-aarch64 fdtput >/dev/null || apt_install qemu-system-arm device-tree-compiler ||
  fail "qemu could not be installed" "try again with a network"

scripts/image/told.sh
if [ -n "${SAME:-}" ]; then
  DIST=$tmp/again scripts/image/image.sh
  for file in "$made"/*; do
    cmp "$file" "$tmp/again/image/${file##*/}" || fail "a second image has other bytes" "compare its partitions"
  done
  rm -r "$tmp/again"
  ok "a second image has equal bytes"
fi

# A card of 2 GB, written.
zstd -qdf --sparse "$made"/*.img.zst -o "$card"
truncate -s 2G "$card"
scripts/image/archive.sh "$tmp/archive"

# start: the board, until its door is ready; what stands on the console is in $tmp/shown.
start() {
  : >"$tmp/report"
  rm -f "$tmp/keys"; mkfifo "$tmp/keys"
  BOARD_LOG=$tmp/board scripts/image/board.sh "$card" "$tmp/archive" -pidfile "$tmp/pid" \
    -chardev file,id=report,path="$tmp/report" -device pci-serial,chardev=report <"$tmp/keys" >"$tmp/shown" 2>&1 &
  board=$!
  exec 7>"$tmp/keys"
  await "$tmp/report" 'report ends'
}
stop() {
  cat "$tmp/report" >>"${REPORT:-/dev/null}"
  kill "$board" "$(cat "$tmp/pid")" 2>/dev/null || true
  wait "$board" 2>/dev/null || true
  exec 7>&-
  board=
}
board=
trap '[ -z "$board" ] || stop; rm -rf "$tmp"' EXIT
# await FILE WORDS: until they stand in the file.
await() {
  for _ in $(seq 1500); do
    ! sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g' "$1" | grep -aq "$2" || return 0
    sleep 1
    kill -0 "$board" 2>/dev/null || break
  done
  tail -n 30 "$tmp/shown" "$tmp/report" >&2
  fail "the board did not say: $2" "read the lines above"
}
said() {
  tr -d '\r' <"$tmp/report" | grep -aq "$1" ||
    { cat "$tmp/report" >&2; fail "a start is not as it should be: $1" "read the lines above"; }
}
type() { printf '%s\r' "$1" >&7; }

doing "starting a new card"
start
said '^services: active active'
said 'Read-only file system'
said '^starts.b 3'
said '^networks: lo$'
ok "$(tr -d '\r' <"$tmp/report" | grep '^ready after'), where a second has a thousand million instructions"
type ''
await "$tmp/shown" 'log-in'
type anna
await "$tmp/shown" 'secret'
type "$passphrase"
await "$tmp/shown" 'Type yes or no'
type yes
await "$tmp/shown" 'anna>'
type status
type logout
await "$tmp/shown" 'Logged out'
stop
ok "the console answers"

doing "changing one byte of root a, with a system in slot b"
dd if="$made/boot-b.img" of="$card" bs=1M seek=132 conv=notrunc,sparse status=none
dd if="$made/root.img" of="$card" bs=1M seek=556 conv=notrunc,sparse status=none
printf '0\n' >"$tmp/zero"
dd if="$card" of="$tmp/state" bs=1M skip=880 count=16 status=none
/sbin/e2fsck -fp "$tmp/state" >/dev/null || true
/sbin/debugfs -w -f - "$tmp/state" >/dev/null 2>&1 <<D
rm starts.a
rm starts.b
write $tmp/zero starts.a
write $tmp/zero starts.b
D
dd if="$tmp/state" of="$card" bs=1M seek=880 conv=notrunc status=none
printf '\xff' | dd of="$card" bs=1 seek=$((232 * 1048576 + 100)) conv=notrunc status=none
: >"$tmp/board"
start
stop
[ "$(grep -c 'is not the one that was released' "$tmp/board")" = 3 ] ||
  { cat "$tmp/board" >&2; fail "a changed root is not refused three times" "read the lines above"; }
[ "$(grep '^firmware' "$tmp/board" | tail -1)" = "firmware: partition 3, tryboot 0" ] ||
  { cat "$tmp/board" >&2; fail "the card was not given to slot b" "read the lines above"; }
said '^services: active active'
ok "refused three times; slot b came up"
