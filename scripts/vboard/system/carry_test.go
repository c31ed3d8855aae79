//go:build vboard

package system

import (
	"strings"
	"testing"
)

// TestCarry brings a list of tenants in on the stick, and takes what the unit wrote along on it, on
// a unit from packages: the door asks, and root's service, in its sandbox, opens the stick.
func TestCarry(t *testing.T) {
	awaitDoor(t)
	sh(t, "! mountpoint -q /media/usb || umount /media/usb")
	sh(t, "mkdir -p /media/usb && mount /dev/sda1 /media/usb && "+
		"printf 'name,apartment,language\nZhao Lei,601,zh\n' >/media/usb/tenants.csv && umount /media/usb")
	anna := serial(t)
	anna.logIn()
	anna.follow(`
		anna>« stick list
		| tenants.csv
		| It can be pulled out.
		anna>« import tenants.csv --stick
		Type yes or no: « yes
		| Imported: 1 added
		anna>« export people
		| To take it along on a USB stick: stick list-people-
		anna>« stick
		| Copied: list-people-
		| On the stick now, read back and compared:
		anna>« logout
		| Logged out
	`, nil)
	t.Log(sh(t, "mount -o ro /dev/sda1 /media/usb && ls -l /media/usb"))
	defer sh(t, "umount /media/usb")
	sh(t, "for f in /var/lib/menshen.out/*; do cmp $f /media/usb/${f##*/} || exit 1; done")
	if left := sh(t, "ls -A /run/menshen /media/usb | grep -E 'taken|part' || true"); left != "" {
		t.Errorf("left: %s", left)
	}
	if seen := sh(t, "grep menshen-update /proc/mounts || true"); seen != "" {
		t.Errorf("the stick is mounted for others too: %s", seen)
	}
	t.Log(sh(t, "journalctl -u menshen-update -o cat --no-pager | tail -20"))
	t.Log(sh(t, "systemd-analyze security --no-pager menshen-update 2>&1 | tail -1"))
	if faults := sh(t, "systemctl --failed --no-legend --plain"); strings.Contains(faults, "menshen") {
		t.Errorf("failed: %s", faults)
	}
}
