#!/usr/bin/env bash
# like-pios.sh FILE [BOOT ROOT]: makes a look-alike of an image of Raspberry Pi OS for tests: two
# partitions, FAT with the files of the folder BOOT and ext4 with those of ROOT. Without folders it
# has Debian's kernel and firmware under the names of Raspberry Pi's, so that what is made of it
# starts in the virtual board. FILE ends in .img, or in .img.xz.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
file=${1%.xz} boot=${2:-} root=${3:-}
if [ ! "$boot" ]; then
  boot=$tmp/boot root=$tmp/root kernel=$cache/image/kernel
  modules=$(echo "$kernel"/usr/lib/modules/*)
  mkdir -p "$boot/overlays" "$root"/usr/lib/{aarch64-linux-gnu,modules}
  cp "$cache"/image/firmware/usr/lib/raspi-firmware/{bootcode.bin,start*.elf,fixup*.dat} "$boot/"
  cp "$modules"/dtb/broadcom/bcm27*.dtb "$modules"/dtb/broadcom/bcm2837-rpi-3-b.dtb "$boot/"
  mv "$boot/bcm2837-rpi-3-b.dtb" "$boot/bcm2710-rpi-3-b.dtb"
  gzip -n <"$modules/vmlinuz" >"$boot/kernel8.img"
  for name in disable-bt.dtbo disable-wifi.dtbo overlay_map.dtb; do echo "a look-alike" >"$boot/overlays/$name"; done
  for name in kernel_2712.img initramfs8 config.txt cmdline.txt issue.txt; do echo "a look-alike" >"$boot/$name"; done
  cp -r "$modules" "$root/usr/lib/modules/"
  printf 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_CODENAME=trixie\n' >"$root/usr/lib/os-release"
fi
M=2048
rm -f "$file"
truncate -s 96M "$tmp/fat"
/sbin/mkfs.vfat -F 32 -n BOOTFS "$tmp/fat" >/dev/null
(cd "$boot" && mcopy -s -i "$tmp/fat" ./* ::)
truncate -s $(($(du -sm "$root" | cut -f1) * 2 + 16))M "$tmp/ext4"
/sbin/mke2fs -q -t ext4 -L rootfs -d "$root" "$tmp/ext4"
truncate -s $(($(stat -c %s "$tmp/ext4") + (100 << 20))) "$file"
/sbin/sfdisk -q "$file" <<T
label: dos
start=$((4 * M)), size=$((96 * M)), type=c
start=$((100 * M)), type=83
T
dd if="$tmp/fat" of="$file" bs=1M seek=4 conv=notrunc,sparse status=none
dd if="$tmp/ext4" of="$file" bs=1M seek=100 conv=notrunc,sparse status=none
[ "$file" = "$1" ] || xz -0 -T0 "$file"
