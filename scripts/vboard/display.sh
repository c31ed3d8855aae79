#!/usr/bin/env bash
# display.sh: pictures on the screen of Debian 12's kernel (virtio-gpu), in a virtual machine. A
# confined process finds the connector, draws, is pulled out and plugged in again, mounted turned,
# by the frame buffer too; qemu tells what its screen shows, and each pixel is compared. Three
# minutes, after two of set-up once. VBOARD_TESTS picks tests by a pattern, VBOARD_PICTURES names a
# folder for what was seen.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
. scripts/cgo.env
scripts/vboard/setup.sh
board=$cache/vboard
version=$(cat "$board/ready")

root=$tmp/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp}
fonts=/usr/share/fonts/opentype/noto
[ -e "$fonts/NotoSansCJK-Bold.ttc" ] || apt_install fonts-noto-cjk ||
  fail "the font could not be installed" "try again with a network"
install -D -t "$root$fonts" "$fonts"/NotoSansCJK-{Bold,Regular}.ttc
CGO_ENABLED=0 go test -c -tags vboard -o "$root/tests" ./scripts/vboard/display
cat >"$root/work" <<W
modprobe virtio_pci; modprobe virtio-gpu
ls /sys/class/drm
cd /tmp && /tests -test.v -test.timeout 8m -test.run '${VBOARD_TESTS:-^TestKernel}'
W
cp scripts/vboard/init "$root/init"; chmod +x "$root/init"
cp /bin/busybox "$root/bin/"
lib=lib/modules/$version
for m in configfs gpio-sim virtio_pci virtio-gpu; do
  /sbin/modprobe -S "$version" -d "$board/kernel" --show-depends $m | awk '/^insmod/{print $2}'
done | sort -u | while read -r ko; do install -D "$ko" "$root/$lib/${ko#*/$lib/}"; done
cp "$board/kernel/$lib"/modules.{builtin,builtin.modinfo,order} "$root/$lib/"
/sbin/depmod -b "$root" "$version"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$tmp/initrd"

timeout "${VBOARD_SECONDS:-600}" qemu-system-x86_64 -cpu max -smp 2 -m 1024 -nic none -no-reboot \
  -display none -vga none -device virtio-gpu-pci,xres=1280,yres=800 \
  -chardev "socket,id=console,path=$tmp/console,server=on" -serial chardev:console \
  -chardev "socket,id=monitor,path=$tmp/monitor,server=on" -mon chardev=monitor \
  -kernel "$board/kernel/boot/vmlinuz-$version" -initrd "$tmp/initrd" \
  -append "console=ttyS0 panic=-1 quiet vt.global_cursor_default=0" </dev/null >"$tmp/qemu" 2>&1 &
qemu=$!
MENSHEN_BOARD=$tmp MENSHEN_FONTS=$fonts "$root/tests" -test.run TestOutside || {
  kill $qemu || true
  cat "$tmp/qemu" >&2
  fail "a screen of the virtual board does not show what was drawn" "read the lines above"
}
[ -z "${VBOARD_PICTURES:-}" ] || { mkdir -p "$VBOARD_PICTURES"; cp "$tmp"/*.png "$VBOARD_PICTURES/"; }
ok "the screen of a kernel shows what a confined process draws"
