#!/usr/bin/env bash
# told.sh: does the firmware of a Raspberry Pi learn of a trial? The card's kernel and its module
# tryboot are started on an emulated Pi 3, and restarted with the words "0 tryboot". qemu plays the
# firmware's mailbox as far as it says which tags it was handed and does not know: 0x00038064 must
# be among them once, and not when the restart has no words. Two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
kernel=$(echo "$cache"/image/kernel/usr/lib/modules/*) first=$tmp/first
command -v qemu-system-aarch64 >/dev/null || apt_install qemu-system-arm ||
  fail "qemu could not be installed" "try again with a network"
mkdir -p "$first/bin"
cp "$cache/image/firmware/usr/bin/busybox" "$first/bin/"
xz -dc "$kernel/updates/tryboot.ko.xz" >"$first/tryboot.ko"
GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -o "$first/restart" ./scripts/image/restart
cat >"$first/init" <<'I'
#!/bin/busybox sh
/bin/busybox mkdir /proc
/bin/busybox mount -t proc proc /proc
/bin/busybox insmod /tryboot.ko
! /bin/busybox grep -q words /proc/cmdline || /restart
/bin/busybox reboot -f
I
chmod +x "$first/init"
(cd "$first" && find . | cpio -o -H newc --quiet) >"$tmp/initrd"
# board WORDS: the emulated Pi, until it restarts; what its mailbox was handed is in $tmp/tags.
board() {
  : >"$tmp/line"
  timeout 300 qemu-system-aarch64 -M raspi3b -kernel "$kernel/vmlinuz" \
    -dtb "$kernel/dtb/broadcom/bcm2837-rpi-3-b.dtb" \
    -initrd "$tmp/initrd" -append "console=ttyS1,115200 loglevel=6 $1" -no-reboot -display none \
    -d unimp -D "$tmp/tags" -serial null -serial file:"$tmp/line" 2>/dev/null &
  local board=$!
  until grep -aq 'reboot: Restarting' "$tmp/line"; do
    sleep 1
    kill -0 $board 2>/dev/null ||
      { tail "$tmp/line" >&2; fail "the emulated Pi does not restart" "read the lines above"; }
  done
  kill $board
  wait $board 2>/dev/null || true
}
doing "restarting an emulated Raspberry Pi 3"
board words
[ "$(grep -c 'tag 0x00038064' "$tmp/tags")" = 1 ] && grep -aq 'tryboot: the firmware was told' "$tmp/line" ||
  { cat "$tmp/tags" "$tmp/line" >&2; fail "the firmware was not told" "read the lines above"; }
board plain
! grep -q 'tag 0x00038064' "$tmp/tags" || fail "the firmware was told of a trial that there is not" "see tryboot.c"
ok "the firmware is told of a trial, and of no other restart"
