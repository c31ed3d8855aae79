#!/usr/bin/env bash
# card.sh FOLDER: makes FOLDER/card.img of root.img, boot-a.img and boot-b.img: the partitions of a
# card, up to the eighth, which is made at the first start. Slot b is empty until the first update.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
work=$1 card=$1/card.img epoch=$SOURCE_DATE_EPOCH
doing "making the card"
[ "$(stat -c %s "$work/root.img")" -le $((320 << 20)) ] ||
  fail "the root is larger than its partition of 320 MiB" "leave something out of it"

first=$tmp/one
mkdir "$first"
printf '[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n%512s' '' | tr ' ' '\n' | head -c 512 \
  >"$first/autoboot.txt"
: >"$first/config.txt"
cp "$cache/image/firmware/usr/lib/raspi-firmware/bootcode.bin" "$first/"
# For whoever puts the card into a laptop.
cp "$work/root/usr/share/menshen/desk.html" "$first/"
scripts/image/fat.sh "$work/one.img" 32M MENSHEN "$first"

# Three starts are counted for a slot that has no system: it is not to be started. The file is
# written by debugfs, since mke2fs would take over when it was made here. A superblock has two
# sectors, and the checksum of both stands in the second: a power cut between them would leave a
# file system that no kernel mounts. So it has none.
echo 3 >"$tmp/three"
truncate -s 16M "$work/state.img"
export E2FSPROGS_FAKE_TIME=$epoch
/sbin/mke2fs -q -t ext4 -O ^metadata_csum -L menshen-state -U 4d656e73-6865-4e00-8000-000000000007 \
  -E hash_seed=4d656e73-6865-4e00-8000-000000000007,root_owner=0:0,lazy_itable_init=0 "$work/state.img"
{
  echo "write $tmp/three starts.b"
  printf "sif starts.b %s @$epoch\n" atime ctime mtime crtime
  echo "sif starts.b mode 0100644"
} | /sbin/debugfs -w -f - "$work/state.img" >/dev/null 2>&1

# In sectors of 512 bytes: each starts at a multiple of 4 MiB.
M=2048
truncate -s 900M "$card"
/sbin/sfdisk -q "$card" <<T
label: dos
label-id: 0x4d656e73
start=$((4 * M)), size=$((32 * M)), type=e
start=$((36 * M)), size=$((96 * M)), type=e
start=$((132 * M)), size=$((96 * M)), type=e
start=$((228 * M)), size=$((672 * M)), type=f
start=$((232 * M)), size=$((320 * M)), type=83
start=$((556 * M)), size=$((320 * M)), type=83
start=$((880 * M)), size=$((16 * M)), type=83
T
put() { dd if="$work/$1" of="$card" bs=1M seek="$2" conv=notrunc,sparse status=none; }
put one.img 4
put boot-a.img 36
put root.img 232
put state.img 880
