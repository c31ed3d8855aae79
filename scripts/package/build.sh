#!/usr/bin/env bash
# build.sh RELEASES ARCHES: builds the packages for each release of Debian and each processor
# into $DIST (dist), on this machine:
#
#   dist/RELEASE/menshen_VERSION_ARCH.deb
#   dist/RELEASE/menshen-site_VERSION_ARCH.deb     what carries records between doors
#   dist/RELEASE/menshen-models_VERSION_all.deb    the same file for each release
#   dist/RELEASE/menshen-voice_VERSION_all.deb     what the door says; its version is the program's
#
# VERSION is the time and the number of the commit, so that a later commit is newer, and the
# release, so that an upgrade of Debian brings its own build. The same commit and the same
# sysroots give the same bytes, in any folder and at any time. A package that was there before is
# replaced by the new one of the same release and processor; others stay.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
top=$PWD dist=${DIST:-$PWD/dist} maintainer="Menshen maintainers <maintainers@menshen.invalid>"
# Equal bytes need one Go, not one that is new enough. The checksum database vouches for it.
export GOTOOLCHAIN=go1.26.8
export TZ=UTC LC_ALL=C.UTF-8
umask 022

commit=$(git rev-parse --short=7 HEAD) dirty=
[ -z "$(git status --porcelain)" ] || dirty=.dirty
committed=$(git log -1 --format=%ct)
# PACKAGE_VERSION is for the test of upgrades.
upstream=${PACKAGE_VERSION:-0~$(date -d "@$committed" +%Y%m%d.%H%M%S)+g$commit$dirty}

# changelog SOURCE RELEASE VERSION prints what is built.
changelog() {
  cat <<TEXT
$1 ($3) $2; urgency=medium

  * Built from commit $commit. What is new for users stands in changelog.gz.

 -- $maintainer  $(date -Rd "@$committed")
TEXT
}

# package FOLDER ARCH EPOCH runs debhelper in FOLDER, which has a debian folder.
package() {
  (
    cd "$1"
    eval "$(dpkg-architecture -a"$2" -s -f 2>/dev/null)"
    SOURCE_DATE_EPOCH=$3 TOP=$top debian/rules binary
  ) >"$tmp/log" 2>&1 || {
    tail -30 "$tmp/log" >&2
    fail "the package for $2 could not be built" "the lines above say why"
  }
}

# One package of models for all. Its date is that of its changelog: it changes only with them.
mkdir "$tmp/models"
cp -rL scripts/package/models/debian "$tmp/models/"
written=$(sed -n 's/^ -- .*>  //p;T;q' scripts/package/models/debian/changelog)
package "$tmp/models" amd64 "$(date -d "$written" +%s)"

for release in $1; do
  case $release in
  bookworm) number=12 ;;
  trixie) number=13 ;;
  *) fail "no release of Debian is known as $release" "RELEASES are bookworm and trixie" ;;
  esac
  version=$upstream-1~deb$number
  mkdir -p "$dist/$release"
  rm -f "$dist/$release"/menshen-models_*.deb
  cp "$tmp"/menshen-models_*_all.deb "$dist/$release/"
  mkdir "$tmp/$release-voice"
  cp -rL scripts/package/voice/debian "$tmp/$release-voice/"
  changelog menshen-voice "$release" "$version" >"$tmp/$release-voice/debian/changelog"
  package "$tmp/$release-voice" amd64 "$committed"
  rm -f "$dist/$release"/menshen-voice_*.deb
  mv "$tmp"/menshen-voice_*_all.deb "$dist/$release/"
  for arch in $2; do
    root=$(scripts/package/sysroot.sh "$release" "$arch")
    doing "building $version for $arch"
    stage=$tmp/$release-$arch
    mkdir "$stage"
    cp -rL scripts/package/menshen/debian "$stage/"
    changelog menshen "$release" "$version" >"$stage/debian/changelog"
    (
      . scripts/cgo.env
      . scripts/package/cross.env
      go build -trimpath -buildvcs=false -buildmode=pie -o "$stage/menshen" -ldflags "-s -w -buildid= -B none \
        -X main.version=$version -linkmode=external -extldflags '$link'" ./cmd/menshen
    ) || fail "the program for $release on $arch could not be built" "the lines above say why"
    # The others bring GDAL, FFmpeg and GStreamer: 400 MiB.
    others=$(readelf -d "$stage/menshen" | grep -o 'libopencv_[a-z0-9]*' | grep -vxE 'libopencv_(core|imgproc|dnn)') &&
      fail "the program links $(echo $others)" "see docs/decisions/0031-our-own-v4l2.md"
    PROGRAM=$stage/menshen ROOT=$root VERSION=$version package "$stage" "$arch" "$committed"
    rm -f "$dist/$release"/menshen_*_"$arch".deb
    mv "$tmp"/menshen_*_"$arch".deb "$dist/$release/"

    stage=$tmp/$release-$arch-site
    mkdir "$stage"
    cp -rL scripts/package/site/debian "$stage/"
    changelog menshen-site "$release" "$version" >"$stage/debian/changelog"
    # Without OpenCV, and without the C library's way to look up names.
    (
      compile=-O2 CGO_LDFLAGS=
      . scripts/package/cross.env
      go build -trimpath -buildvcs=false -buildmode=pie -tags netgo,osusergo -o "$stage/menshen-site" -ldflags "-s -w \
        -buildid= -B none -X main.version=$version -linkmode=external -extldflags '$link'" ./cmd/menshen-site
    ) || fail "menshen-site for $release on $arch could not be built" "the lines above say why"
    PROGRAM=$stage/menshen-site ROOT=$root VERSION=$version package "$stage" "$arch" "$committed"
    rm -f "$dist/$release"/menshen-site_*_"$arch".deb
    mv "$tmp"/menshen-site_*_"$arch".deb "$dist/$release/"
  done
done
ok "packages in ${dist#"$PWD"/}: $(find "$dist" -name 'menshen*.deb' -not -path '*/repository/*' | wc -l)"
