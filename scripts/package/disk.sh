#!/usr/bin/env bash
# disk.sh FILE PAGE: makes the disk that a laptop finds at the unit's USB port: one partition, FAT,
# with PAGE as desk.html, first steps in both languages, and the manual. The same bytes each time.
set -euo pipefail
image=$(realpath "$1") page=$2 top=$(dirname "$(realpath "$0")")/../..
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800} LC_ALL=C.UTF-8 TZ=UTC
cp "$page" "$files/desk.html"
# A text as Windows' oldest editor reads it too: it names its encoding, and ends its lines in CR LF.
text() { { printf '\xef\xbb\xbf'; sed 's/$/\r/' "$1"; } >"$files/$2"; }
text "$top/scripts/package/disk/first-steps.txt" first-steps.txt
text "$top/scripts/package/disk/first-steps.zh.txt" first-steps.zh.txt
text "$top/docs/install.md" install.txt
text "$top/docs/repair.md" repair.txt
"$top/scripts/image/fat.sh" "$files.img" 4M MENSHENDESK "$files" -s 1

# In sectors of 512 bytes. A laptop may take a disk that is not removable for one without a file
# system, unless it has a table of partitions.
rm -f "$image"
truncate -s $((64 * 512 + (4 << 20))) "$image"
printf 'label: dos\nlabel-id: 0x6465736b\nstart=64, type=e\n' | /sbin/sfdisk -q "$image"
dd if="$files.img" of="$image" bs=512 seek=64 conv=notrunc,sparse status=none
rm "$files.img"
