#!/usr/bin/env bash
# repository.sh KEY: makes dist/repository of the packages in $DIST (dist), for apt, signed with
# the site's own key, which gpg knows by the name KEY:
#
#   gpg --quick-generate-key 'Example Homes, packages' ed25519 sign never
#   make repository KEY='Example Homes, packages'
#
# A unit reads it from a stick, a disk or a web server of the site. It trusts site.gpg, the key's
# public half, which is brought there by another way than the packages.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
key=$1 dist=${DIST:-$PWD/dist}
[ -n "$key" ] || fail "KEY is not set" \
  "make a key: gpg --quick-generate-key NAME ed25519 sign never; then: make repository KEY=NAME"
gpg --batch --list-secret-keys "$key" >/dev/null 2>&1 ||
  fail "gpg has no secret key called $key" "gpg --list-secret-keys names those it has"
ls "$dist"/*/menshen_*.deb >/dev/null 2>&1 || fail "there are no packages in $dist" "make packages"

new=$dist/repository.new
rm -rf "$new"
mkdir -p "$new"
gpg --batch --export "$key" >"$new/site.gpg"
for release in bookworm trixie; do
  ls "$dist/$release"/menshen_*.deb >/dev/null 2>&1 || continue
  mkdir -p "$new/pool/$release"
  cp "$dist/$release"/*.deb "$new/pool/$release/"
  arches=$(for deb in "$dist/$release"/menshen_*.deb; do dpkg-deb -f "$deb" Architecture; done | sort -u | xargs)
  signed=$new/dists/$release
  for arch in $arches; do
    index=$signed/main/binary-$arch
    mkdir -p "$index"
    # With those for all processors.
    (cd "$new" && apt-ftparchive --arch "$arch" packages "pool/$release") >"$index/Packages"
    gzip -9nk "$index/Packages"
  done
  release_is=APT::FTPArchive::Release
  apt-ftparchive -o $release_is::Origin=Menshen -o $release_is::Label=Menshen \
    -o $release_is::Suite="$release" -o $release_is::Codename="$release" \
    -o $release_is::Architectures="$arches" -o $release_is::Components=main \
    release "$signed" >"$tmp/Release"
  mv "$tmp/Release" "$signed/Release"
  sign() { gpg --batch --yes --local-user "$key" "$@" "$signed/Release"; }
  sign --output "$signed/InRelease" --clearsign
  sign --output "$signed/Release.gpg" --armor --detach-sign
  gpgv --quiet --keyring "$new/site.gpg" "$signed/InRelease" >/dev/null 2>"$tmp/gpgv" || {
    cat "$tmp/gpgv" >&2
    fail "a signature just made does not verify" "gpg --list-secret-keys '$key' says what the key may do"
  }
done
rm -rf "$dist/repository"
mv "$new" "$dist/repository"
ok "signed repository in ${dist#"$PWD"/}/repository: $(ls "$dist/repository/dists" | xargs)"
