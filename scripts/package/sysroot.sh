#!/usr/bin/env bash
# sysroot.sh RELEASE ARCH: prints the folder with OpenCV, the C library and their headers of
# that release of Debian (bookworm, trixie) for that processor (amd64, arm64). Makes it where it
# is not there yet: 1.2 GB, one to three minutes. Nothing in it is run, so no emulator is needed.
# MIRROR names another mirror than this machine's.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
release=$1 arch=$2 root=$cache/sysroot/$1-$2
dev=libopencv-stitching-dev,libopencv-photo-dev,libopencv-video-dev,libopencv-dnn-dev
if [ -e "$root/ready" ]; then
  echo "$root"
  exit
fi

doing "making the sysroot of $release for $arch" >&2
rm -rf "$root"
mkdir -p "${root%/*}"
mmdebstrap --quiet --variant=extract --architectures="$arch" --skip=cleanup/apt,check/qemu \
  --include="$dev,libc6-dev,libstdc++-12-dev" "$release" "$root" "$(scripts/package/mirror.sh)" \
  >"$tmp/made" 2>&1 || {
  tail -5 "$tmp/made" >&2
  rm -rf "$root"
  fail "the sysroot of $release for $arch could not be made" \
    "with a network, try again; MIRROR=… names a mirror"
}

# One folder for libraries, as on an installed system. Debian 12 brings two, which a script of
# its base system would join.
for folder in lib lib64; do
  mkdir -p "$root/usr/$folder"
  if [ -d "$root/$folder" ] && [ ! -L "$root/$folder" ]; then
    cp -al "$root/$folder/." "$root/usr/$folder/"
    rm -r "${root:?}/$folder"
  fi
  ln -sfn "usr/$folder" "$root/$folder"
done

# dpkg's database, which an extracted root lacks: to which package each library belongs, and
# since which version it has which symbol, for dpkg-shlibdeps. Paths are those of this machine,
# where dpkg-shlibdeps finds the libraries.
info=$root/var/lib/dpkg/info
mkdir -p "$info" "$root/var/lib/dpkg/updates"
echo 1 >"$info/format" # the names of libraries' files have their processor
: >"$root/var/lib/dpkg/status"
for deb in "$root"/var/cache/apt/archives/*.deb; do
  name=$(dpkg-deb -f "$deb" Package)
  { dpkg-deb -f "$deb"; printf 'Status: install ok installed\n\n'; } >>"$root/var/lib/dpkg/status"
  [ "$(dpkg-deb -f "$deb" Multi-Arch)" != same ] || name=$name:$arch
  dpkg-deb --fsys-tarfile "$deb" | tar -t |
    sed -E "s,^\./?,/,; s,^/(lib|lib64)/,/usr/\1/,; s,/\$,,; s,^,$root," >"$info/$name.list"
  dpkg-deb --control "$deb" "$tmp/control"
  for file in symbols shlibs; do
    [ ! -e "$tmp/control/$file" ] || cp "$tmp/control/$file" "$info/$name.$file"
  done
  rm -rf "$tmp/control"
done
rm -rf "$root"/var/cache/apt "$root"/var/lib/apt

touch "$root/ready"
echo "$root"
