#!/usr/bin/env bash
# repository.sh KEY: makes a repository for apt of the packages in $DIST (dist), in dist/repository, signed with the site's own key, which gpg
# knows by the name KEY. A unit then takes packages from that site only, over file:, a stick or a web server of the site; it needs no network:
#
#   gpg --quick-generate-key 'Example Homes, packages of doors' ed25519 sign never
#   make repository KEY='Example Homes, packages of doors'
#
# dist/repository/site.gpg is the public half. It is brought to a unit by another way than the packages.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
key=$1 dist=${DIST:-$PWD/dist}
[ -n "$key" ] || fail "KEY is not set" "make repository KEY='name of a key that gpg knows'; to make one: gpg --quick-generate-key 'Example Homes, packages of doors' ed25519 sign never"
gpg --batch --list-secret-keys "$key" >/dev/null 2>&1 || fail "gpg has no secret key called $key" "gpg --list-secret-keys names those it has"
ls "$dist"/*/menshen_*.deb >/dev/null 2>&1 || fail "there are no packages in $dist" "make packages"

new=$dist/repository.new
rm -rf "$new"
mkdir -p "$new/pool"
for folder in "$dist"/*/; do
  release=$(basename "$folder")
  [ -d "$folder" ] && ls "$folder"menshen_*.deb >/dev/null 2>&1 || continue
  mkdir -p "$new/pool/$release"
  cp "$folder"*.deb "$new/pool/$release/"
  arches=$(for deb in "$folder"menshen_*.deb; do dpkg-deb -f "$deb" Architecture; done | sort -u)
  for arch in $arches; do
    index=dists/$release/main/binary-$arch
    mkdir -p "$new/$index"
    (cd "$new" && apt-ftparchive --arch "$arch" packages "pool/$release") >"$new/$index/Packages" # those of all architectures too
    gzip -9nk "$new/$index/Packages"
  done
  (cd "$new" && apt-ftparchive -o "APT::FTPArchive::Release::Origin=Menshen" -o "APT::FTPArchive::Release::Label=Menshen" \
    -o "APT::FTPArchive::Release::Suite=$release" -o "APT::FTPArchive::Release::Codename=$release" \
    -o "APT::FTPArchive::Release::Architectures=$(echo $arches)" -o "APT::FTPArchive::Release::Components=main" \
    release "dists/$release") >"$tmp/Release"
  mv "$tmp/Release" "$new/dists/$release/Release"
  gpg --batch --yes --local-user "$key" --clearsign --output "$new/dists/$release/InRelease" "$new/dists/$release/Release"
  gpg --batch --yes --local-user "$key" --detach-sign --armor --output "$new/dists/$release/Release.gpg" "$new/dists/$release/Release"
done
gpg --batch --export "$key" >"$new/site.gpg"
for release in "$new"/dists/*/InRelease; do
  gpgv --quiet --keyring "$new/site.gpg" "$release" >/dev/null 2>"$tmp/gpgv" || { cat "$tmp/gpgv" >&2; fail "a signature just made does not verify" "gpg --list-secret-keys '$key' says what the key may do"; }
done
rm -rf "$dist/repository"
mv "$new" "$dist/repository"
ok "signed repository in ${dist#"$PWD"/}/repository for $(ls "$dist/repository/dists" | tr '\n' ' ')"
