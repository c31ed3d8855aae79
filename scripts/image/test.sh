#!/usr/bin/env bash
# test.sh [FOLDER]: starts the image in FOLDER (dist/image) in the virtual board (board.sh), as it
# comes from a card writer: a new card becomes a door, though another one is in the unit too, and
# its console answers; a root of which one byte was changed is refused, and the card given to the
# other slot. SAME=1 also makes the image again, and compares.
# Ten minutes on a machine that does nothing else; root only.
# REPORT=FILE keeps what the board said of its starts.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
made=${1:-${DIST:-$PWD/dist}/image} card=$tmp/card
ls "$made"/*.img.zst >/dev/null 2>&1 || fail "there is no image" "make image"
. scripts/image/drive.sh

# What a unit without SITE=1 has of menshen-site is nothing, and no driver of a network.
if ! grep -q -- '-site$' "$made/compatible"; then
  unsquashfs -l "$made/root.img" >"$tmp/list"
  grep -q /usr/bin/menshen$ "$tmp/list" || fail "the root cannot be listed" "see $made/root.img"
  ! grep -E 'menshen-site|/site-card$|/kernel/drivers/net/|/lan\.network$' "$tmp/list" >&2 &&
    ! grep menshen-site "$made/packages" >&2 || fail "that is in an image without a site" "see scripts/image/root.sh"
  ok "nothing of menshen-site is in it"
fi

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

doing "starting a new card, with another one beside it"
cp --sparse=always "$card" "$tmp/other"
start -drive if=none,id=other,format=raw,file="$tmp/other" -device virtio-blk-pci,drive=other
await "$tmp/report" 'report ends'
said '^services: active active'
said 'Read-only file system'
said '^starts.b 3'
said '^networks: lo$'
said '^/dev/vda7 /state'
ok "$(tr -d '\r' <"$tmp/report" | grep '^ready after'), where a second has a thousand million instructions"
log_in
type status
type logout
shows 'Logged out'
stop
zstd -qdc "$made"/*.img.zst | cmp -n $((900 << 20)) - "$tmp/other" ||
  fail "the other card was written to" "see scripts/image/first"
rm "$tmp/other"
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
start
await "$tmp/report" 'report ends'
stop
[ "$(grep -c 'is not the one that was released' "$tmp/board")" = 3 ] ||
  { cat "$tmp/board" >&2; fail "a changed root is not refused three times" "read the lines above"; }
[ "$(grep '^firmware' "$tmp/board" | tail -1)" = "firmware: partition 3, tryboot 0" ] ||
  { cat "$tmp/board" >&2; fail "the card was not given to slot b" "read the lines above"; }
said '^services: active active'
ok "refused three times; slot b came up"
