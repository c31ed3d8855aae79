#!/usr/bin/env bash
# test.sh RELEASES ARCHES: tries the packages as a site would, in fresh roots of each release of Debian for each processor (another one's under
# qemu): in-root.sh says what. Before that: lintian, the lists of what is shipped, and a second build elsewhere that must give equal bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
releases=$1 arches=$2 dist=$PWD/dist native=$(dpkg --print-architecture)
[ "$(id -u)" = 0 ] || fail "only root can make the roots in which packages are installed" "sudo make test-packages"

# Lintian: no error and no warning; what a package overrides stands in its lintian-overrides, with the reason.
lintian --no-cfg --profile debian --fail-on error,warning --tag-display-limit 0 "$dist"/*/*.deb || fail "lintian has objections" "see above"
ok "lintian"

# The list of the models has the sums of the models.
mkdir "$tmp/models"
dpkg-deb --fsys-tarfile "$(ls "$dist"/*/menshen-models_*.deb | head -1)" | tar -x -C "$tmp/models"
(cd "$tmp/models" && sed -n 's,.*"fileName": "\./\(.*\)"\,,\1,p' usr/share/doc/menshen-models/sbom.spdx.json | sort >"$tmp/listed" &&
  find usr/share/menshen -type f | sort | diff - "$tmp/listed" && xargs sha256sum <"$tmp/listed" |
  while read -r sum file; do grep -q "$sum" usr/share/doc/menshen-models/sbom.spdx.json || { echo "$file"; exit 1; }; done) ||
  fail "the list of the models is not that of the package" "write scripts/package/models/sbom.spdx.json anew"
ok "list of the models"

# Equal bytes: a clone elsewhere, with sysroots elsewhere and no cache of Go's, in another zone, language and umask, later.
if [ -z "${SKIP_REBUILD:-}" ]; then
  doing "building all of it again, elsewhere"
  mkdir -p "$tmp/cache/sysroot"
  cp -r "$cache/models" "$tmp/cache/"
  for root in "$cache"/sysroot/*; do
    cp -al "$root" "$tmp/cache/sysroot/"
    sed -i "s,^$root,$tmp/cache/sysroot/${root##*/}," "$tmp/cache/sysroot/${root##*/}"/var/lib/dpkg/info/*.list
  done
  git clone -q . "$tmp/clone"
  mkdir "$tmp/clone/bin" && cp bin/menshen "$tmp/clone/bin/"
  (cd "$tmp/clone" && umask 077 && env TZ=Asia/Shanghai LANG=de_DE.UTF-8 MENSHEN_CACHE="$tmp/cache" MODELS_DIR="$cache/models" GOCACHE="$tmp/gocache" \
    DIST="$tmp/again" scripts/package/build.sh "$releases" "$arches")
  [ -n "$(git status --porcelain)" ] && fail "the tree has changes that no commit has: the two builds cannot be compared" "git commit" 
  diff -r --exclude=repository "$dist" "$tmp/again" || fail "a second build gives other bytes" "diffoscope shows where"
  ok "a second build gives equal bytes"
fi

# Repositories, signed by a site's key: one of an older version, one of this.
export GNUPGHOME=$tmp/gnupg
mkdir -m 700 "$GNUPGHOME"
trap 'gpgconf --kill gpg-agent; rm -rf "$tmp"' EXIT
for who in site stranger; do gpg --batch --quiet --passphrase '' --quick-generate-key "$who" ed25519 sign never 2>/dev/null; done
doing "building an older version"
DIST=$tmp/older PACKAGE_VERSION=0~20000101.000000+gabcdef0 scripts/package/build.sh "$releases" "$arches"
DIST=$tmp/older scripts/package/repository.sh site
scripts/package/repository.sh site
cp -r "$dist" "$tmp/strange" && DIST=$tmp/strange scripts/package/repository.sh stranger

# Another processor's programs are run by qemu, which the kernel is told once.
if [ "$arches" != "$native" ] && [ ! -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; then
  [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  cat /usr/lib/binfmt.d/qemu-aarch64.conf >/proc/sys/fs/binfmt_misc/register
fi

for release in $releases; do
  for arch in $arches; do
    doing "a fresh root of $release for $arch"
    root=$tmp/root
    mmdebstrap --quiet --variant=minbase --architectures="$arch" --include=systemd,udev,ca-certificates,man-db \
      "$release" "$root" "$(scripts/package/mirror.sh)" >"$tmp/made" 2>&1 ||
      { tail -5 "$tmp/made" >&2; fail "the root of $release for $arch could not be made" "with a network, try again"; }
    mkdir "$root/srv/test"
    cp -r "$tmp/older/repository" "$root/srv/test/older"
    cp -r "$dist/repository" "$root/srv/test/newer"
    cp -r "$tmp/strange/repository" "$root/srv/test/strange"
    cp scripts/package/in-root.sh "$root/srv/test/"
    mkdir -p "$root/proc"
    mount -t proc proc "$root/proc"
    trap 'umount "$tmp/root/proc" 2>/dev/null; gpgconf --kill gpg-agent; rm -rf "$tmp"' EXIT
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
      chroot "$root" bash /srv/test/in-root.sh "$release" "$(dpkg-deb -f "$dist/$release"/menshen_*_"$arch".deb Version)" ||
      fail "$release for $arch: the package does not do what it should" "see above"
    umount "$root/proc"
    rm -rf "$root"
    ok "$release for $arch"
  done
done
