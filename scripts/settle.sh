#!/usr/bin/env bash
# settle.sh: makes what the installed program needs on this machine: its user, its
# folders, access to its devices. Root's part of 'make install', where no DESTDIR is
# given. A second run changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
[ "$(id -u)" = 0 ] || fail "only root can make the service's user and folders" \
  "run 'make install' as root, or with DESTDIR=… for a package"
command -v systemd-sysusers >/dev/null ||
  fail "the program is installed, but systemd is not here, which makes its user and folders" \
  "apt-get install systemd, then make install again"
systemd-sysusers menshen.conf
systemd-tmpfiles --create menshen.conf
# Without a running systemd or udev (a root that is being built) this is done when the board starts.
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
if [ -e /run/udev/control ]; then udevadm control --reload && udevadm trigger; fi
ok "user menshen, /etc/menshen, /var/lib/menshen"
