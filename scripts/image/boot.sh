#!/usr/bin/env bash
# boot.sh FOLDER SLOT: makes FOLDER/boot-SLOT.img, a FAT file system with what the Raspberry Pi's
# firmware starts: kernel, first root, device trees, overlays, and the words of both.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
base=$cache/image work=$1 slot=$2 boot=$1/boot-$2 root=$1/root
read -r hash blocks <"$work/hash"
mkdir -p "$boot/overlays"

if [ ! -e "$work/initrd" ]; then
  doing "making the first root"
  first=$tmp/first
  mkdir -p "$first"/{bin,lib,modules}
  cp "$base/firmware/usr/bin/busybox" "$root/usr/sbin/dmsetup" "$first/bin/"
  # libs FILE: copies the libraries that the file asks for, and those that they ask for.
  libs() {
    local name
    for name in $(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
      [ ! -e "$first/lib/$name" ] || continue
      cp -L "$root/usr/lib/aarch64-linux-gnu/$name" "$first/lib/"
      libs "$first/lib/$name"
    done
  }
  libs "$first/bin/dmsetup"
  scripts/image/modules.sh first | cat -n | while read -r n module; do
    xz -dc "$module" >"$(printf '%s/modules/%03d-%s' "$first" "$n" "$(basename "${module%.xz}")")"
  done
  install -m 755 scripts/image/first "$first/first"
  ln -s first "$first/init"
  find "$first" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
  (cd "$first" && find . | LC_ALL=C sort | cpio -o -H newc --reproducible -R 0:0 --quiet) | zstd -q -19 >"$work/initrd"
fi

cp "$work/initrd" "$boot/"
if [ -n "${PIOS:-}" ]; then
  cp -r "$KERNEL"/boot/* "$boot/"
  mv "$boot/kernel8.img" "$boot/vmlinuz"
  cp scripts/image/config.pios.txt "$boot/config.txt"
  tpm=tpm-slb9670
else
  kernel=$(echo "$KERNEL"/usr/lib/modules/*)
  cp "$base/firmware/usr/lib/raspi-firmware"/{bootcode.bin,start.elf,fixup.dat,start4.elf,fixup4.dat} "$boot/"
  gzip -9n <"$kernel/vmlinuz" >"$boot/vmlinuz"
  cp "$kernel"/dtb/broadcom/bcm2711-rpi-*.dtb "$kernel"/dtb/broadcom/bcm2837-rpi-{3,zero,cm3}*.dtb "$boot/"
  cp "$boot/bcm2711-rpi-cm4-io.dtb" "$boot/bcm2711-rpi-cm4.dtb"
  for overlay in spi0 tpm console cable; do
    dtc -q -@ -I dts -O dtb -o "$boot/overlays/$overlay.dtbo" scripts/image/overlays/$overlay.dts
  done
  cp scripts/image/config.txt "$boot/"
  tpm=tpm
fi
[ -z "${TPM:-}" ] || echo "dtoverlay=$tpm" >>"$boot/config.txt"
[ -z "${CABLE:-}" ] || cat "scripts/image/cable${PIOS:+.pios}.txt" >>"$boot/config.txt"
words="menshen.disk=4d656e73 menshen.slot=$slot menshen.root=$hash menshen.blocks=$blocks"
echo "$(tr '\n' ' ' <scripts/image/cmdline.txt)$words" >"$boot/cmdline.txt"
scripts/image/fat.sh "$work/boot-$slot.img" 96M "BOOT-${slot^^}" "$boot"
