#!/usr/bin/env bash
# image.sh: makes the image of a card into $DIST/image (dist), from the packages for arm64 in
# dist/trixie; as root, without loop devices:
#
#   menshen-VERSION.img.zst   what is written to a card; its checksum in ….sha256
#   root.img                  root with its hash tree: partition 5 or 6
#   boot-a.img, boot-b.img    kernel, first root, firmware: partition 2 or 3
#   version, packages         what it is made of
#   compatible                which updates it takes
#
# VERSION is another than that of the packages, LEVEL another of compression, PUBLISHER=FILE a
# publisher's key beside the package's, for tests.
# CERTIFICATE=FILE is whose updates the unit takes (bundle.sh). TPM=1 is for units with a TPM on
# SPI0, chip select 1; CABLE=1 for boards whose port for a laptop must be switched on. SITE=1 has
# menshen-site and the drivers of wired networks; that card is made into $DIST/image-site. With
# PIOS=FILE SHA256=… kernel and firmware are those of an image of Raspberry Pi OS (pios.sh), for a
# Pi 5 and for cameras on a ribbon cable; that one is made into $DIST/image-pios (image-pios-site).
# The same commit, certificate, image and packages of Debian give the same bytes.
# Why it is so: docs/decisions/0033-the-image.md, 0039-the-pi-5.md, 0079-a-card-for-a-site.md
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
ls dist/trixie/menshen_*_arm64.deb >/dev/null 2>&1 ||
  fail "there is no package for arm64" "make packages RELEASES=trixie ARCHES=arm64"
made=${DIST:-$PWD/dist}/image${PIOS:+-pios}${SITE:+-site} work=$tmp/card
package=$(basename dist/trixie/menshen_*_arm64.deb)
version=${package#menshen_} version=${version%%-*}
version=${VERSION:-$version}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
umask 022

scripts/image/base.sh
scripts/image/rauc.sh
if [ -n "${PIOS:-}" ]; then
  scripts/image/pios.sh "$PIOS" "${SHA256:-}"
  export KERNEL=$cache/pios
else
  scripts/image/tryboot.sh
  export KERNEL=$cache/image/kernel
fi
mkdir "$work"
echo "$version" >"$work/version"
scripts/image/root.sh "$work"
scripts/image/boot.sh "$work" a
scripts/image/boot.sh "$work" b
scripts/image/card.sh "$work"
name=menshen-$version${PIOS:+-pios}${SITE:+-site}
doing "compressing"
zstd -q -9 -T0 "$work/card.img" -o "$work/$name.img.zst"

mkdir -p "$made"
rm -f "$made"/*
(cd "$work" && sha256sum "$name.img.zst" >"$name.img.zst.sha256")
mv "$work"/{*.zst,*.sha256,root.img,boot-?.img,version,packages,compatible} "$made/"
for file in "$made"/*.{zst,img}; do ok "$(du -h --apparent-size "$file" | cut -f1)  ${file#"$PWD"/}"; done
