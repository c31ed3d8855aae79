#!/usr/bin/env bash
# fat.sh FILE SIZE LABEL FOLDER [WORDS FOR mkfs.vfat]: makes a FAT16 file system of what is in the
# folder, the same bytes each time.
set -euo pipefail
image=$(realpath "$1")
truncate -s "$2" "$image"
/sbin/mkfs.vfat -F 16 -n "$3" -i "$(printf %s "$3" | sha256sum | cut -c1-8)" --invariant "${@:5}" "$image" >/dev/null
find "$4" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
cd "$4"
mcopy -s -m -i "$image" ./* ::
