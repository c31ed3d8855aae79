#!/usr/bin/env bash
# setup.sh: puts a virtual board into $cache/vboard: Debian's stock kernel with its modules, the
# gpio-sim module built for it (Debian does not ship it), busybox and qemu. About 140 MB to load
# and two minutes, once; needs an amd64 Debian 12.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
board=$cache/vboard
[ -e "$board/ready" ] && { ok "virtual board in $board"; exit 0; }
[ "$(dpkg --print-architecture)" = amd64 ] ||
  fail "the virtual board runs on amd64 only" "run it on a PC with Debian 12"
mkdir -p "$board"

apt_update || fail "the list of packages could not be loaded" "try again with a network"
kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-6\.1/{print $2; exit}')
[ -n "$kernel" ] || fail "no 6.1 kernel in this distribution" "run it on Debian 12"
version=${kernel#linux-image-}
apt_install qemu-system-x86 busybox-static cpio kmod xz-utils make gcc "linux-headers-$version" ||
  fail "qemu, busybox or the kernel's headers could not be installed" "try again with a network"

# The kernel is only unpacked: this machine goes on booting its own.
doing "unpacking kernel $version and the sources of gpio-sim"
(cd "$tmp" && apt-get download -q "$kernel" linux-source-6.1 >apt 2>&1) ||
  { tail -3 "$tmp/apt" >&2; fail "the kernel could not be loaded" "try again with a network"; }
dpkg -x "$tmp/$kernel"_*.deb "$board/kernel"
dpkg -x "$tmp"/linux-source-6.1_*.deb "$tmp/source"
mkdir "$tmp/module"
tar -xf "$tmp"/source/usr/src/linux-source-6.1.tar.* -C "$tmp/module" --strip-components=1 \
  linux-source-6.1/drivers/gpio/gpio-sim.c linux-source-6.1/drivers/gpio/gpiolib.h linux-source-6.1/kernel/irq/irq_sim.c

# irq_sim is part of gpio-sim's needs that Debian's kernel was built without; the function by which
# it finds an interrupt's descriptor is not exported to modules, the way through irq_data is.
doing "building gpio-sim"
sed -e 's/irq_to_desc(irqnum)/irq_data_to_desc(irq_get_irq_data(irqnum))/' -e '/^EXPORT_SYMBOL/d' \
    -e '/^#include <linux.irq_sim.h>/a #include <linux/irqdesc.h>' \
    "$tmp/module/kernel/irq/irq_sim.c" >"$tmp/module/irq_sim.c"
cp "$tmp/module/drivers/gpio/gpio-sim.c" "$tmp/module/gpio_sim_main.c"
cp "$tmp/module/drivers/gpio/gpiolib.h" "$tmp/module/"
printf 'obj-m := gpio-sim.o\ngpio-sim-y := gpio_sim_main.o irq_sim.o\n' >"$tmp/module/Kbuild"
make -s -C "/lib/modules/$version/build" M="$tmp/module" modules >"$tmp/build" 2>&1 ||
  { tail -20 "$tmp/build" >&2; fail "gpio-sim does not build for kernel $version" \
    "a newer kernel may need another change than the two above"; }
install -D "$tmp/module/gpio-sim.ko" "$board/kernel/lib/modules/$version/extra/gpio-sim.ko"
/sbin/depmod -b "$board/kernel" "$version"
echo "$version" >"$board/ready"
ok "virtual board in $board: kernel $version with gpio-sim"
