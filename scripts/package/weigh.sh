#!/usr/bin/env bash
# weigh.sh RELEASES ARCHES: says of each package in dist how large it is, and what it brings into
# an empty root: as apt would install it, without doing so.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
for release in $1; do
  for arch in $2; do
    root=$tmp/$release-$arch
    mkdir -p "$root"/etc/apt/{apt.conf.d,preferences.d,sources.list.d} "$root"/var/lib/dpkg \
      "$root"/var/lib/apt/lists/partial "$root"/var/cache/apt/archives/partial
    touch "$root/var/lib/dpkg/status"
    key=$(ls /usr/share/keyrings/debian-archive-keyring.* | head -1)
    echo "deb [signed-by=$key] $(scripts/package/mirror.sh) $release main" >"$root/etc/apt/sources.list"
    cat >"$root/apt.conf" <<CONF
Dir "$root"; Dir::State::status "$root/var/lib/dpkg/status";
APT::Architecture "$arch"; APT::Architectures { "$arch"; }; APT::Install-Recommends "no";
APT::Sandbox::User "root";
CONF
    export APT_CONFIG=$root/apt.conf
    apt-get update -q >/dev/null
    # weigh NAME PACKAGE…: number and installed size of the packages and all they depend on.
    weigh() {
      apt-get -s install "${@:2}" | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p' >"$root/all"
      grep -v '^menshen' "$root/all" | xargs apt-cache show --no-all-versions |
        awk -v n="$(wc -l <"$root/all")" -v what="$1" '/^Installed-Size:/ { kb += $2 }
          END { printf "  %s: %d packages, %.0f MiB\n", what, n, kb / 1024 }'
    }
    deb=$(ls "$PWD/dist/$release"/menshen_*_"$arch".deb) models=$(ls "$PWD/dist/$release"/menshen-models_*.deb)
    echo "$release $arch: $(stat -c %s "$deb") bytes, $(dpkg-deb -f "$deb" Installed-Size) KiB installed"
    abi=$(dpkg-deb -f "$deb" Depends | grep -o 'libopencv-core[0-9]*' | grep -o '[0-9]*$')
    weigh "with all it depends on, itself not weighed" "$deb" "$models"
    weigh "the libraries alone" $(dpkg-deb -f "$deb" Depends | grep -oE 'lib[a-z0-9+.-]+')
    weigh "all eleven of OpenCV" $(printf "libopencv-%s$abi " objdetect photo features2d calib3d highgui video \
      videoio dnn imgcodecs imgproc core)
    weigh "core, imgproc and dnn alone" $(printf "libopencv-%s$abi " dnn imgproc core)
    unset APT_CONFIG
  done
done
