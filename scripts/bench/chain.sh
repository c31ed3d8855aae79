#!/bin/sh
# What a frame costs in processor time: our chain by either engine, the networks alone by ONNX
# Runtime (as we set it up, and as it comes), and the same models on the same crops by OpenCV in C++
# (chain.cpp); one thread each, on one processor, frame by frame in turn.
#
#   scripts/bench/chain.sh [ROUNDS]      default 200
#
# "Aligned" is the C++ program with our recognizer/aligned.cpp linked in, which makes OpenCV itself
# faster. Needs what `make setup` brings. Ratios are taken round by round, so that a busy machine
# widens their spread and hardly moves their median.
set -eu
cd "$(dirname "$0")/../.."
rounds=${1:-200}
models=$(scripts/models.sh)
picture=$(go list -m -f '{{.Dir}}' gocv.io/x/gocv)/images/face.jpg
set -a
. scripts/cgo.env
set +a

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
build() {
	g++ -O2 -std=c++17 -I/usr/include/opencv4 "$@" \
		-lopencv_dnn -lopencv_calib3d -lopencv_imgproc -lopencv_imgcodecs -lopencv_core
}
build scripts/bench/chain.cpp -o "$work/chain"
build scripts/bench/chain.cpp recognizer/aligned.cpp -o "$work/aligned"
go test -c -o "$work/recognizer.test" ./recognizer
beside=$(printf 'OpenCV in C++\t%s\nthe same, aligned\t%s' \
	"$work/chain $models $picture" "$work/aligned $models $picture")

# The benchmark is a test binary: it finds the repository's files from its package folder.
cd recognizer
MENSHEN_MODELS=$models MENSHEN_BESIDE=$beside taskset -c "${CPU:-0}" "$work/recognizer.test" \
	-test.run '^$' -test.bench 'Beside$' -test.benchtime "${rounds}x" |
	awk '/^milliseconds/ { on = n++ } /^ .*ns.op/ { on = 0 } on' # not the benchmark's own trial with one round
