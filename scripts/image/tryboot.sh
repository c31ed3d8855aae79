#!/usr/bin/env bash
# tryboot.sh: builds the module tryboot.c against the very kernel that the card gets, and puts it
# among that kernel's modules in $cache/image/kernel; once for each kernel and source. The kernel's
# headers and Debian's cross compiler are unpacked into a root of their own, which is thrown away.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
kernel=$cache/image/kernel root=$tmp/root source=scripts/image/tryboot.c
release=$(ls "$kernel/usr/lib/modules")
module=$kernel/usr/lib/modules/$release/updates/tryboot.ko.xz
this="$release $(cat "$0" "$source" | sha256sum)"
[ "$(cat "$module.of" 2>/dev/null)" != "$this" ] || exit 0
doing "building the module that tells the firmware of a trial"
mirror=$(scripts/package/mirror.sh)
mmdebstrap --variant=extract --architectures=amd64,arm64 --skip=check/qemu --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' --include="make,dash,coreutils,sed,grep,findutils,mawk" \
  --include="linux-headers-$release:arm64/trixie-backports" trixie "$root" \
  "deb $mirror trixie main" "deb $mirror trixie-updates main" "deb $mirror trixie-backports main" >"$tmp/log" 2>&1 ||
  { tail -5 "$tmp/log" >&2
    fail "the headers of kernel $release could not be loaded" "try again with a network; or rm -r $cache/image"; }
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
ln -s mawk "$root/usr/bin/awk"
mkdir "$root/tryboot"
cp "$source" "$root/tryboot/"
echo 'obj-m := tryboot.o' >"$root/tryboot/Kbuild"
{ chroot "$root" make -C "/usr/src/linux-headers-$release" M=/tryboot DEB_BUILD_ARCH=amd64 modules &&
  chroot "$root" aarch64-linux-gnu-strip --strip-debug /tryboot/tryboot.ko; } >"$tmp/log" 2>&1 ||
  { tail -20 "$tmp/log" >&2; fail "the module could not be built" "read the lines above"; }
mkdir -p "${module%/*}"
xz -c --check=crc32 "$root/tryboot/tryboot.ko" >"$module"
rm -f "$kernel/usr/lib/modules/$release/modules.dep"
echo "$this" >"$module.of"
ok "tryboot.ko for $release"
