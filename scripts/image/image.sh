#!/usr/bin/env bash
# image.sh: makes the image of a card into $DIST/image (dist), from the packages for arm64 in
# dist/trixie; as root, without loop devices:
#
#   menshen-VERSION.img.zst   what is written to a card; its checksum in ….sha256
#   root.img                  root with its hash tree: partition 5 or 6
#   boot-a.img, boot-b.img    kernel, first root, firmware: partition 2 or 3
#   version, packages         what it is made of
#
# VERSION is another than that of the packages, LEVEL another of compression, for tests.
# CERTIFICATE=FILE is whose updates the unit takes (bundle.sh). The same commit, certificate and
# packages of Debian give the same bytes. Why it is so: docs/decisions/0033-the-image.md
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
ls dist/trixie/menshen_*_arm64.deb >/dev/null 2>&1 ||
  fail "there is no package for arm64" "make packages RELEASES=trixie ARCHES=arm64"
made=${DIST:-$PWD/dist}/image work=$tmp/card
package=$(basename dist/trixie/menshen_*_arm64.deb)
version=${package#menshen_} version=${version%%-*}
version=${VERSION:-$version}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
umask 022

scripts/image/base.sh
scripts/image/rauc.sh
scripts/image/tryboot.sh
mkdir "$work"
echo "$version" >"$work/version"
scripts/image/root.sh "$work"
scripts/image/boot.sh "$work" a
scripts/image/boot.sh "$work" b
scripts/image/card.sh "$work"
doing "compressing"
zstd -q -9 -T0 "$work/card.img" -o "$work/menshen-$version.img.zst"

mkdir -p "$made"
rm -f "$made"/*
(cd "$work" && sha256sum "menshen-$version.img.zst" >"menshen-$version.img.zst.sha256")
mv "$work"/{*.zst,*.sha256,root.img,boot-?.img,version,packages} "$made/"
for file in "$made"/*.{zst,img}; do ok "$(du -h --apparent-size "$file" | cut -f1)  ${file#"$PWD"/}"; done
