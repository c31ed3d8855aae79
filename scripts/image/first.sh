#!/usr/bin/env bash
# first.sh [TESTS…]: the first start of a card, by an installer who is a program. It writes the
# image in dist/image to a card (flash.sh) with a door's settings, starts it in the virtual board
# (board.sh) with a TPM and a camera, and sits down at its serial line
# (scripts/vboard/system/setup_test.go). SetUp: the set-up with its self-test, the first card, the
# first face; the power is cut once while the vault's partition is made. Then that unit starts
# without its TPM (NoTPM), with that of another one (OtherTPM), with its own (Again), and with a
# partition 7 that cannot be read (NoState). Replace: another card takes its place, from its backup
# on a stick.
# Without TESTS all. Each phase is told with the seconds that it took the board. IMAGE=FOLDER is
# where the image lies, if not in dist/image. Half an hour; root only.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
. scripts/cgo.env
made=${IMAGE:-${DIST:-$PWD/dist}/image}
ls "$made"/*.img.zst >/dev/null 2>&1 || fail "there is no image" "make image"
# The root of the other virtual board has the programs that feed a camera, and that are a TPM.
[ -e "$cache/system-board/root.tar" ] || scripts/vboard/system/root.sh
scripts/image/archive.sh "$tmp/archive"

doing "making the disk of the tests"
opt=$tmp/opt
mkdir -p "$opt/lib" "$tmp/root"
GOARCH=arm64 CGO_ENABLED=0 go test -c -tags vboard -o "$opt/system.test" ./scripts/vboard/system
cp scripts/vboard/system/trial "$opt/"
scripts/pictures.sh >/dev/null
cp "$cache/pictures/collins.png" "$opt/"
tar -xf "$cache/system-board/root.tar" -C "$tmp/root" ./usr/bin ./usr/lib/aarch64-linux-gnu
# libs FILE: takes the libraries along that the file asks for, and those that they ask for.
libs() {
  local name
  for name in $(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [ ! -e "$opt/lib/$name" ] || continue
    cp -L "$(find "$tmp/root/usr/lib" -name "$name" | head -1)" "$opt/lib/"
    libs "$opt/lib/$name"
  done
}
for program in v4l2-ctl swtpm; do
  cp "$tmp/root/usr/bin/$program" "$opt/lib/"
  libs "$opt/lib/$program"
  printf '#!/bin/sh\nexport LD_LIBRARY_PATH=/run/opt/lib\nexec /run/opt/lib/%s "$@"\n' "$program" >"$opt/$program"
  chmod 755 "$opt/$program"
done
truncate -s 128M "$tmp/opt.img"
/sbin/mke2fs -q -t ext2 -L trial -d "$opt" "$tmp/opt.img"
truncate -s 64M "$tmp/stick"
echo 'start=2048, type=c' | /sbin/sfdisk -q "$tmp/stick"
/sbin/mkfs.vfat --offset 2048 "$tmp/stick" >/dev/null

# The serial cable. Not a socket, which is full after some hundred single bytes, and then stops the
# board that is to read them.
mkfifo "$tmp/near.in" "$tmp/near.out"
ln -s near.out "$tmp/far.in"
ln -s near.in "$tmp/far.out"

# new_card: a card as an installer writes it.
new_card() {
  cat >"$tmp/door.txt" <<'D'
[unit]
name     = "4 号楼大门"
location = "building entrance"
handler  = "Example Homes Ltd."
contact  = "+86 21 5555 0100, front desk"
board    = "rpi4"
[site]
zone = "Asia/Shanghai"
[camera]
source = "v4l2:/dev/video0"
[faces]
enabled = true
challenge = "never"
D
  rm -f "$tmp/card"
  scripts/flash.sh "$made"/*.img.zst "$tmp/card" --settings "$tmp/door.txt" --yes
  truncate -s 2G "$tmp/card"
}

# start TESTS WORDS: the board with that card, until the tests switch it off.
start() {
  doing "$1"
  : >"$tmp/told"
  BOARD_WORDS="trial=$1 ${2:-}" BOARD_LINE=$tmp/near BOARD_LOG=$tmp/board timeout "${VBOARD_SECONDS:-3000}" \
    scripts/image/board.sh "$tmp/card" "$tmp/archive" \
    -chardev file,id=told,path="$tmp/told" -device pci-serial,chardev=told \
    -chardev pipe,id=far,path="$tmp/far" -device pci-serial,chardev=far \
    -drive if=none,id=opt,format=raw,file="$tmp/opt.img" -device virtio-blk-pci,drive=opt \
    -drive if=none,id=stick,format=raw,file="$tmp/stick" -device qemu-xhci -device usb-storage,drive=stick \
    </dev/null >"$tmp/qemu" 2>&1 || true
  tr -d '\r' <"$tmp/told" >>"${REPORT:-/dev/null}"
  tr -d '\r' <"$tmp/told" | grep -qx PASSED ||
    { tail -n 60 "$tmp/told" "$tmp/board" "$tmp/qemu" >&2; fail "$1 failed" "read the lines above"; }
  tr -d '\r' <"$tmp/told" | sed -n 's/^.*phase: /  /p'
  ok "$1"
}

# sealed: nothing of what the unit stored can be read on its card.
sealed() {
  ! tail -c +$((897 << 20)) "$tmp/card" | grep -aq commissioning ||
    fail "the vault's partition can be read" "look at it"
}

[ $# -gt 0 ] || set -- SetUp NoTPM OtherTPM Again NoState Replace
for test; do
  case $test in
  SetUp)
    new_card
    start SetUp,Sealed,Stick "tpm=a cut"
    sealed
    ;;
  Again) start Again tpm=a ;;
  NoTPM) start NoTPM ;;
  OtherTPM) start OtherTPM tpm=b ;;
  NoState)
    dd if=/dev/zero of="$tmp/card" bs=1M seek=880 count=16 conv=notrunc status=none
    start NoState tpm=a
    ;;
  Replace)
    new_card
    start Replace tpm=c
    ;;
  *) fail "there is no test $test" "see the head of this script" ;;
  esac
done
