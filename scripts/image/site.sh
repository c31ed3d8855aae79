#!/usr/bin/env bash
# site.sh [FOLDER]: a unit of the image with menshen-site in FOLDER (dist/image-site, 'make image
# SITE=1') joins a site in the virtual board (board.sh), as docs/install.md says. A new card has the
# program, and no service of it runs; its door founds a site, and a hub is set up for it on this
# machine. The ticket comes on the card, and the courier connects; again after an update of the
# system and a pulled plug; and then with the hub on the unit itself.
# Ten minutes on a machine that does nothing else; root only. REPORT=FILE keeps what the board said.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
made=${1:-${DIST:-$PWD/dist}/image-site} card=$tmp/card
ls "$made"/*.img.zst >/dev/null 2>&1 || fail "there is no image" "make image SITE=1"
. scripts/image/drive.sh
(. scripts/cgo.env && go build -o "$tmp/menshen-site" ./cmd/menshen-site)
hub=
trap '[ -z "$hub" ] || kill "$hub"; [ -z "$board" ] || stop; rm -rf "$tmp"' EXIT

# wired: the board with a wire, at whose other end is 10.0.2.2: this machine's 127.0.0.1.
wired() {
  start -netdev user,id=lan -device virtio-net-pci,netdev=lan
  await "$tmp/report" 'report ends'
  said '^services: active active'
  said '^failed: *$'
}
# put FILE NAME: onto the card, in the folder that site-card takes. blank NAME: is it zeros there?
put() { mcopy -o -i "$card@@4M" "$1" "::site/$2"; }
blank() { [ "$(mtype -i "$card@@4M" "::site/$1" | tr -d '\000' | wc -c)" = 0 ]; }
connected() {
  said '^menshen-site-courier: disabled active'
  said "Connected with the hub at $1"
  said '^Records since the courier started'
  said '^address: 10.0.2.21 127'
  said '^routes: 0002000A $' # its own network alone
  said '^user = "menshen-site"'
}

zstd -qdf --sparse "$made"/*.img.zst -o "$card"
truncate -s 2G "$card"
port=$((20000 + RANDOM % 10000))
doing "starting a new card with a wire"
wired
for unit in menshen-site-courier menshen-site-hub systemd-networkd; do said "^$unit: disabled inactive"; done
said '^address: 127.0.0.0 127.0.0.1 *$'
log_in
type 'site found'
shows 'Type yes or no'
type yes
shows 'Founded'
type 'site hub'
shows 'set-up --hub'
sleep 5
words=$(text "$tmp/shown")
site=$(grep -oP -- '--site \K[0-9a-f]{32}' <<<"$words" | tail -1)
door=$(grep -oP '[0-9a-f]{32}(?=\.ticket)' <<<"$words" | tail -1)
type logout
shows 'Logged out'
stop
ok "menshen-site is there and off; the door founds a site"

doing "bringing a ticket"
# office WORDS: what the hub's own papers are made by.
office() {
  "$tmp/menshen-site" "$@" --dir "$tmp/hub" --tickets "$tmp/tickets" >"$tmp/said" 2>&1 ||
    { cat "$tmp/said" >&2; fail "the hub's papers are not made" "read the lines above"; }
}
office set-up --hub "10.0.2.2:$port" --site "$site" "$door"
"$tmp/menshen-site" hub --dir "$tmp/hub" --listen "127.0.0.1:$port" 2>"$tmp/hub.log" &
hub=$!
mmd -i "$card@@4M" ::site ::site/hub
printf '\xef\xbb\xbf# The unit in the hall\r\n10.0.2.21/24\r\n' >"$tmp/lan.txt"
put "$tmp/lan.txt" lan.txt
put "$tmp/tickets/$door.ticket" "$door.ticket"
wired
connected "10.0.2.2:$port"
soon grep -raq "site.$site.$door" "$tmp/hub"
stop
blank "$door.ticket" || fail "the ticket is still on the first partition" "see site-card"
ok "joined: $(tr -d '\r' <"$tmp/report" | grep '^Records')"

doing "starting the other system, with nothing left on the card"
mdeltree -i "$card@@4M" ::site
dd if="$made/boot-b.img" of="$card" bs=1M seek=132 conv=notrunc,sparse status=none
dd if="$made/root.img" of="$card" bs=1M seek=556 conv=notrunc,sparse status=none
printf '[all]\ntryboot_a_b=1\nboot_partition=3\n[tryboot]\nboot_partition=2\n' >"$tmp/autoboot.txt"
mcopy -o -i "$card@@4M" "$tmp/autoboot.txt" ::autoboot.txt
wired
grep -q '^firmware: partition 3' "$tmp/board" || fail "it is not the other system" "see $tmp/board"
connected "10.0.2.2:$port"
stop
ok "an update and a pulled plug later it is connected again"

doing "moving the hub onto the unit"
kill "$hub"
wait "$hub" || true
hub=
office renew --all --hub 10.0.2.21:4222
mmd -i "$card@@4M" ::site ::site/hub
put "$tmp/tickets/$door.ticket" "$door.ticket"
for name in authority.pem hub.pem doors site; do put "$tmp/hub/$name" hub/$name; done
wired
connected 10.0.2.21:4222
said '^menshen-site-hub: disabled active'
stop
for name in authority.pem hub.pem doors site; do
  blank "hub/$name" || fail "$name is still on the first partition" "see site-card"
done
ok "the unit is its own site's hub"
