#!/usr/bin/env bash
# run.sh [gpio] [wiegand] [unit] [update] [camera/v4l2] [voice/pcm] [eye]: runs the drivers' own
# tests, and the whole program, on the kernel's simulated GPIO chip, test cameras (vivid;
# /dev/video1 gives its frames in planes) and sound cards (snd-aloop, snd-dummy), in a virtual
# machine without network or disk. Update is sticks on the kernel's own file systems, hostile ones
# too. Time inside counts instructions (-icount), so a 50 µs pulse is one, however slow this
# machine is. The first three, which are the default, take under four minutes (3:47, others at
# work on both cores), the drivers alone two. The eye takes a quarter of an hour, or three with
# others at work: its networks run in an emulated processor. VBOARD_TESTS picks tests by a
# pattern, as go test -run does.
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
  case $package in
    eye) go test -c -tags vboard,customenv -o "$root/tests/eye" ./recognizer/eye; continue ;;
    unit) dir=./scripts/vboard/unit ;;
    update) dir=./board/update ;;
    *) dir=./hal/$package ;; # gpio, wiegand, camera/v4l2, voice/pcm
  esac
  CGO_ENABLED=0 go test -c -tags vboard -o "$root/tests/${package##*/}" "$dir"
done
# What is linked to this machine's libraries takes them along, each at its place.
with_libraries() { ldd "$1" | grep -o '/[^ ]*' | while read -r lib; do install -D "$lib" "$root$lib"; done; }
if [ -e "$root/tests/unit" ]; then
  doing "taking the program and its libraries along"
  go build -trimpath -o "$root/bin/menshen" ./cmd/menshen
  with_libraries "$root/bin/menshen"
fi
if [ -e "$root/tests/eye" ]; then
  doing "taking OpenCV and the models along"
  with_libraries "$root/tests/eye"
  mkdir -p "$root/models"; cp "$(scripts/models.sh)"/*.onnx "$root/models/"
fi
modules="configfs gpio-sim vivid"
if [ -e "$root/tests/pcm" ]; then
  doing "making what is said"
  command -v espeak-ng >/dev/null || apt_install espeak-ng ||
    fail "espeak-ng could not be installed" "try again with a network"
  go run ./scripts/voice "$root/voice"
  modules="$modules snd-aloop snd-dummy"
fi
if [ -e "$root/tests/update" ]; then
  doing "making sticks"
  apt_install dosfstools e2fsprogs exfatprogs || fail "mkfs could not be installed" "try again with a network"
  modules="$modules loop vfat exfat ext4 nls_ascii nls_utf8 nls_cp437 nls_iso8859-1"
  mkdir -p "$root/images" "$tmp/ext4/folder"
  truncate -s 8M "$root/images/"{fat16,exfat,ext4}
  truncate -s 40M "$root/images/fat32"
  /sbin/mkfs.vfat -F 16 -s 2 "$root/images/fat16" >/dev/null
  /sbin/mkfs.vfat -F 32 -s 1 "$root/images/fat32" >/dev/null
  /sbin/mkfs.exfat "$root/images/exfat" >/dev/null
  echo some text >"$tmp/ext4/a.txt"
  ln -s a.txt "$tmp/ext4/link"
  mkfifo "$tmp/ext4/pipe"
  /sbin/mke2fs -q -t ext4 -d "$tmp/ext4" "$root/images/ext4"
fi
cat >"$root/work" <<W
export MENSHEN_MODELS=/models
modprobe vivid n_devs=2 node_types=1,1 num_inputs=1,1 input_types=0,0 multiplanar=1,2
[ ! -e /images ] || modprobe loop
[ ! -e /voice ] || modprobe snd-aloop index=0
[ ! -e /voice ] || modprobe snd-dummy index=1
for t in /tests/*; do
  echo "== \${t##*/}"
  (cd /tmp && \$t -test.v -test.timeout 5m -test.run '${VBOARD_TESTS:-^TestKernel}') || exit 1
done
W
cp scripts/vboard/init "$root/init"; chmod +x "$root/init"
cp /bin/busybox "$root/bin/"
lib=lib/modules/$version
for m in $modules; do
  /sbin/modprobe -S "$version" -d "$board/kernel" --show-depends $m | awk '/^insmod/{print $2}'
done | sort -u | while read -r ko; do install -D "$ko" "$root/$lib/${ko#*/$lib/}"; done
cp "$board/kernel/$lib"/modules.{builtin,builtin.modinfo,order} "$root/$lib/"
/sbin/depmod -b "$root" "$version"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$tmp/initrd" # unpacked: the slow machine need not

timeout "${VBOARD_SECONDS:-1200}" qemu-system-x86_64 -cpu max -icount shift=0,sleep=off -smp 1 -m 2048 \
  -nographic -nic none -no-reboot \
  -kernel "$board/kernel/boot/vmlinuz-$version" -initrd "$tmp/initrd" \
  -append "console=ttyS0 panic=-1 quiet tsc=reliable" \
  </dev/null | sed -u 's,\r,,' | tee "$tmp/console"
grep -qx PASSED "$tmp/console" || fail "a test failed on the virtual board" "read the lines above"
ok "what was run ($*) holds on a kernel's own lines"
