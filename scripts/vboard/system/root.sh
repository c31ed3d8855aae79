#!/usr/bin/env bash
# root.sh: makes the root of the virtual board, $cache/system-board: Debian 13 for arm64 with
# systemd, the kernel of backports, and the libraries that the packages ask for, which an installer
# would get from Debian's mirror. Some ten minutes, once; as root, for the programs that the
# installation runs are arm64's (qemu-user).
set -euo pipefail
cd "$(dirname "$0")/../../.."
. scripts/say.sh
board=$cache/system-board
depends=$(dpkg-deb -f dist/trixie/menshen_*_arm64.deb Depends | grep -oE 'libopencv-[a-z]+[0-9]+' | sort | xargs)
loaded="$depends $(sha256sum <"$0")"
this="$loaded $(cat scripts/vboard/system/first $(find scripts/vboard/system/board -type f | sort) | sha256sum)"
[ ! -e "$board/ready" ] || [ "$(cat "$board/ready")" != "$this" ] || { ok "virtual board in $board"; exit 0; }
apt_install qemu-system-arm qemu-user-static mmdebstrap dosfstools mtools e2fsprogs fdisk kmod xz-utils cpio ||
  fail "qemu or mmdebstrap could not be installed" "try again with a network"
if [ ! -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; then
  [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  cat /usr/lib/binfmt.d/qemu-aarch64.conf >/proc/sys/fs/binfmt_misc/register
fi

# Debian's part is kept, for what is laid over it changes more often.
load() {
  doing "loading a root of Debian 13 for arm64"
  rm -rf "$board"; mkdir -p "$board"
  mirror=$(scripts/package/mirror.sh)
  # The kernel is only unpacked: what its installation would make takes an emulator a quarter of an
  # hour.
  cat >"$tmp/kernel" <<'K'
set -e
chroot "$1" apt-get install -y --download-only linux-image-arm64/trixie-backports busybox-static
for deb in "$1"/var/cache/apt/archives/{linux-,busybox-static}*.deb; do dpkg -x "$deb" "$1/kernel"; done
K
  mmdebstrap --variant=minbase --architectures=arm64 --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include="systemd-sysv,udev,dbus,kmod,e2fsprogs,v4l-utils,swtpm,${depends// /,}" \
    --include="libtss2-esys-3.0.2-0t64,libtss2-rc0t64,libtss2-mu-4.0.1-0t64,libtss2-tcti-device0t64" \
    --customize-hook="bash $tmp/kernel \"\$1\"" \
    trixie "$tmp/root.tar" "deb $mirror trixie main" "deb $mirror trixie-backports main" >"$tmp/log" 2>&1 ||
    { tail -5 "$tmp/log" >&2; fail "Debian 13 could not be loaded" "try again with a network"; }
  mv "$tmp/root.tar" "$board/"
  echo "$loaded" >"$board/loaded"
}
[ -e "$board/loaded" ] && [ "$(cat "$board/loaded")" = "$loaded" ] || load

doing "making the disk"
rm -f "$board"/{ready,disk}
root=$tmp/root first=$tmp/first
mkdir -p "$root" "$first"/{bin,modules}
tar -xf "$board/root.tar" -C "$root" --exclude './dev/*'
mv "$root/kernel/usr/lib/modules" "$root/usr/lib/"
version=$(ls "$root/usr/lib/modules")
mv "$root/usr/lib/modules/$version/vmlinuz" "$board/"
/sbin/depmod -b "$root" "$version"

# The first root: busybox and what finds the disk.
mv "$root/kernel/usr/bin/busybox" "$first/bin/"
rm -r "$root/kernel"
for module in virtio_blk ext4; do
  /sbin/modprobe -S "$version" -d "$root" --show-depends $module
done | awk '/^insmod/ && !seen[$2]++ { print $2 }' | cat -n | while read -r n ko; do
  xz -dc "$ko" >"$first/modules/$n.ko"
done
install -m 755 scripts/vboard/system/first "$first/init"
(cd "$first" && find . | cpio -o -H newc --quiet) >"$board/initrd"

cp -r scripts/vboard/system/board/. "$root/"
truncate -s 2G "$board/disk"
/sbin/mke2fs -q -t ext4 -L root -d "$root" "$board/disk"
echo "$this" >"$board/ready"
ok "virtual board in $board"
