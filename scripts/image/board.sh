#!/usr/bin/env bash
# board.sh CARD [ARCHIVE] [WORDS FOR QEMU…]: starts a card's image in a virtual board, again after
# each reset, until it is switched off. The console's line is this terminal.
#
# It plays the firmware of a Raspberry Pi: reads autoboot.txt, takes kernel, first root and command
# line of the partition that stands there, and tells the kernel which one it was in the device tree.
# "reboot 0 tryboot" has it take the other once. Not played: bootcode.bin, start.elf, overlays.
# ARCHIVE (cpio) comes behind the first root: what a test adds, so that no byte of the card is
# changed for it. BOARD_LOG=FILE is told each partition that is started, and what the console said;
# BOARD_WRITES=FILE is told what start N writes to the card, in FILE.N, as dm-log-writes has it;
# BOARD_CLOCK is qemu's (not sleep=off: while the disk is slow the board's time would fly, and its
# watchdog bite); BOARD_TRY=1 begins with the flag, BOARD_ONCE=1 ends at the first reset;
# BOARD_WORDS is for the kernel; BOARD_LINE=NAME is the console's line instead of this terminal:
# the pipes NAME.in and NAME.out.
set -euo pipefail
. "$(dirname "$0")/../say.sh"
card=$1 archive=${2:-} log=${BOARD_LOG:-$tmp/log}
shift $(($# < 2 ? $# : 2))

# offset NUMBER prints where the partition begins, in bytes.
offset() { echo $(($(/sbin/sfdisk --dump "$card" | grep start= | sed -n "$1s/.*start= *\([0-9]*\).*/\1/p") * 512)); }
# setting SECTION KEY prints what autoboot.txt says.
setting() { sed -n "/^\[$1\]/,/^\[/s/^$2=//p" "$tmp/autoboot.txt"; }

machine=(-M virt -cpu cortex-a53 -smp 1 -m "${BOARD_MEMORY:-512}")
qemu-system-aarch64 "${machine[@]}" -machine dumpdtb="$tmp/plain.dtb" 2>/dev/null
line=stdio,signal=off
[ -z "${BOARD_LINE:-}" ] || line=pipe,path=$BOARD_LINE
try=${BOARD_TRY:-0} starts=0
while :; do
  mcopy -n -o -i "$card@@$(offset 1)" ::autoboot.txt "$tmp/"
  section=all
  [ $try = 0 ] || section=tryboot
  part=$(setting $section boot_partition)
  for file in config.txt cmdline.txt vmlinuz initrd; do
    mcopy -n -o -i "$card@@$(offset "$part")" ::$file "$tmp/" ||
      fail "the firmware finds no $file on partition $part" "the board stands still"
  done
  cat "$tmp/initrd" >"$tmp/first"
  truncate -s "%4" "$tmp/first"
  [ -z "$archive" ] || cat "$archive" >>"$tmp/first"
  cp "$tmp/plain.dtb" "$tmp/dtb"
  fdtput -p -t i "$tmp/dtb" /chosen/bootloader partition "$part"
  fdtput -t i "$tmp/dtb" /chosen/bootloader tryboot $try

  disk=format=raw,file=$card starts=$((starts + 1))
  if [ -n "${BOARD_WRITES:-}" ]; then
    : >"$BOARD_WRITES.$starts"
    disk=driver=blklogwrites,file.driver=file,file.filename=$card,log.driver=file,log.filename=$BOARD_WRITES.$starts
  fi
  echo "firmware: partition $part, tryboot $try" >>"$log"
  qemu-system-aarch64 "${machine[@]}" ${BOARD_CLOCK--icount shift=0 -rtc clock=vm} -nic none -display none -no-reboot \
    -dtb "$tmp/dtb" -kernel "$tmp/vmlinuz" -initrd "$tmp/first" -append "$(cat "$tmp/cmdline.txt") ${BOARD_WORDS:-}" \
    -chardev "$line,id=console,logfile=$tmp/console" -serial chardev:console \
    -drive if=none,id=card,"$disk" -device virtio-blk-pci,drive=card \
    -device i6300esb -action watchdog=reset "$@"
  cat "$tmp/console" >>"$log"
  ! grep -q 'reboot: Power down' "$tmp/console" && [ -z "${BOARD_ONCE:-}" ] || break
  try=0
  ! grep -q "reboot: Restarting system with command '0 tryboot'" "$tmp/console" || try=1
done
