#!/bin/sh
# Our QR reader, gozxing and OpenCV's on the same frames: codes read, codes read wrongly,
# panics, processor time, memory.
#
#   scripts/bench/qr.sh [FRAMES]         of each kind, default 10
#
# Its module is its own, so that the program does not depend on what it is only held against.
set -eu
cd "$(dirname "$0")/qr"
set -a
. ../../cgo.env
set +a
CGO_LDFLAGS="-lopencv_objdetect $CGO_LDFLAGS"
# Debian's OpenCV says for each frame that it is built without QUIRC.
go run . -frames "${1:-10}" | grep -v QUIRC
