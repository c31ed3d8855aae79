#!/usr/bin/env bash
# test.sh RELEASES ARCHES: tries the packages in dist as a site would, in fresh roots of each
# release of Debian for each processor, another one's under qemu: see in-root.sh. Before that:
# lintian, the list of the models, and a second build elsewhere, which must give equal bytes
# (not with SKIP_REBUILD=1). Each line marked ok says what was shown, and how long it took.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
releases=$1 arches=$2 dist=$PWD/dist root=$tmp/root
[ "$(id -u)" = 0 ] || fail "only root can make the roots that packages are installed in" \
  "sudo make test-packages"
trap 'umount "$root/proc" 2>/dev/null || true; gpgconf --kill gpg-agent; rm -rf "$tmp"' EXIT

# No error and no warning. What a package overrides stands in its lintian-overrides, with why.
debs=()
for release in $releases; do
  debs+=("$dist/$release"/menshen-{models,voice}_*.deb)
  for arch in $arches; do debs+=("$dist/$release"/menshen{,-site}_*_"$arch".deb); done
done
lintian --no-cfg --profile debian --fail-on error,warning "${debs[@]}" 2>"$tmp/err" ||
  { cat "$tmp/err" >&2; fail "lintian has objections" "mend them, or say in lintian-overrides why not"; }
ok "lintian: no error and no warning in ${#debs[@]} packages"

# Each model is in the list, with its sum.
model=$(ls "$dist"/*/menshen-models_*.deb | head -1)
dpkg-deb -x "$model" "$tmp/models"
list=$tmp/models/usr/share/doc/menshen-models/sbom.spdx.json
for file in "$tmp"/models/usr/share/menshen/models/*; do
  grep -A6 "\"fileName\": \"./usr/share/menshen/models/${file##*/}\"" "$list" |
    grep -q "$(sha256sum <"$file" | cut -d' ' -f1)" ||
    fail "the list of the models is not that of ${file##*/}" "write scripts/package/models/sbom.spdx.json anew"
done
ok "the list of the models has each of them, with its SHA-256"

# Each phrase is in the package of what the door says, with its sum.
dpkg-deb -x "$(ls "$dist"/*/menshen-voice_*.deb | head -1)" "$tmp/voice"
(cd "$tmp/voice/usr/share/menshen/voice" && sha256sum --quiet -c SHA256SUMS &&
  [ "$(find . -name '*.wav' | wc -l)" = "$(wc -l <SHA256SUMS)" ]) ||
  fail "the recordings are not those of their list" "make packages"
ok "the list of the recordings has each of them, with its SHA-256"

# again builds in a clone elsewhere, with sysroots and Go's cache elsewhere, in another zone,
# language and umask.
again() {
  mkdir -p "$tmp/cache/sysroot" "$tmp/clone"
  cp -r "$cache/models" "$tmp/cache/"
  for from in "$cache"/sysroot/*; do
    to=$tmp/cache/sysroot/${from##*/}
    cp -al "$from" "$to"
    sed -i "s,^$from,$to," "$to"/var/lib/dpkg/info/*.list
  done
  git clone -q . "$tmp/clone"
  install -D bin/menshen "$tmp/clone/bin/menshen"
  cd "$tmp/clone"
  umask 077
  export TZ=Asia/Shanghai LANG=de_DE.UTF-8 MENSHEN_CACHE=$tmp/cache XDG_CACHE_HOME=$tmp/xdg
  export MODELS_DIR=$tmp/cache/models GOCACHE=$tmp/gocache DIST=$tmp/again
  scripts/package/build.sh "$releases" "$arches"
}
if [ -z "${SKIP_REBUILD:-}" ]; then
  [ -z "$(git status --porcelain)" ] ||
    fail "the tree has changes that no commit has: a clone would build something else" "git commit, make packages"
  begun=$SECONDS
  doing "building all of it again, elsewhere"
  (again)
  for deb in "$tmp"/again/*/*.deb; do
    cmp "$deb" "$dist${deb#"$tmp/again"}" || fail "a second build gives other bytes" \
      "unpack both with dpkg-deb -R and compare"
  done
  rm -rf "$tmp/cache" "$tmp/gocache" "$tmp/clone" "$tmp/again"
  ok "built again, elsewhere: equal bytes, $(((SECONDS - begun + 59) / 60)) min"
fi

# Three repositories: of an older version, of this, and of this signed by a stranger.
export GNUPGHOME=$tmp/gnupg
mkdir -m 700 "$GNUPGHOME"
for who in site stranger; do
  gpg --batch --quiet --passphrase '' --quick-generate-key "$who" ed25519 sign never 2>/dev/null
done
# One processor at a time, since building for one must leave the packages for another.
doing "building an older version, to upgrade from"
for arch in $arches; do
  DIST=$tmp/older PACKAGE_VERSION=0~20000101.000000+gabcdef0 scripts/package/build.sh "$releases" "$arch"
done
mkdir "$tmp/newer" "$tmp/strange"
for release in $releases; do cp -r "$dist/$release" "$tmp/newer/" && cp -r "$dist/$release" "$tmp/strange/"; done
DIST=$tmp/older scripts/package/repository.sh site >/dev/null
DIST=$tmp/newer scripts/package/repository.sh site >/dev/null
DIST=$tmp/strange scripts/package/repository.sh stranger >/dev/null
ok "repositories of it and of these, signed by the site, by a stranger"

# The kernel is told once who runs programs of another processor.
if [ "$arches" != "$(dpkg --print-architecture)" ] && [ ! -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; then
  [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  cat /usr/lib/binfmt.d/qemu-aarch64.conf >/proc/sys/fs/binfmt_misc/register
fi

for release in $releases; do
  for arch in $arches; do
    begun=$SECONDS
    doing "a fresh root of $release for $arch"
    # Without what only costs time here: syncs, a database of other makers' hardware, translations.
    mmdebstrap --quiet --variant=minbase --architectures="$arch" --include=systemd,udev \
      --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/lib/udev/hwdb.d/*' \
      --aptopt='Acquire::Languages "none"' \
      "$release" "$root" "$(scripts/package/mirror.sh)" >"$tmp/made" 2>&1 || {
      tail -5 "$tmp/made" >&2
      fail "the root of $release for $arch could not be made" "with a network, try again"
    }
    mkdir "$root/srv/test"
    for which in older newer strange; do cp -r "$tmp/$which/repository" "$root/srv/test/$which"; done
    cp scripts/package/in-root.sh "$root/srv/test/"
    mount -t proc proc "$root/proc"
    version=$(dpkg-deb -f "$dist/$release"/menshen_*_"$arch".deb Version)
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
      DEBIAN_FRONTEND=noninteractive chroot "$root" bash /srv/test/in-root.sh "$release" "$version" ||
      fail "$release for $arch: the package does not do what it should" "see above"
    umount "$root/proc"
    rm -rf "$root"
    ok "$release for $arch, $(((SECONDS - begun + 59) / 60)) min"
  done
done
ok "the packages hold: $(echo $releases), $(echo $arches), $(((SECONDS + 59) / 60)) min"
