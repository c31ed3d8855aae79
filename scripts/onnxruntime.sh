#!/usr/bin/env bash
# onnxruntime.sh: brings ONNX Runtime 1.21 into the cache, for the tests of the second engine: the
# library of npm's onnxruntime-node, since Debian 12 has no package of it. It is checked by its
# SHA-256. ONNXRUNTIME=FILE takes a local copy of it. Where it cannot be had, those tests are
# skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
version=1.21.0
case $(uname -m) in
x86_64) arch=x64 sha=05bfddeefc536a44478c20226218dae8853995518bb2a994b4fa15a996f5f412 ;;
aarch64) arch=arm64 sha=36671b53885a8433882c4db360138bd060f3580f7d7cb6578050e755e83b6128 ;;
*) doing "no ONNX Runtime for $(uname -m): its tests are skipped"; exit ;;
esac
library=$cache/onnxruntime/libonnxruntime.so.1
skip() {
  doing "$1: the tests of ONNX Runtime are skipped"
  doing "with a network, run 'make setup' again; without one, set ONNXRUNTIME to a copy of libonnxruntime.so.1 $version"
  exit 0
}

if sha256_is "$sha" "$library"; then
  ok "ONNX Runtime in ${library%/*}"
  exit
fi
if [ -n "${ONNXRUNTIME:-}" ]; then
  cp "$ONNXRUNTIME" "$tmp/library"
else
  command -v npm >/dev/null || apt_install npm || skip "npm could not be installed"
  doing "loading onnxruntime-node@$version (80 MB) by npm"
  (cd "$tmp" && npm pack --silent "onnxruntime-node@$version" >/dev/null) || skip "npm could not fetch onnxruntime-node"
  tar -xzOf "$tmp/onnxruntime-node-$version.tgz" "package/bin/napi-v3/linux/$arch/libonnxruntime.so.1" >"$tmp/library"
fi
sha256_is "$sha" "$tmp/library" || fail "this is not the ONNX Runtime we know (SHA-256 differs)" \
  "take libonnxruntime.so.1 for linux/$arch from onnxruntime-node@$version"
install -D -m 644 "$tmp/library" "$library"
ok "ONNX Runtime in ${library%/*} (loaded)"
