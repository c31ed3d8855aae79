#!/usr/bin/env bash
# pios.sh FILE SHA256: takes from an image of Raspberry Pi OS what Debian lacks for a Pi 5 and for
# cameras on a ribbon cable, into $cache/pios:
#
#   usr/lib/modules   the modules of kernel8.img, which starts each board from Pi 3 to Pi 5
#   boot              that kernel, firmware, device trees, overlays
#   os                the name, SHA-256 and kernel of what it was taken from
#
# FILE is the 64-bit one of Debian 13 (trixie), Lite or not, packed by xz or plain; SHA256 is what
# its download page says. Nothing of it is run or mounted. One that is refused leaves what was taken
# before as it was.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
file=$1 sum=${2,,} to=$cache/pios new=$cache/pios.new
page="raspberrypi.com/software/operating-systems, \"Raspberry Pi OS Lite\", 64-bit"
trap 'rm -rf "$tmp" "$new"' EXIT
# no WHAT: it is not the image that is needed.
no() { fail "$file $1" "take the one of $page"; }

[ -f "$file" ] && [ -r "$file" ] || fail "there is no image $file" "download it from $page; then PIOS=FILE SHA256=…"
[[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "SHA256 is no checksum of 64 hex digits" "copy it from the download page: SHA256=…"
PATH=$PATH:/sbin:/usr/sbin
for tool in debugfs mcopy xz sfdisk modprobe; do
  command -v $tool >/dev/null || fail "$tool is not here" "apt-get install e2fsprogs mtools xz-utils fdisk kmod"
done
doing "reading $(basename "$file")"
sha256_is "$sum" "$file" || fail "$file is not what its SHA-256 says" "compare the digits, or download it again"
this="$sum $(sha256sum <scripts/image/pios.sh)"
[ "$(cat "$to/ready" 2>/dev/null)" != "$this" ] || { ok "$(cat "$to/os")"; exit 0; }

# ---- unpacked, beside what it becomes

rm -rf "$new"; mkdir -p "$new/usr/lib/modules"
os=$new/os.img
case $(head -c 6 "$file" | od -An -tx1 | tr -d ' \n') in
fd377a585a00)
  size=$(xz --robot --list -- "$file" 2>/dev/null | awk '$1 == "totals" { print $5 }') || size=
  [ "$size" ] || fail "$file is cut off, or damaged" "download it again"
  room=$(df --output=avail -B1 "$new" | tail -1)
  [ "$room" -gt $((size + (256 << 20))) ] ||
    fail "there is no room to unpack it: $((size >> 20)) MiB in $cache, and $((room >> 20)) are free" \
      "make room, or set MENSHEN_CACHE to a folder on another disk"
  doing "unpacking $((size >> 20)) MiB"
  xz -dcv -- "$file" >"$os" || fail "$file cannot be unpacked" "download it again"
  ;;
504b0304*) no "is a zip" ;;
*) os=$(realpath "$file") ;;
esac

# The first sectors of both partitions: FAT for the firmware, ext4 for the root.
# shellcheck disable=SC2046  # two words are meant
set -- $(sfdisk --dump "$os" 2>/dev/null | sed -nE '0,/^label: dos/d; s/.*start= *([0-9]+),.*type=(c|83)\b.*/\1/p')
[ $# = 2 ] || no "is no image of Raspberry Pi OS: it has not the two partitions of one"
boot=$(($1 * 512)) root=$(($2 * 512))
in_root() { debugfs -R "$1" "$os?offset=$root" 2>/dev/null; }
of_system() { in_root "cat /usr/lib/os-release" | sed -n "s/^$1=\"\?\([^\"]*\)\"\?$/\1/p"; }
release=$(of_system VERSION_CODENAME)
[ "$release" ] || no "has no system that can be read"
in_root "stat /usr/lib/aarch64-linux-gnu" | grep -q Inode || no "is the 32-bit one"
[ "$release" = trixie ] || no "is of $release; the image is made of Debian 13 (trixie)"

# ---- taken

doing "taking kernel, firmware and device trees"
mkdir "$new/boot"
mcopy -snQ -i "$os@@$boot" ::* "$new/boot/" >"$tmp/log" 2>&1 || no "has no boot partition that can be read"
for name in bootcode.bin start.elf fixup.dat start4.elf fixup4.dat kernel8.img bcm2710-rpi-3-b.dtb bcm2711-rpi-4-b.dtb \
  bcm2712-rpi-5-b.dtb overlays/overlay_map.dtb overlays/disable-bt.dtbo overlays/disable-wifi.dtbo; do
  [ -s "$new/boot/$name" ] || no "has no $name"
done
# The kernel says itself which modules are its own.
{ gzip -dc "$new/boot/kernel8.img" 2>/dev/null || cat "$new/boot/kernel8.img"; } >"$tmp/kernel"
version=$(grep -aom1 'Linux version [^ ]*' "$tmp/kernel" | cut -d' ' -f3) || no "has a kernel8.img that is no kernel"
in_root "rdump /usr/lib/modules/$version $new/usr/lib/modules" >/dev/null
[ -d "$new/usr/lib/modules/$version/kernel" ] || no "has no modules of its kernel $version"
export KERNEL=$new PIOS=1
scripts/image/modules.sh >/dev/null 2>"$tmp/log" ||
  no "has a kernel, $version, that cannot start a card ($(tail -1 "$tmp/log"))"
lacks=$(scripts/image/modules.sh lacks | xargs)
[ -z "$lacks" ] || doing "its kernel does without: $lacks"

find "$new/boot" -maxdepth 1 -type f ! -name '*.dtb' ! -name bootcode.bin ! -name 'start*.elf' ! -name 'fixup*.dat' \
  ! -name kernel8.img ! -name 'LICEN*' -delete
rm -f "$new"/boot/{start,fixup}*{cd,db,x}.*
rm -rf "$new/os.img" "$to"
name=$(basename "$file")
echo "${name%.xz} $sum kernel $version" >"$new/os"
echo "$this" >"$new/ready"
mv "$new" "$to"
ok "$(cat "$to/os")"
