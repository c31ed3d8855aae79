#!/usr/bin/env bash
# camera.sh: the service of a ribbon camera as it is installed, in a virtual machine with Debian 13,
# systemd and libcamera. The camera is one that libcamera itself plays ("virtual"); all from there
# on is what a camera module meets: libcamera, GStreamer, the service in its sandbox, the named
# pipe, the confined eye. Three to five minutes, after three of set-up once.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
. scripts/cgo.env
board=$cache/camera-board
[ "$(dpkg --print-architecture)" = amd64 ] ||
  fail "the virtual board runs on amd64 only" "run it on a PC with Debian 12"

if [ ! -e "$board/ready" ]; then
  apt_install qemu-system-x86 mmdebstrap cpio ||
    fail "qemu or mmdebstrap could not be installed" "try again with a network"
  doing "making a root of Debian 13"
  rm -rf "$board"; mkdir -p "$board"
  mmdebstrap --variant=minbase --include=systemd-sysv,udev,dbus,linux-image-amd64,libcamera-ipa \
    --include=gstreamer1.0-libcamera,gstreamer1.0-tools,gstreamer1.0-plugins-base \
    trixie "$board/root" >"$tmp/log" 2>&1 ||
    { tail -5 "$tmp/log" >&2; fail "Debian 13 could not be loaded" "try again with a network"; }
  mv "$board"/root/boot/vmlinuz-* "$board/vmlinuz"
  # Of the kernel's modules only the list of media devices is needed: without it libcamera does
  # not start.
  find "$board/root/usr/lib/modules" -name 'mc.ko*' -exec cp -t "$board/root/opt" {} +
  rm -rf "$board"/root/{boot,usr/lib/modules,usr/share/{doc,locale,man}}
  touch "$board/ready"
fi
ok "virtual board in $board"

doing "installing the program and the service"
root=$tmp/root
cp -al "$board/root" "$root"
go build -trimpath -o "$root/usr/bin/menshen" ./cmd/menshen
go test -c -tags vboard,customenv -o "$root/opt/eye" ./recognizer/eye
# The program is built for Debian 12: its libraries come along, less those of every release.
mkdir "$root/opt/host"
ldd "$root/usr/bin/menshen" "$root/opt/eye" | grep -o '/[^ ]*\.so[^ ]*' | sort -u |
  grep -vE '/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so[^/]*)$' | xargs -r cp -Lt "$root/opt/host"
cp scripts/systemd/menshen-camera.service "$root/usr/lib/systemd/system/"
cp scripts/systemd/menshen.sysusers "$root/usr/lib/sysusers.d/menshen.conf"
cp scripts/systemd/menshen.tmpfiles "$root/usr/lib/tmpfiles.d/menshen.conf"
cp scripts/systemd/menshen.rules "$root/usr/lib/udev/rules.d/60-menshen.rules"
install -D -m 644 /dev/stdin "$root/etc/systemd/system/menshen-camera.service.d/libraries.conf" <<'U'
[Service]
Environment=LD_LIBRARY_PATH=/opt/host
U
"$root/usr/bin/menshen" config example | sed 's|^source = "v4l2:[^"]*"|source = "libcamera"|' |
  install -D -m 644 /dev/stdin "$root/etc/menshen/door.toml"

# What the camera sees: a visitor's code, in light that changes, so that it is not frozen.
mkdir "$root/seen"
go run ./scripts/vboard/codes "$root/seen" "MENSHEN CAMERA"
install -D -m 644 /dev/stdin "$root/usr/share/libcamera/pipeline/virtual/virtual.yaml" <<'Y'
%YAML 1.1
---
"Virtual0":
  supported_formats:
  - width: 640
    height: 480
    frame_rates:
    - 30
  frames:
    path: "/seen/"
  location: "CameraLocationFront"
  model: "a camera that libcamera plays"
...
Y

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
insmod /opt/mc.ko*; udevadm settle; ls -l /dev/dma_heap/system /run/menshen-camera/frames
systemctl start menshen-camera
# The test may not send signals to the service: it says here which one is due.
mkfifo -m 622 /run/to-camera
while read -r signal; do systemctl kill --kill-whom=main -s "$signal" menshen-camera; done <>/run/to-camera &
cd /tmp
setpriv --reuid=menshen --regid=menshen --init-groups \
  env LD_LIBRARY_PATH=/opt/host TMPDIR=/tmp /opt/eye -test.v -test.timeout 15m -test.run TestRibbon && echo PASSED
journalctl -u menshen-camera -o short-monotonic --no-pager | grep -E 'level=|code=|Assert' | cut -c1-200
W
(cd "$root" && find . | cpio -o -H newc --quiet) >"$tmp/initrd"
timeout "${VBOARD_SECONDS:-1200}" qemu-system-x86_64 -cpu max -smp 2 -m 4096 -nographic -nic none -no-reboot \
  -kernel "$board/vmlinuz" -initrd "$tmp/initrd" \
  -append "console=ttyS0 panic=-1 quiet rdinit=/sbin/init systemd.show_status=0
    systemd.mask=serial-getty@ttyS0.service" </dev/null |
  sed -u 's,\r,,' | tee "$tmp/console"
grep -qx PASSED "$tmp/console" || fail "the camera's service does not work on the virtual board" "read the lines above"
ok "libcamera, GStreamer, the service and the confined eye hold on Debian 13"
