#!/usr/bin/env bash
# camera.sh ROOT: puts into a card's root what reads a camera on a ribbon cable: GStreamer with the
# plugins that 'menshen camera' names, libcamera with what knows a Raspberry Pi, and the libraries
# that they need and the root has not. From Debian 13; libcamera from its backports, whose version
# knows the Pi 5. Loaded once, into $cache/camera; nothing of it is run.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
root=$1 from=$cache/camera mirror=$(scripts/package/mirror.sh) library=usr/lib/aarch64-linux-gnu
this=$(sha256sum <scripts/image/camera.sh)
if [ "$(cat "$from/ready" 2>/dev/null)" != "$this" ]; then
  doing "loading GStreamer and libcamera for arm64"
  rm -rf "$from"; mkdir -p "$from"
  mmdebstrap --variant=extract --architectures=arm64 --skip=check/qemu --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Languages "none"' \
    --include="gstreamer1.0-tools,gstreamer1.0-plugins-base" \
    --include="gstreamer1.0-libcamera/trixie-backports,libcamera-ipa/trixie-backports" \
    --extract-hook="ls \"\$1\"/var/cache/apt/archives/*.deb | xargs -n1 basename >$from/packages" \
    trixie "$from/root" "deb $mirror trixie main" "deb $mirror trixie-updates main" \
    "deb ${mirror%/}-security trixie-security main" "deb $mirror trixie-backports main" >"$tmp/log" 2>&1 ||
    { tail -5 "$tmp/log" >&2; fail "GStreamer and libcamera could not be loaded" "try again with a network"; }
  echo "$this" >"$from/ready"
fi
from=$from/root
# take FILE: a file of that root, the libraries that it asks for, and those that they ask for.
take() {
  local name
  [ ! -e "$root/$1" ] || return 0
  install -D -m "$(stat -Lc %a "$from/$1")" "$from/$1" "$root/$1"
  for name in $(readelf -d "$from/$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [ ! -e "$from/$library/$name" ] || take "$library/$name"
  done
}
doing "adding GStreamer and libcamera"
take usr/bin/gst-launch-1.0
for name in coreelements videoconvertscale videorate libcamera; do
  take "$library/gstreamer-1.0/libgst$name.so"
done
cd "$from"
find usr -type f \( -path '*/libcamera/*rpi*' -o -path '*/libcamera/raspberrypi*' -o -path '*/libpisp/*' \
  -o -path '*/doc/*/copyright' \) | while read -r file; do take "$file"; done
