#!/usr/bin/env bash
# run.sh [gpio] [wiegand] [unit]: runs the drivers' own tests, and the whole program, on the kernel's simulated GPIO chip, in a virtual machine
# without network or disk. Time inside counts instructions (-icount), so a 50 µs pulse is one, however slow this machine is.
# All of it takes under four minutes (3:47, others at work on both cores), the drivers alone two.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
. scripts/cgo.env
[ $# -gt 0 ] || set -- gpio wiegand unit
scripts/vboard/setup.sh
board=$cache/vboard
version=$(cat "$board/ready")

# Static test binaries, with the tests that need a real chip (build tag vboard).
root=$tmp/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp,tests}
for package; do
  dir=./hal/$package
  [ "$package" = unit ] && dir=./scripts/vboard/unit
  CGO_ENABLED=0 go test -c -tags vboard -o "$root/tests/$package" "$dir"
done
# The program, with each library at its place.
if [ -e "$root/tests/unit" ]; then
  doing "taking the program and its libraries along"
  go build -trimpath -o "$root/bin/menshen" ./cmd/menshen
  { ldd "$root/bin/menshen" | grep -o '/[^ ]*'; } | while read -r lib; do install -D "$lib" "$root$lib"; done
fi
cat >"$root/work" <<'W'
for t in /tests/*; do
  echo "== ${t##*/}"
  (cd /tmp && $t -test.v -test.timeout 5m -test.run '^TestKernel') || exit 1
done
W
cp scripts/vboard/init "$root/init"; chmod +x "$root/init"
cp /bin/busybox "$root/bin/"
modules=lib/modules/$version
for m in configfs gpio-sim; do
  /sbin/modprobe -S "$version" -d "$board/kernel" --show-depends $m | awk '/^insmod/{print $2}'
done | sort -u | while read -r ko; do install -D "$ko" "$root/$modules/${ko#*/$modules/}"; done
cp "$board/kernel/$modules"/modules.{builtin,builtin.modinfo,order} "$root/$modules/"
/sbin/depmod -b "$root" "$version"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$tmp/initrd" # unpacked: the slow machine need not

timeout "${VBOARD_SECONDS:-1200}" qemu-system-x86_64 -cpu max -icount shift=0,sleep=off -smp 1 -m 2048 -nographic -nic none -no-reboot \
  -kernel "$board/kernel/boot/vmlinuz-$version" -initrd "$tmp/initrd" -append "console=ttyS0 panic=-1 quiet tsc=reliable" \
  </dev/null | sed -u 's,\r,,' | tee "$tmp/console"
grep -qx PASSED "$tmp/console" || fail "a test failed on the virtual board" "read the lines above"
ok "what was run ($*) holds on a kernel's own lines"
