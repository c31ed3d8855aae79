#!/usr/bin/env bash
# bundle.sh KEY CERTIFICATE [FOLDER]: makes FOLDER/menshen-VERSION.raucb, the update that a stick
# brings, from what image.sh left there ($DIST/image, or image-pios). KEY signs it (PEM, RSA or EC);
# every unit that is to take it has CERTIFICATE, or the one that signed it, in
# /usr/lib/menshen/update.pem.
#
# LOG is the publisher's log of releases (releases.log), in which this one must be already: the unit
# keeps it, and proves by it what runs ('make release').
#
# The manifest names the version, which a unit's floor judges, and the layout of the vault, for
# which a unit asks for a backup. Both stand in a section of their own too, which RAUC hands to our
# handler.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
[ $# -ge 2 ] && [ -r "$1" ] && [ -r "$2" ] ||
  fail "a key and its certificate are needed" "scripts/image/bundle.sh release.key release.pem"
made=${3:-${DIST:-$PWD/dist}/image}
for file in root.img boot-a.img version compatible; do
  [ -r "$made/$file" ] || fail "there is no $file in $made" "make image"
done
{ command -v qemu-aarch64-static && command -v mksquashfs; } >/dev/null || apt_install qemu-user-static squashfs-tools

version=$(cat "$made/version")
mkdir "$tmp/bundle"
cp --sparse=always "$made/root.img" "$tmp/bundle/root.img"
cp --sparse=always "$made/boot-a.img" "$tmp/bundle/boot.img"
cat >"$tmp/bundle/manifest.raucm" <<MANIFEST
[update]
$(cat "$made/compatible")
version=$version

[bundle]
format=verity

[image.boot]
filename=boot.img

[image.root]
filename=root.img

[meta.menshen]
version=$version
layout=$(sed -n 's/^const schema = //p' store/schema.go)
MANIFEST
log=${LOG:-releases.log}
if [ -e "$log" ]; then
  grep -qxF "version $version" "$log" || fail "$log has no release $version" "make release KEY=…, then this again"
  cp "$log" "$tmp/bundle/releases.log"
else
  doing "there is no $log: units will not be able to prove what runs"
fi
doing "signing the update $version"
bundle=$made/menshen-$version.raucb root=$tmp/root
rm -f "$bundle"
# The card's own RAUC: that of Debian 12 leaves out of the manifest what it does not know.
scripts/image/rauc.sh
mkdir "$root"
tar -xf "$cache/image/base.tar" -C "$root" --wildcards './usr/lib/aarch64-linux-gnu/*' ./usr/lib/ld-linux-aarch64.so.1 \
  ./lib
cp -a "$cache/image/rauc/." "$root/"
qemu-aarch64-static -L "$root" "$root/usr/bin/rauc" --key="$1" --cert="$2" --keyring="$2" \
  bundle "$tmp/bundle" "$bundle" >"$tmp/log" 2>&1 ||
  fail "RAUC makes no bundle: $(tail -1 "$tmp/log")" "see whether key and certificate belong together"
ok "$(du -h --apparent-size "$bundle" | cut -f1)  ${bundle#"$PWD"/}"
