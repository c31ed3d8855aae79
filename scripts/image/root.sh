#!/usr/bin/env bash
# root.sh FOLDER: makes FOLDER/root.img, the read-only root with its hash tree behind it,
# FOLDER/hash (its root hash, and its length without the tree in blocks of 4 KiB) and
# FOLDER/packages.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
base=$cache/image work=$1 root=$1/root epoch=$SOURCE_DATE_EPOCH
doing "making the root"
mkdir "$root"
tar -xf "$base/base.tar" -C "$root" --exclude './dev/*'

# Nothing of it was installed, only unpacked. What the scripts of the packages would have done, as
# far as a door needs it: users, the libraries' cache, and whose algebra OpenCV calculates with.
cp -a "$base/rauc/." "$root/"
{ grep -vE '^(rauc_|libnl-)' "$base/packages"; cat "$base/rauc.packages"; } | LC_ALL=C sort >"$work/packages"
for deb in dist/trixie/menshen_*_arm64.deb dist/trixie/menshen-{models,voice}_*.deb \
  ${SITE:+dist/trixie/menshen-site_*_arm64.deb}; do
  dpkg -x "$deb" "$root"
  basename "$deb" >>"$work/packages"
done
scripts/image/fonts.sh "$root"
for file in passwd group; do cp "$root/usr/share/base-passwd/$file.master" "$root/etc/$file"; done
for library in blas lapack; do
  ln -s $library/lib$library.so.3 "$root/usr/lib/aarch64-linux-gnu/lib$library.so.3"
done
cp -r scripts/image/files/. "$root/"
if [ -n "${SITE:-}" ]; then
  cp -r scripts/image/site/. "$root/"
  mkdir -p "$root/etc/menshen-site"
  echo '/state/etc/menshen-site       /etc/menshen-site         none  bind  0 0' >>"$root/etc/fstab"
fi
# What an update is compared with.
echo "IMAGE_VERSION=\"$(cat "$work/version")\"" >>"$root/usr/lib/os-release"
if [ -n "${PIOS:-}" ]; then
  scripts/image/camera.sh "$root"
  cat "$cache/camera/packages" "$KERNEL/os" >>"$work/packages"
  # An update with Debian's kernel would not start a Pi 5.
  sed -i 's/^compatible=.*/compatible=menshen-pios13-arm64/' "$root/usr/lib/menshen/rauc.conf"
fi
# Nor does a unit get a network by an update, or lose its courier by one (decision 79).
[ -z "${SITE:-}" ] || sed -i 's/^compatible=.*/&-site/' "$root/usr/lib/menshen/rauc.conf"
grep '^compatible=' "$root/usr/lib/menshen/rauc.conf" >"$work/compatible"
{ qemu-aarch64-static -L "$root" "$root/usr/bin/systemd-sysusers" --root="$root" &&
  qemu-aarch64-static "$root/usr/sbin/ldconfig" -r "$root"; } >"$tmp/log" 2>&1 ||
  { cat "$tmp/log" >&2; fail "programs of arm64 do not run here" "apt-get install qemu-user-static"; }

# The kernel's modules that the card needs, and no others.
kernel=$(echo "$KERNEL"/usr/lib/modules/*) release=${kernel##*/}
scripts/image/modules.sh | while read -r module; do
  install -D -m 644 "$module" "$root/usr/lib/modules/$release/${module#*/"$release"/}"
done
cp "$kernel"/modules.{order,builtin,builtin.modinfo} "$root/usr/lib/modules/$release/"
/sbin/depmod -b "$root" "$release"
# One of Debian's kernel is ours, under the GPL: its source goes with it.
[ -n "${PIOS:-}" ] || install -m 644 scripts/image/tryboot.c "$root/usr/share/doc/menshen/tryboot.c"

# No log-in, no network, and nothing that would write to a root that cannot be written to.
system=$root/etc/systemd/system
for unit in getty@.service serial-getty@.service console-getty.service container-getty@.service autovt@.service \
  getty.target getty-pre.target debug-shell.service ctrl-alt-del.target systemd-logind.service \
  systemd-user-sessions.service systemd-networkd.service systemd-networkd.socket systemd-networkd-varlink.socket \
  systemd-networkd-wait-online.service systemd-network-generator.service systemd-firstboot.service \
  systemd-sysusers.service systemd-update-done.service systemd-machine-id-commit.service ldconfig.service \
  systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-binfmt.service \
  proc-sys-fs-binfmt_misc.automount; do
  ln -sf /dev/null "$system/$unit"
done
# That of a site starts it where a wire was set up (site-card).
[ -z "${SITE:-}" ] || rm "$system/systemd-networkd.service"
mkdir -p "$root/etc/systemd/system-generators"
ln -s /dev/null "$root/etc/systemd/system-generators/systemd-getty-generator"
echo uninitialized >"$root/etc/machine-id"
ln -s ../proc/self/mounts "$root/etc/mtab"
ln -s ../locale.conf "$root/etc/default/locale"
ln -s default/keyboard "$root/etc/vconsole.conf"

# Whoever has the key of this certificate may update the unit; without one it takes no updates.
[ -z "${CERTIFICATE:-}" ] || install -m 644 "$CERTIFICATE" "$root/usr/lib/menshen/update.pem"
[ -z "${PUBLISHER:-}" ] || install -m 644 "$PUBLISHER" "$root/usr/share/menshen/publisher.vkey"

# Left out: manuals, translations, other makers' hardware, what installs packages. Licences stay.
rm -rf "$root"/usr/share/{man,locale,info,bug,lintian,perl*,debconf,dpkg,base-passwd} \
  "$root"/usr/share/{bash-completion,zsh,fish,pixmaps} "$root"/usr/lib/{udev/hwdb.d,dpkg,apt} "$root"/usr/lib/*/perl* \
  "$root"/usr/{bin,sbin}/{dpkg*,perl*,apt*,deb-systemd-*,update-alternatives,debconf*} "$root"/etc/{apt,dpkg,kernel}
find "$root/usr/share/doc" -type f ! -name copyright ! -path '*/menshen*' -delete
# No program makes its user root.
find "$root" -xdev -perm /6000 -type f -exec chmod a-s {} +
rm -rf "$root"/{boot,var,media,mnt,opt,srv,tmp,run,proc,sys,dev}
mkdir -p "$root"/{boot/card,var,state,srv,tmp,run,proc,sys,dev} "$root/etc/menshen"
install -d -m 700 "$root"/etc/credstore{,.encrypted}

doing "packing the root"
(unset SOURCE_DATE_EPOCH
  mksquashfs "$root" "$work/root.img" -noappend -quiet -no-progress -no-xattrs -b 256K \
    -comp zstd -Xcompression-level "${LEVEL:-19}" -all-time "$epoch" -mkfs-time "$epoch")
size=$(stat -c %s "$work/root.img")
hash=$(veritysetup format --no-superblock --salt=- --hash-offset="$size" --data-blocks=$((size / 4096)) \
  "$work/root.img" "$work/root.img" | sed -n 's/^Root hash:[[:space:]]*//p')
echo "$hash $((size / 4096))" >"$work/hash"
