#!/usr/bin/env bash
# run.sh [TESTS…]: the door as it is installed. Boots Debian 13 for arm64 with systemd in a
# virtual board, whose GPIO lines (gpio-sim), camera (vivid), serial ports, TPM (swtpm), watchdog
# and USB stick are the kernel's own devices; installs the packages from the stick as the README
# says; and uses the door (the tests beside this file). Time inside counts instructions (-icount):
# the board is as fast as one core with a thousand million instructions a second, however slow this
# machine is.
# TESTS is done in one start of the board: a name, or several with commas; Readme, which installs,
# is the first. Without it all, in this order; each goes on from the disk that the one before left.
# KEEP=FOLDER keeps that disk. Half an hour.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. scripts/say.sh
. scripts/cgo.env
[ $# -gt 0 ] || set -- Readme,Day,Trouble Cuts Late Hang Faces,Crowd First Credential
board=$cache/system-board kept=${KEEP:-$tmp}
[ "$(dpkg --print-architecture)" = amd64 ] ||
  fail "the virtual board runs on amd64 only" "run it on a PC with Debian 12"
scripts/vboard/system/root.sh
ls dist/trixie/menshen_*_arm64.deb >/dev/null 2>&1 ||
  fail "there is no package for arm64" "make packages RELEASES=trixie ARCHES=arm64"

doing "making the disk and the stick"
disk=$kept/disk stick=$kept/stick
[ -e "$disk" ] || cp --sparse=always "$board/disk" "$disk"
# What changes from run to run is brought by a second disk.
mkdir "$tmp/opt"
GOARCH=arm64 CGO_ENABLED=0 go test -c -tags vboard -o "$tmp/opt/system.test" ./scripts/vboard/system
cp README.md scripts/vboard/system/trial "$tmp/opt/"
scripts/pictures.sh >/dev/null
cp "$cache/pictures/collins.png" "$tmp/opt/"
truncate -s 64M "$tmp/opt.img"
/sbin/mke2fs -q -t ext2 -d "$tmp/opt" "$tmp/opt.img"
# A stick as it comes from a shop: one partition, FAT.
truncate -s 128M "$stick"
echo 'start=2048, type=c' | /sbin/sfdisk -q "$stick"
/sbin/mkfs.vfat --offset 2048 "$stick" >/dev/null
mcopy -s -i "$stick@@1M" dist/trixie ::

# boot NAME [WORDS FOR THE KERNEL…] starts the board for the test of that name.
boot() {
  timeout "${VBOARD_SECONDS:-3000}" qemu-system-aarch64 -M virt -cpu cortex-a53 -smp 1 \
    -m "${VBOARD_MEMORY:-512}" -pidfile "$tmp/pid" -icount shift=0 -rtc clock=vm \
    -nographic -nic none -no-reboot \
    -kernel "$board/vmlinuz" -initrd "$board/initrd" \
    -append "console=ttyAMA0 root=/dev/vda rw quiet panic=-1 systemd.mask=serial-getty@ttyAMA0.service trial=$*" \
    -drive if=none,id=disk,format=raw,file="$disk" -device virtio-blk-pci,drive=disk \
    -drive if=none,id=opt,format=raw,readonly=on,file="$tmp/opt.img" -device virtio-blk-pci,drive=opt \
    -drive if=none,id=stick,format=raw,file="$stick" -device qemu-xhci -device usb-storage,drive=stick \
    -chardev socket,id=unit,path="$tmp/line",server=on,wait=off -device pci-serial,chardev=unit \
    -chardev socket,id=far,path="$tmp/line" -device pci-serial,chardev=far \
    -device i6300esb -action watchdog=reset \
    </dev/null 2>"$tmp/qemu" | sed -u 's,\r,,' | tee "$tmp/console"
  grep -qx PASSED "$tmp/console"
}

# cuts N pulls the plug N times while the door is used; then all that it had confirmed must be
# there.
cuts() {
  local known=0
  for n in $(seq "$1"); do
    : >"$tmp/console"
    boot Cut "acked=$known" >"$tmp/all" &
    until grep -qE '^traffic|^--- FAIL|^panic' "$tmp/console"; do
      kill -0 $! 2>/dev/null || break
      sleep 0.2
    done
    sleep "$((RANDOM % 6)).$((RANDOM % 10))"
    ! grep -q -- '--- FAIL' "$tmp/console" && kill -KILL "$(cat "$tmp/pid")" ||
      { cat "$tmp/console"; return 1; }
    wait || true
    known=$(sed -n 's/^acked //p' "$tmp/console" | tail -1 | grep . || echo "$known")
    ok "plug pulled $n times; $known people were confirmed"
  done
  boot Whole "acked=$known"
}

# hang has the kernel stop; the board's watchdog must start it again, which ends the emulator.
hang() {
  boot Hang panic=0 || true
  grep -q '^hanging' "$tmp/console" && ! grep -q -- '--- FAIL' "$tmp/console"
}

for test; do
  begun=$SECONDS
  case $test in
  Cuts) cuts 10 ;;
  Hang) hang ;;
  Late) boot Late late=20 ;;
  *) boot "$test" ;;
  esac || { cat "$tmp/qemu" >&2; fail "$test failed on the virtual board" "read the lines above"; }
  ok "$test, in $((SECONDS - begun)) s"
done
