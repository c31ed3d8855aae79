#!/bin/sh
# What a frame costs in processor time: our chain, the same models by OpenCV in C++, and by ONNX Runtime; one thread each, in turns, in one run.
#
#   scripts/bench/chain.sh [ROUNDS]      default 8 turns of 30 frames
#
# Needs g++ and OpenCV's headers (as the build does), the models (make models); node and npm for ONNX Runtime, which is
# left out without them. "overhead" is our chain over OpenCV in C++. The quieter the machine, the better.
set -eu
cd "$(dirname "$0")/../.."
turns=${1:-8}
frames=30
cache=${XDG_CACHE_HOME:-$HOME/.cache}/menshen
models=$(scripts/models.sh)
picture=$(go list -m -f '{{.Dir}}' gocv.io/x/gocv)/images/face.jpg
ort=onnxruntime-node@1.20.1 # its install script only fetches libraries for graphics cards
set -a
. scripts/cgo.env
set +a

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
g++ -O2 -std=c++17 -I/usr/include/opencv4 scripts/bench/chain.cpp -o "$work/chain" -lopencv_dnn -lopencv_calib3d -lopencv_imgproc -lopencv_imgcodecs -lopencv_core
go test -c -o "$work/recognizer.test" ./recognizer
if command -v npm >/dev/null; then
	mkdir -p "$cache/bench"
	[ -d "$cache/bench/node_modules/onnxruntime-node" ] || (cd "$cache/bench" && npm init -y >/dev/null && npm install --silent --ignore-scripts "$ort" >/dev/null) ||
		echo "chain.sh: npm could not install $ort: going on without it" >&2
fi

# The Go benchmark is a test binary: it finds the repository's files from its package folder.
ours() {
	(cd recognizer && MENSHEN_MODELS=$models "$work/recognizer.test" -test.run '^$' -test.bench 'Observe$' -test.benchtime ${frames}x) |
		awk '/^BenchmarkObserve/ { for (i = 2; i < NF; i++) { if ($(i+1) == "cpu-median-ms") m = $i; if ($(i+1) == "cpu-tenth-ms") t = $i }; print "menshen", m, t }'
}
turn=0
while [ $turn -lt "$turns" ]; do
	# The first after a rest may run faster: each goes first in turn.
	[ $((turn % 2)) = 1 ] || "$work/chain" "$models" "$picture" $frames
	ours
	[ $((turn % 2)) = 0 ] || "$work/chain" "$models" "$picture" $frames
	if [ -d "$cache/bench/node_modules/onnxruntime-node" ]; then
		node scripts/bench/ort.mjs "$cache/bench" "$models" $frames
	fi
	turn=$((turn + 1))
done >"$work/figures"

# Each turn gives the fastest tenth of its frames. Ratios are taken within a turn, when the machine is in one mood, and the median is shown.
awk '
	{ n[$1]++; v[$1, n[$1]] = $3 }
	function median(a, count,   i, j, t) {
		for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (a[j] < a[i]) { t = a[i]; a[i] = a[j]; a[j] = t }
		return a[int((count + 1) / 2)]
	}
	function figure(name,   i, a) { for (i = 1; i <= n[name]; i++) a[i] = v[name, i]; return median(a, n[name]) }
	function ratio(x, y,   i, a) { for (i = 1; i <= n[x]; i++) a[i] = v[x, i] / v[y, i]; return median(a, n[x]) }
	END {
		printf "%-36s %8.2f ms a frame\n", "menshen, the whole chain", figure("menshen")
		printf "%-36s %8.2f ms   overhead %+.1f%%\n", "OpenCV in C++, the same", figure("opencv-c++"), 100 * (ratio("menshen", "opencv-c++") - 1)
		printf "%-36s %8.2f ms   overhead %+.1f%%\n", "OpenCV in C++, networks alone", figure("opencv-c++-networks-alone"), 100 * (ratio("menshen", "opencv-c++-networks-alone") - 1)
		if (n["onnxruntime-networks-alone"])
			printf "%-36s %8.2f ms   OpenCV takes %.2f times as long\n", "ONNX Runtime, networks alone", figure("onnxruntime-networks-alone"), ratio("opencv-c++-networks-alone", "onnxruntime-networks-alone")
	}' "$work/figures"
