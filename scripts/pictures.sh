#!/usr/bin/env bash
# pictures.sh: brings the three people of the demonstration into the cache. None
# of them is in the repository.
#   a man at his webcam, two takes   gocv's own test pictures (Apache-2.0), in the Go module
#   Eileen Collins                   NASA, public domain, in Debian's python3-skimage
#   Grace Hopper                     US Navy, public domain, in Debian's python-matplotlib-data
# PICTURES_DIR=DIR takes the last two from a local copy instead of a package.
# Each is checked by its SHA-256.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
dir=$cache/pictures
mkdir -p "$dir"
loaded=

# picture FILE SHA256 PACKAGE PATH-IN-PACKAGE
picture() {
  sha256_is "$2" "$dir/$1" && return
  loaded=yes
  if [ -n "${PICTURES_DIR:-}" ]; then
    cp "$PICTURES_DIR/$1" "$tmp/$1" || fail "$PICTURES_DIR/$1 is missing" "put it there, or unset PICTURES_DIR"
  else
    apt_update || true
    doing "loading $1 from the package $3"
    (cd "$tmp" && apt-get download -q "$3" >"$tmp/apt" 2>&1 &&
      dpkg-deb --fsys-tarfile "$3"_*.deb | tar -xO "./$4" >"$tmp/$1") ||
      { tail -3 "$tmp/apt" >&2; fail "$1 could not be loaded" \
        "with a network, try again; without one, put it into a folder and set PICTURES_DIR"; }
  fi
  sha256_is "$2" "$tmp/$1" || fail "$1 is not the picture we know (SHA-256 differs)" "take it from $3 of Debian 12"
  mv "$tmp/$1" "$dir/$1"
}
picture collins.png 88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5 \
  python3-skimage usr/lib/python3/dist-packages/skimage/data/astronaut.png
picture hopper.jpg a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130 \
  python-matplotlib-data usr/share/matplotlib/mpl-data/sample_data/grace_hopper.jpg

gocv=$(go list -m -f '{{.Dir}}' gocv.io/x/gocv)/images
for f in face.jpg face-detect.jpg; do
  [ -e "$dir/$f" ] || install -m 644 "$gocv/$f" "$dir/$f"
done
ok "pictures in $dir${loaded:+ (loaded)}"
