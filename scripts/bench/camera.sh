#!/usr/bin/env bash
# camera.sh [SECONDS]: what the service of a ribbon camera costs: processor and memory of the
# program and of GStreamer, with GStreamer's test picture as NV12, 640×480, 15 frames a second, in
# the camera's place. libcamera and the camera's own processing are not in it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
. scripts/cgo.env
seconds=${1:-30}
go build -o "$tmp/menshen" ./cmd/menshen
"$tmp/menshen" config example | sed 's|^source = "v4l2:[^"]*"|source = "libcamera"|' >"$tmp/door.toml"
mkfifo "$tmp/frames"
source="videotestsrc is-live=true pattern=ball ! video/x-raw,format=NV12,framerate=30/1 ! identity"
"$tmp/menshen" camera --config "$tmp/door.toml" --pipe "$tmp/frames" --source "$source" 2>/dev/null &
service=$!
cat "$tmp/frames" | wc -c >"$tmp/bytes" &
trap 'kill $service; wait; rm -rf "$tmp"' EXIT
sleep 3
pipeline=$(cat /proc/$service/task/*/children)
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
memory() { awk '/^(Rss|Pss_Anon)/{printf "%s %d MiB  ", $1, $2 / 1024}' "/proc/$1/smaps_rollup"; }
cpu() { echo "$(($2 - $1))" | awk -v s="$seconds" '{printf "%.1f%% of a core", $1 / s}'; } # a tick is 10 ms
a=$(ticks $service) b=$(ticks $pipeline)
sleep "$seconds"
echo "menshen camera: $(cpu $a "$(ticks $service)")  $(memory $service)"
echo "gst-launch-1.0: $(cpu $b "$(ticks $pipeline)")  $(memory $pipeline)"
