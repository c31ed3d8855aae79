//go:build vboard

package system

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestDay is a day at the door: a tenant gets a card from the technician at the serial line and
// comes in with it, a stranger does not; exit button and fire input open; the log and a backup go
// onto a stick.
func TestDay(t *testing.T) {
	awaitDoor(t)
	anna := serial(t)
	anna.logIn()
	anna.follow(`
		anna>« add "Zhao Lei" --apartment 501
		| Added 501 Zhao Lei
		anna>« card 501 "blue fob"
		| hold the new card to the reader
		@card
		| is now theirs
		anna>« status
		| locked
	`, func() { tap(t, 42, 1001) })

	for i := range 5 {
		took, opened := opens(t, 5*time.Second, func() { tap(t, 42, 1001) })
		if !opened {
			t.Fatalf("card %d does not open\n%s", i, state())
		}
		t.Logf("card, from its last bit to the relay: %v", took)
		walkThrough(t)
	}
	if _, opened := opens(t, 3*time.Second, func() { tap(t, 42, 1002) }); opened {
		t.Error("a stranger's card opens")
	}
	took, opened := opens(t, 2*time.Second, func() { press(t) })
	if !opened {
		t.Errorf("the exit button does not open\n%s", state())
	}
	t.Logf("exit button, from its release: %v", took)
	walkThrough(t)
	if took, opened = opens(t, 2*time.Second, func() { pull(t, fire, "down") }); !opened {
		t.Errorf("the fire input does not open\n%s", state())
	}
	t.Logf("fire input: %v", took)
	walkable := 0
	for range 3 { // and stays so, whoever goes through
		pull(t, contact, "up")
		time.Sleep(500 * time.Millisecond)
		pull(t, contact, "down")
		time.Sleep(500 * time.Millisecond)
		if unlocked(t) {
			walkable++
		}
	}
	if walkable != 3 {
		t.Errorf("unlocked %d of 3 times while there is a fire", walkable)
	}
	pull(t, fire, "up")
	await(t, 30*time.Second, "locked after the fire", func() bool { return !unlocked(t) })

	sh(t, "mkdir -p /media/usb && mount /dev/sda1 /media/usb")
	anna.follow(`
		anna>« decisions
		| Zhao Lei
		anna>« backup `+managersKey+`
		| Backup written to
	`, nil)
	anna.follow("anna>« logout\n| Logged out", nil)
	t.Log(sh(t, "cp /var/lib/menshen.out/* /media/usb/ && sync && umount /media/usb && mount /dev/sda1 /media/usb && "+
		"ls -l /media/usb"))
	t.Log(sh(t, "umount /media/usb"))
	journal := sh(t, "journalctl --namespace=menshen -o cat --no-pager")
	for _, secret := range []string{"Zhao", "1001", passphrase, "501"} {
		if strings.Contains(journal, secret) {
			t.Errorf("the journal names %q:\n%s", secret, journal)
		}
	}
}

const managersKey = "age12mpdhzn3dkws5r5k3qqwcgn80gn8kmdagggm2chzffwa6tr9jyeswyld6c"

// awaitDoor waits until the service says that the door works. It is shut then: the pull that the
// service asked of the contact's line has moved the contact, which is none.
func awaitDoor(t *testing.T) {
	t.Helper()
	await(t, 3*time.Minute, "the door works", func() bool { return works(t) })
	t.Logf("the door works %.1f s after the kernel's start", sinceStart(t))
	pull(t, contact, "down")
}

// sinceStart gives the seconds since the kernel's start.
func sinceStart(t *testing.T) (s float64) {
	t.Helper()
	if _, err := fmt.Sscan(sh(t, "cat /proc/uptime"), &s); err != nil {
		t.Fatal(err)
	}
	return s
}
