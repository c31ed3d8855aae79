#!/usr/bin/env bash
# cable.sh: the unit's USB port as it is installed, in a virtual machine with Debian 13 and systemd:
# the kernel's gadget in the place of the board's port, and the kernel's host for it in the place
# of a laptop (dummy_hcd). Root's service, the door in its sandbox, the console at the laptop's end,
# the disk, and no network. Some minutes, after two of set-up once; root only.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
. scripts/cgo.env
board=$cache/cable-board
[ "$(dpkg --print-architecture)" = amd64 ] ||
  fail "the virtual board runs on amd64 only" "run it on a PC with Debian 12"

if [ ! -e "$board/ready" ]; then
  apt_install qemu-system-x86 mmdebstrap cpio kmod xz-utils dosfstools mtools fdisk ||
    fail "qemu or mmdebstrap could not be installed" "try again with a network"
  doing "making a root of Debian 13"
  rm -rf "$board"; mkdir -p "$board"
  mirror=$(scripts/package/mirror.sh)
  mmdebstrap --variant=minbase --include=systemd-sysv,udev,dbus,kmod,usbutils,eject,linux-image-amd64/trixie-backports \
    trixie "$board/root" "deb $mirror trixie main" "deb $mirror trixie-backports main" >"$tmp/log" 2>&1 ||
    { tail -5 "$tmp/log" >&2; fail "Debian 13 could not be loaded" "try again with a network"; }
  mv "$board"/root/boot/vmlinuz-* "$board/vmlinuz"
  mv "$board/root/usr/lib/modules" "$board/"
  rm -rf "$board"/root/{boot,usr/share/{doc,locale,man}}
  touch "$board/ready"
fi
ok "virtual board in $board"

doing "installing the program and the services"
root=$tmp/root
cp -al "$board/root" "$root"
version=$(ls "$board/modules")
mkdir -p "$root/usr/lib/modules/$version" "$tmp/kernel/usr/lib"
ln -s "$board/modules" "$tmp/kernel/usr/lib/modules"
ln -s usr/lib "$tmp/kernel/lib"
# The drivers of a laptop for networks over USB are there too: one that the unit had would show.
for module in gpio-sim dummy_hcd usb_f_acm usb_f_mass_storage usb_f_ncm cdc-acm usb-storage sd_mod vfat \
  nls_cp437 nls_ascii nls_utf8 nls_iso8859-1 cdc_ncm cdc_ether cdc_eem rndis_host; do
  /sbin/modprobe -S "$version" -d "$tmp/kernel" --show-depends $module | awk '/^insmod/{print $2}'
done | sort -u | while read -r ko; do install -D "$ko" "$root/usr/lib/modules/$version/${ko#*/"$version"/}"; done
cp "$board/modules/$version"/modules.{builtin,builtin.modinfo,order} "$root/usr/lib/modules/$version/"
/sbin/depmod -b "$root" "$version"
go build -trimpath -o "$root/usr/bin/menshen" ./cmd/menshen
CGO_ENABLED=0 go test -c -tags vboard -o "$root/opt/cable" ./scripts/vboard/cable
# The program is built for Debian 12: its libraries come along, less those of every release.
mkdir "$root/opt/host"
ldd "$root/usr/bin/menshen" | grep -o '/[^ ]*\.so[^ ]*' | sort -u |
  grep -vE '/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so[^/]*)$' | xargs -r cp -Lt "$root/opt/host"
echo /opt/host >"$root/etc/ld.so.conf.d/host.conf"
cp scripts/systemd/menshen{,-cable}.service "$root/usr/lib/systemd/system/"
cp scripts/systemd/menshen.sysusers "$root/usr/lib/sysusers.d/menshen.conf"
cp scripts/systemd/menshen.tmpfiles "$root/usr/lib/tmpfiles.d/menshen.conf"
cp scripts/systemd/menshen.rules "$root/usr/lib/udev/rules.d/60-menshen.rules"
mkdir -p "$root/usr/share/menshen"
"$root/usr/bin/menshen" desk --out "$root/opt/desk.html" >/dev/null
scripts/package/disk.sh "$root/usr/share/menshen/desk.img" "$root/opt/desk.html"
install -D -m 644 /dev/stdin "$root/etc/menshen/door.toml" <<'D'
[unit]
name  = "Virtual door"
dir   = "/var/lib/menshen"
bench = true
[key]
source = "file:/etc/menshen/key"
[relay]
pin    = "door:2"
active = "high"
[cable]
enabled = false
D
install -D -m 644 /dev/stdin "$root/etc/systemd/system/work.service" <<'U'
[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/bash /work
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
U
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../work.service "$root/etc/systemd/system/multi-user.target.wants/work.service"
cat >"$root/work" <<'W'
trap 'systemctl poweroff --force --force' EXIT
echo "board up: Linux $(uname -r), $(cut -d' ' -f1 /proc/uptime) s"
ldconfig
modprobe gpio-sim; modprobe dummy_hcd
chip=/sys/kernel/config/gpio-sim/door
mkdir -p $chip/bank0; echo 16 >$chip/bank0/num_lines; echo door >$chip/bank0/label; echo 1 >$chip/live
udevadm settle
chown menshen:menshen /etc/menshen/door.toml; chmod 600 /etc/menshen/door.toml # as on a card
echo "correct horse battery" | menshen init --config /etc/menshen/door.toml --operator anna
cd /tmp && HOME=/root /opt/cable -test.v -test.timeout 15m && echo PASSED
W
(cd "$root" && find . | cpio -o -H newc --quiet) >"$tmp/initrd"
timeout "${VBOARD_SECONDS:-1200}" qemu-system-x86_64 -cpu max -smp 2 -m 2048 -nographic -nic none -no-reboot \
  -kernel "$board/vmlinuz" -initrd "$tmp/initrd" \
  -append "console=ttyS0 panic=-1 quiet oops=panic rdinit=/sbin/init systemd.show_status=0
    systemd.mask=serial-getty@ttyS0.service" </dev/null |
  sed -u 's,\r,,' | tee "$tmp/console"
grep -qx PASSED "$tmp/console" || fail "the cable does not work on the virtual board" "read the lines above"
ok "line, disk and no network at a laptop, with Debian's kernel and systemd"
