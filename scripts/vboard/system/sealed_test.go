//go:build vboard

package system

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSealed looks at the partition of the vault of a card that had a TPM at its first start: it is
// encrypted, the TPM has the only key, and what the door needs without it lies elsewhere.
func TestSealed(t *testing.T) {
	if made := sh(t, "cat /state/var"); made != "sealed" {
		t.Errorf("made as %q", made)
	}
	table := sh(t, "dmsetup table var")
	if !strings.Contains(table, "crypt xchacha12,aes-adiantum-plain64") {
		t.Errorf("table: %s", table)
	}
	partition := sh(t, "echo $(findmnt -no SOURCE /state | sed 's/7$/8/')")
	header := sh(t, "cryptsetup luksDump "+partition)
	if strings.Count(header, ": luks2\n") != 1 || !strings.Contains(header, "systemd-tpm2") {
		t.Errorf("not one key, of the TPM:\n%s", header)
	}
	for what, is := range map[string]string{
		"findmnt -no SOURCE /var":                "/dev/mapper/var",
		"findmnt -no FSTYPE /var":                "ext4",
		"findmnt -no FSROOT /etc/menshen":        "/etc/menshen",
		"findmnt -no SOURCE -v /etc/menshen":     sh(t, "findmnt -no SOURCE /state"),
		"blkid -p -o value -s TYPE " + partition: "crypto_LUKS",
	} {
		if got := sh(t, what); got != is {
			t.Errorf("%s: %q, want %q", what, got, is)
		}
	}
	t.Log(sh(t, "systemd-analyze blame | grep -E 'menshen-var|trial' || true"))
}

// TestStick takes what TestSetUp left for the outside along on a stick, which that test put in.
func TestStick(t *testing.T) {
	x := serial(t)
	x.logIn()
	x.follow("| tap your own card\n@card\nanna>« stick\n| On the stick now, read back and compared: 4 files\n"+
		"anna>« logout\n| Logged out",
		func() { tap(t, 42, 7) })
	stick := t.TempDir()
	sh(t, "mount -o ro /dev/sda1 "+stick)
	defer sh(t, "umount "+stick)
	for file, n := range map[string]int{"backup-*.age": 2, "commissioning.html": 1, "commissioning.txt": 1} {
		if found, _ := filepath.Glob(filepath.Join(stick, file)); len(found) != n {
			t.Errorf("%s on the stick: %v", file, found)
		}
	}
}

// TestAgain starts the unit of TestSetUp again, with its TPM: the tenant's card opens.
func TestAgain(t *testing.T) {
	p := &phases{t: t}
	await(t, time.Minute, "the door works", func() bool { return works(t) })
	p.over("from the kernel's start to a door that works, its partition encrypted")
	t.Log(sh(t, "systemd-analyze blame | grep menshen-var"))
	pull(t, contact, "down")
	await(t, 30*time.Second, "a card opens", func() bool {
		_, opened := opens(t, 2*time.Second, func() { tap(t, 42, 1003) })
		return opened
	})
	p.over("the tenant's card opens")
	walkThrough(t)
}

// TestNoTPM starts that unit without its TPM: people get out, nobody gets in by card, and it says
// why and what to do.
func TestNoTPM(t *testing.T) { withoutVault(t, "the TPM does not answer") }

// TestOtherTPM starts that unit with the TPM of another one.
func TestOtherTPM(t *testing.T) { withoutVault(t, "the TPM does not open the partition") }

// TestNoState starts the unit with a partition 7 that cannot be read, where it stands that
// partition 8 was made: nothing is formatted, and no set-up begins.
func TestNoState(t *testing.T) {
	await(t, time.Minute, "it is told", func() bool {
		why, _ := os.ReadFile("/run/menshen-var/why")
		return strings.Contains(string(why), "partition 7 of the card cannot be read")
	})
	sh(t, "systemctl is-failed menshen-var")
	if is := sh(t, "blkid -p -o value -s TYPE /dev/disk/by-partuuid/*-08"); is != "crypto_LUKS" {
		t.Errorf("partition 8 is %s", is)
	}
	fails(t, "systemctl is-active menshen-first@ttyAMA0")
}

func withoutVault(t *testing.T, why string) {
	p := &phases{t: t}
	await(t, time.Minute, "the door works", func() bool { return works(t) })
	p.over("from the kernel's start to a door that works, without its vault")
	pull(t, contact, "down")
	time.Sleep(time.Second) // the unit has seen that it is shut
	if _, opened := opens(t, 5*time.Second, func() { press(t) }); !opened {
		t.Fatalf("the exit button does not open\n%s", state())
	}
	walkThrough(t)
	if _, opened := opens(t, 3*time.Second, func() { tap(t, 42, 1003) }); opened {
		t.Error("a card opens, and nobody knows whose it is")
	}
	if _, opened := opens(t, 5*time.Second, func() { pull(t, fire, "down") }); !opened {
		t.Errorf("the fire line does not open\n%s", state())
	}
	pull(t, fire, "up")
	await(t, 30*time.Second, "the door locks after the fire", func() bool { return !unlocked(t) })
	p.over("exit, a card in vain, fire")

	x := serial(t)
	x.logIn()
	x.see(why)
	x.see("docs/repair.md")
	for _, tells := range []string{
		"journalctl -b -u menshen-var --no-pager", "journalctl -b --namespace=menshen --no-pager",
	} {
		if said := sh(t, tells); !strings.Contains(said, why) {
			t.Errorf("%s does not say why:\n%s", tells, said)
		}
	}
	if on := sh(t, "findmnt -no FSTYPE /var"); on != "tmpfs" {
		t.Errorf("/var is of %s", on)
	}
	if _, err := os.Stat("/var/lib/menshen/vault.db"); err == nil {
		t.Error("a new vault was made")
	}
	fails(t, "systemctl is-active menshen-first@ttyAMA0")
}
