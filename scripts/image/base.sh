#!/usr/bin/env bash
# base.sh: loads what the card takes from Debian 13 for arm64 into $cache/image, once:
#
#   base.tar     a root with systemd, RAUC and the libraries that our packages ask for
#   kernel       the kernel of backports with its modules and device trees
#   firmware     the Raspberry Pi's own, and busybox
#
# All is only unpacked; no program of it is run. What the packages' own scripts would have done, as
# far as a door needs it, is done by root.sh. A minute or two.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
base=$cache/image mirror=$(scripts/package/mirror.sh)
depends=$(dpkg-deb -f dist/trixie/menshen_*_arm64.deb Depends | grep -oE 'libopencv-[a-z]+[0-9]+' | sort | xargs)
this="$depends $(sha256sum <"$0")"
[ ! -e "$base/ready" ] || [ "$(cat "$base/ready")" != "$this" ] || { ok "Debian in $base"; exit 0; }
apt_install qemu-user-static mmdebstrap dosfstools mtools e2fsprogs fdisk kmod xz-utils zstd cpio \
  squashfs-tools cryptsetup-bin device-tree-compiler ||
  fail "mmdebstrap and the makers of file systems could not be installed" "try again with a network"
doing "loading Debian 13 for arm64"
rm -rf "$base"; mkdir -p "$base"
# unpack ROOT FOLDER NAMES PACKAGES… unpacks, of the packages and what they need, those that NAMES
# matches.
cat >"$tmp/unpack" <<'U'
set -e
root=$1 to=$2 names=$3; shift 3
export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
rm -f "$root"/var/cache/apt/archives/*.deb
apt-get install -y --download-only "$@"
mkdir -p "$to"
for deb in "$root"/var/cache/apt/archives/*.deb; do
  [[ ! ${deb##*/} =~ ^($names) ]] || dpkg -x "$deb" "$to"
done
U
mmdebstrap --variant=extract --architectures=arm64 --skip=check/qemu --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' \
  --include="base-files,base-passwd,libc-bin,dash,coreutils,sed,grep,util-linux,mount,fdisk,e2fsprogs,dosfstools,kmod" \
  --include="systemd-sysv,udev,rauc,dmsetup,cryptsetup-bin,systemd-cryptsetup,tzdata" \
  --include="libtss2-esys-3.0.2-0t64,libtss2-rc0t64,libtss2-mu-4.0.1-0t64,libtss2-tcti-device0t64" \
  --include="${depends// /,}" \
  --extract-hook="ls \"\$1\"/var/cache/apt/archives/*.deb | xargs -n1 basename >$base/packages" \
  --extract-hook="bash $tmp/unpack \"\$1\" $base/kernel linux- linux-image-arm64/trixie-backports" \
  --extract-hook="bash $tmp/unpack \"\$1\" $base/firmware 'raspi-f|busybox-s' raspi-firmware busybox-static" \
  trixie "$base/base.tar" "deb $mirror trixie main non-free-firmware" "deb $mirror trixie-updates main" \
  "deb ${mirror%/}-security trixie-security main" "deb $mirror trixie-backports main" >"$tmp/log" 2>&1 ||
  { tail -5 "$tmp/log" >&2; fail "Debian 13 could not be loaded" "try again with a network"; }
echo "$this" >"$base/ready"
ok "Debian in $base"
