#!/usr/bin/env bash
# updates.sh [STEPS…]: updates a card's image in the virtual board (board.sh), and all that can go
# wrong with it. Each step takes the card of the one before:
#
#   systems    two images of the packages in dist, the second a second newer, and updates on sticks
#   refused    no update, another key's, an unsigned one, a damaged one: the other slot is untouched
#   installed  an operator types 'update'; it is written, tried, kept; the dossier proves what runs
#   older      the update before is refused then, also by a unit whose clock is wrong
#   crash hang relay reader vault
#              so fails the new system in its trial: the old one comes back and tells
#   later      it crashes once it is kept: after three starts the card goes back to the old one
#   cuts       COUNT=50 power cuts by SEED=1 during that update; START=10 of the cards are started
#
# WORK=FOLDER keeps the images, and the card at each step. REPORT=FILE keeps what the board said of
# its starts. Two hours; root only.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
work=${WORK:-$tmp/work} card=$tmp/card
mkdir -p "$work"
work=$(realpath "$work")
. scripts/image/drive.sh

systems() {
  [ ! -e "$work/ready" ] || return 0
  local name version
  for name in good wrong; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=$name" \
      -keyout "$work/$name.key" -out "$work/$name.pem" 2>/dev/null
  done
  rm -f "$work"/publisher* "$work"/releases.*
  go run ./scripts/release key example.org/menshen "$work/publisher" >/dev/null
  export CERTIFICATE=$work/good.pem PUBLISHER=$work/publisher.vkey LEVEL=1
  version=$(basename dist/trixie/menshen_*_arm64.deb)
  version=${version#menshen_} version=${version%%-*}
  system old "$version"
  system new "$(perl -pe 's/(?<=\.)(\d+)(?=\+)/sprintf "%06d", $1 + 1/e' <<<"$version")"
  update old good
  update new good
  update new wrong
  cp "$work/new.good" "$work/damaged"
  printf '\xff\xff\xff\xff' | dd of="$work/damaged" bs=1 seek=60000000 conv=notrunc status=none
  # An update's signature stands behind its file system, whose length is in bytes 40 to 48.
  head -c $(($(od -An -t u8 -j 40 -N 8 "$work/new.good") + 4095 & ~4095)) "$work/new.good" >"$work/unsigned"
  for name in old.good new.good new.wrong damaged unsigned none; do
    rm -rf "$tmp/stick"
    mkdir "$tmp/stick"
    [ $name = none ] && echo "No update." >"$tmp/stick/readme.txt" || mv "$work/$name" "$tmp/stick/update.raucb"
    SOURCE_DATE_EPOCH=1700000000 scripts/image/fat.sh "$work/stick.$name" 256M STICK "$tmp/stick"
  done
  touch "$work/ready"
}
# system NAME VERSION: an image, and its release in the publisher's log.
system() {
  rm -rf "$work/$1"
  VERSION=$2 DIST=$work/$1 scripts/image/image.sh
  mkdir -p "$work/$1/trixie"
  cp dist/trixie/menshen-{models,voice}_* "$work/$1/trixie/"
  cp dist/trixie/menshen_*_arm64.deb "$work/$1/trixie/menshen_$2-1~deb13_arm64.deb"
  go run ./scripts/release append "$work/publisher" "$work/releases.log" "$work/$1"
  cp "$work/releases.log" "$work/releases.$1"
}
# update NAME KEY: an update to that image.
update() {
  LOG=$work/releases.$1 DIST=$work/$1 scripts/image/bundle.sh "$work/$2.key" "$work/$2.pem"
  mv "$work/$1"/image/*.raucb "$work/$1.$2"
}
version() { cat "$work/$1/image/version"; }

# take STEP: the card as that step left it. keep STEP: the card is left so.
take() { cp --sparse=always "$work/$1" "$card"; }
keep() { cp --sparse=always "$card" "$work/$1"; }

# usb: the board with a host for sticks, and the emulator's own line, by which they are plugged.
usb() {
  rm -f "$tmp"/line.{in,out}
  mkfifo "$tmp"/line.{in,out}
  cat <>"$tmp/line.out" >/dev/null &
  reader=$!
  exec 8<>"$tmp/line.in"
  start -device qemu-xhci,id=usb -chardev pipe,id=line,path="$tmp/line" -mon chardev=line
  await "$tmp/report" 'report ends'
}
unplugged() {
  stop
  kill "$reader"
  wait "$reader" 2>/dev/null || true
}
# offered STICK WORDS: plugs it, and types 'update' until the unit sees it; it must say that.
offered() {
  local try
  printf '%s\n' "drive_add 0 if=none,id=$1,format=raw,readonly=on,file=$work/stick.$1" \
    "device_add usb-storage,bus=usb.0,drive=$1,id=at-$1" >&8
  for try in $(seq 20); do
    sleep 3
    type update
    shows 'Problem: \|On the stick: '
    text "$tmp/since" | grep -aq 'no USB stick' || break
  done
  shows "$2"
}
unplug() {
  echo "device_del at-$1" >&8
  sleep 5
}

refused() {
  local stick why
  zstd -qdf --sparse "$work"/old/image/*.img.zst -o "$card"
  mcopy -i "$card@@4M" "$work/releases.old" ::releases.log
  truncate -s 2G "$card"
  keep flashed
  # The set-up begins: take-card keeps the log of releases that came with the card.
  BOARD_WORDS=fresh start
  await "$tmp/report" 'report ends'
  soon has_log old
  stop
  ok "the log of releases came with the card"

  usb
  log_in
  type update
  shows 'no USB stick'
  while read -r stick why; do
    offered "$stick" "$why"
    unplug "$stick"
    ok "refused, $stick: $why"
  done <<'R'
none there is no update on the stick
new.wrong not signed by a key
unsigned not signed by a key
R
  refused_when_read
  soon is_healthy
  unplugged
  [ "$(state starts.b)" = 3 ] && untouched || fail "slot b was written to" "see the card"
  keep before
}
# refused_when_read: a block far inside that is damaged shows before anything is written.
refused_when_read() {
  offered damaged 'Type yes or no'
  type yes
  shows 'update is damaged'
  unplug damaged
  ok "refused, damaged: when all of it was read, before anything is written"
}
# has_log NAME: both systems know the log of releases up to that one.
has_log() { cmp -s <(state releases.log) "$work/releases.$1"; }
# is_healthy: the door worked for a minute.
is_healthy() { [ "$(state starts.a)" = 0 ]; }
# untouched: slot b of the card is as it was flashed.
untouched() { same 132 96 && same 556 320; }
same() { cmp -n $(($2 << 20)) -i $(($1 << 20)) "$card" "$work/flashed"; }

installed() {
  take before
  BOARD_ONCE=1 BOARD_WRITES=$work/writes.a usb
  log_in
  offered new.good 'Type yes or no'
  type yes
  shows 'Restart now'
  type no
  shows 'anna>'
  keep written
  type update
  shows 'not yet tried.*Restart now'
  type yes
  wait "$board" || true
  unplugged
  grep -aq "Restarting system with command '0 tryboot'" "$tmp/board" ||
    fail "it does not restart for a trial" "see the console"
  has_log new || fail "the update's log of releases is not kept" "see 'menshen slot admit'"
  keep tried
  ok "written; the firmware is told to try it"

  BOARD_TRY=1 BOARD_WRITES=$work/writes.b start
  await "$tmp/report" 'report ends'
  soon is_kept
  sleep 5 # for the record in the vault
  stop
  keep kept
  ok "tried and kept; the floor is $(state floor)"
}
is_kept() {
  [ "$(committed)" = b ] && [ "$(state floor)" = "$(version new)" ] && [ "$(state starts.b)" = 0 ] &&
    state trial | grep -q '"stage":"kept"'
}

older() {
  local words path
  take kept
  usb
  log_in
  type status
  shows "$(version new)"
  type dossier
  shows 'Dossier written to .*--key [0-9a-f]\{64\}'
  words=$(text "$tmp/since")
  path=$(sed 's/.*Dossier written to \/var\([^ ]*\.html\).*/\1/' <<<"$words")
  offered old.good 'older than one'
  unplug old.good
  ok "refused: an older one"
  refused_when_read
  unplugged
  [ "$(state starts.a)" = 0 ] || fail "the system before is lost" "see starts.a"
  whole 900 2048 "$tmp/var" || fail "the vault's file system is damaged" "see the card"
  /sbin/debugfs -R "dump $path $tmp/dossier.html" "$tmp/var" 2>/dev/null
  ok "$(menshen dossier verify "$tmp/dossier.html" --key "$(grep -oE '[0-9a-f]{64}' <<<"$words" | head -1)" \
    --publisher "$work/publisher.vkey" | tail -1)"

  # The certificate is not valid yet then: only the floor tells what is old.
  BOARD_CLOCK='-icount shift=0 -rtc clock=vm,base=2001-01-01' usb
  log_in
  offered old.good 'older than one'
  unplug old.good
  offered new.good 'the same version as the one that runs'
  unplugged
  ok "refused: an older one, by a unit whose clock is wrong; the version that runs is still offered"
}
menshen() {
  [ -x "$tmp/menshen" ] || (. scripts/cgo.env && go build -o "$tmp/menshen" ./cmd/menshen)
  "$tmp/menshen" "$@"
}

# fault NAME WORDS: the new system with that fault comes back to the old one, which says so.
fault() {
  take tried
  BOARD_TRY=1 BOARD_WORDS=fault=$1 start
  back 2 "$2"
  ok "$1: $entry"
}
crash() { fault crash 'it stopped before it could be kept'; }
hang() { fault hang 'it stopped before it could be kept'; }
reader() { fault reader 'not everything worked: reader'; }
vault() { fault vault 'not everything worked: .*store'; }
# relay: another driver has its line, so the door's program does not start, and the trial's ten
# minutes end it.
relay() { fault relay 'the door did not work for a minute before the time was over'; }
later() {
  take kept
  BOARD_WORDS=fault=crash start
  back 4 'it was kept, and later did not start three times'
  [ "$(grep -c '^firmware: partition 3' "$tmp/board")" = 4 ] && grep -aq 'did not come up three times' "$tmp/board" ||
    { cat "$tmp/board" >&2; fail "the card was not given back after three starts" "read the lines above"; }
  ok "three starts after it was kept: $entry"
}
# back STARTS WORDS: the old system comes back at that start, its door works, and it says why.
back() {
  await "$tmp/report" 'report ends' "$1"
  await "$tmp/board" 'firmware: partition 2, tryboot 0'
  [ "$(tr -d '\r' <"$tmp/report" | grep '^services: ' | tail -1)" = 'services: active active ' ] ||
    { cat "$tmp/report" >&2; fail "the system before does not come up" "read the lines above"; }
  soon is_told
  log_in
  type status
  shows "was tried and taken back: $2"
  stop
  [ "$(committed)$(state starts.b)" = a3 ] || fail "slot b may still start" "see the card"
  whole 900 2048 "$tmp/var" || fail "the vault's file system is damaged" "see the card"
  rm -rf "$tmp/unit"
  mkdir -p "$tmp/unit"
  /sbin/debugfs -R "rdump /etc/menshen $tmp/unit" "$tmp/state" 2>/dev/null
  mv "$tmp/unit/menshen" "$tmp/unit/etc"
  /sbin/debugfs -R "rdump /lib/menshen $tmp/unit" "$tmp/var" 2>/dev/null
  sed -i "s|\"/var/lib/menshen\"|\"$tmp/unit/menshen\"|; s|file:/etc/menshen|file:$tmp/unit/etc|" \
    "$tmp/unit/etc/door.toml"
  chown -R 0:0 "$tmp/unit"
  menshen audit export --config "$tmp/unit/etc/door.toml" >"$tmp/unit/audit"
  entry=$(grep -ao '"update taken back".*' "$tmp/unit/audit") || fail "the audit log does not tell" "see $tmp/unit"
}
is_told() { state trial | grep -q '"told":true'; }

[ $# -gt 0 ] || set -- systems refused installed older crash hang relay reader vault later cuts
for step; do
  doing "$step"
  case $step in cuts) scripts/image/cuts.sh "$work" ;; *) $step ;; esac
done
