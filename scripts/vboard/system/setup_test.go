//go:build vboard

package system

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/board/check/checktest"
)

// phases tells how many seconds each part of the way took the board.
type phases struct {
	t     *testing.T
	since float64 // the kernel's start
}

func (p *phases) over(what string) {
	p.t.Helper()
	now := sinceStart(p.t)
	p.t.Logf("phase: %6.1f s  %s", now-p.since, what)
	p.since = now
}

const (
	replaces    = "from its backup on a stick? (y, n) "
	asksForCard = "A card as your second factor, from now on? (y, n) "
)

// says is an answer.
func says(s string) func(func(string)) { return func(send func(string)) { send(s) } }

// setUp goes through the set-up at the console of a card that starts for the first time, as an
// installer does who answers at once. more are deeds at a unit that replaces another one.
func setUp(t *testing.T, x *terminal, p *phases, more map[string]func(send func(string))) {
	t.Helper()
	at := func(over, answer string) func(func(string)) {
		return func(send func(string)) { p.over(over); send(answer) }
	}
	own := func(func(string)) { tap(t, 42, 7) }
	deeds := map[string]func(func(string)){
		"Language / 语言 (1, 2) > ":                        at("from the kernel's start to the first question", "1"),
		"Is all of this right? (y, n) ":                  at("settings shown, wires drawn", "y"),
		"Is that right? (y, n) ":                         says("y"),
		"Enter: the door is wired as drawn > ":           says(""),
		"Log-in name of the first operator > ":           at("clock and wires confirmed", "anna"),
		"Passphrase or PIN for anna: ":                   says(passphrase),
		"Once more: ":                                    says(passphrase),
		replaces:                                         at("keys, vault, first operator", "n"),
		asksForCard:                                      says("y"),
		"Tap the card that is to be your second factor.": own,
		"Tap your own card at the reader.":               own,
		"Passphrase of anna: ":                           at("their card", passphrase),
		"a: try again   Enter: go on, as failed": func(send func(string)) {
			t.Errorf("a step failed\n%s", state())
			send("")
		},
		"The door counts as not tested. Start it all the same?": says("y"),
		"The door is set up and starts now.": func(func(string)) {
			p.over("self-test, signed report")
			x.leave()
		},
	}
	for words, deed := range more {
		deeds[words] = deed
	}
	anna := &checktest.Installer{Passphrase: passphrase, Door: atDoor{t}, More: deeds}
	x.hit("\r") // the first question may have come before this line was opened
	late := time.AfterFunc(20*time.Minute, x.leave)
	anna.Sit(x)
	t.Logf("the console, as it was shown:\n%s", anna.Shown())
	if !late.Stop() {
		t.Fatalf("the set-up did not come to its end\n%s", state())
	}
	await(t, time.Minute, "the door works", func() bool { return works(t) })
	pull(t, contact, "down") // the door is shut, whatever pull the service asked for
	p.over("the door's service starts")
}

// TestSetUp is the way from a card that was just written to a door in use: the set-up at its
// console, the first card and the first face. Its backups, the first without the tenant, are taken
// along by TestStick, for TestReplace; the manager's key for them goes onto the stick here.
func TestSetUp(t *testing.T) {
	p, x := &phases{t: t}, serial(t)
	setUp(t, x, p, nil)
	begun := p.since
	next := []uint64{7, 1003, 1003} // the operator's, the tenant's, and again to agree
	card := func() { tap(t, 42, next[0]); next = next[1:] }
	manager, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	backup := "anna>« backup " + manager.Recipient().String() + "\n| Backup written\n"
	x.logIn()
	x.follow("| tap your own card\n@card\n"+backup, card)
	p.over("log-in, a backup of the door without people")
	x.follow(`
		anna>« add "Wang Fang" --apartment 502
		| Added 502 Wang Fang
		anna>« card 502 "key ring"
		| hold the new card to the reader
		@card
		| is now theirs
	`, card)
	took, opened := opens(t, 5*time.Second, func() { tap(t, 42, 1003) })
	if !opened {
		t.Fatalf("the first card does not open\n%s", state())
	}
	p.over("a tenant is added, and their card opens")
	t.Logf("first card, from its last bit to the relay: %v", took)
	walkThrough(t)
	x.follow(onFile, nil)
	x.follow(`
		anna>« consent 502
		Type yes or no:« yes
		| hold your own card to the reader
		@card
		| Consent recorded
	`, card)
	enrol(t, x, "collins.png", 502)
	stop := show(t, "collins.png")
	if _, opened = opens(t, 2*time.Minute, func() {}); !opened {
		t.Fatalf("the first face does not open\n%s", state())
	}
	stop()
	p.over("papers on file, consent, a face enrolled, and it opens")
	t.Logf("from the service's start to the first face: %.1f s", p.since-begun)
	walkThrough(t)

	x.follow(backup+"anna>« logout\n| Logged out", nil)
	if out, _ := shell("grep /dev/sda1 /proc/mounts").CombinedOutput(); len(out) > 0 {
		t.Errorf("a door that is set up still has the stick:\n%s\n%s", out,
			sh(t, "systemctl status --no-pager -l menshen-stick@sda1 menshen-first@ttyAMA0 || true"))
	}
	stick := t.TempDir()
	sh(t, "mount /dev/sda1 "+stick)
	defer sh(t, "umount "+stick)
	if err := os.WriteFile(filepath.Join(stick, "manager.key"), []byte(manager.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	reports, err := filepath.Glob("/var/lib/menshen.out/commissioning.*")
	if err != nil || len(reports) != 2 {
		t.Errorf("reports: %v, %v", reports, err)
	}
}

// TestReplace has a card that was just written take the place of the unit of TestSetUp, from the
// newest of its backups on the stick: the tenant's card opens.
func TestReplace(t *testing.T) {
	await(t, time.Minute, "the stick is there", func() bool { _, err := os.Stat("/dev/sda1"); return err == nil })
	p, x := &phases{t: t}, serial(t)
	asked, chosen := false, false // for the restore, and then for the self-test; one of the backups
	setUp(t, x, p, map[string]func(func(string)){
		"Passphrase of anna: ": func(send func(string)) {
			if asked {
				p.over("their card")
			}
			asked = true
			send(passphrase)
		},
		replaces: func(send func(string)) {
			p.over("keys, vault, first operator")
			send("y")
		},
		"Without it the door begins empty. (y, n) ": func(send func(string)) { // the kernel looks for the stick still
			time.Sleep(time.Second)
			send("y")
		},
		"1 to 2 [1] > ": func(send func(string)) {
			chosen = true
			send("")
		},
		`or "none" to restore without: `: says("none"),
		asksForCard: func(send func(string)) {
			p.over("the backup restored")
			send("y")
		},
	})
	if !chosen {
		t.Error("there was no choice of two backups")
	}
	took, opened := opens(t, 5*time.Second, func() { tap(t, 42, 1003) })
	if !opened {
		t.Fatalf("the card of the backup does not open\n%s", state())
	}
	p.over("the tenant's card opens")
	t.Logf("card, from its last bit to the relay: %v", took)
	walkThrough(t)
}
