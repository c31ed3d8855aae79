package wiring

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"menshen/board/config"
	"menshen/board/outbox"
	"menshen/store"
	"menshen/store/keys"
)

// TimeSource says what keeps the machine's clock right: an operator who set it since the
// start, or what the machine has. A bench trusts the developer's computer: it has no door
// that a wrong clock could open.
type TimeSource struct {
	Config  *config.Config
	Machine func() string // nil: MachineTime
	set     atomic.Bool   // an operator set the clock since the start
}

// Set tells it that an operator set the clock.
func (s *TimeSource) Set() { s.set.Store(true) }

// Forget takes that back.
func (s *TimeSource) Forget() { s.set.Store(false) }

// From names the source: "operator", "bench", "sync", "rtc"; empty: nothing keeps the clock right.
func (s *TimeSource) From() string {
	switch {
	case s.set.Load():
		return "operator"
	case s.Config.Unit.Bench:
		return "bench"
	case s.Machine != nil:
		return s.Machine()
	}
	return MachineTime()
}

// VaultOptions gives the options with which every program of the unit opens its vault: its key, the
// files to scan, and whether the clock is trusted.
func VaultOptions(c *config.Config, s *TimeSource) store.Options {
	trusted := func() bool { return s.From() != "" }
	return store.Options{Key: KeySource(c), Files: []string{outbox.Dir(c.Unit.Dir)}, Trusted: trusted}
}

// MachineTime names what keeps the machine's time right: "sync" when the kernel's clock is
// disciplined (by a GPS receiver's gpsd and chrony, which need no network), "rtc" when there is a
// clock chip; empty: nothing does.
func MachineTime() string {
	var t unix.Timex // asks, and changes nothing
	if state, err := unix.Adjtimex(&t); err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0 {
		return "sync"
	}
	if _, err := os.Stat("/sys/class/rtc/rtc0"); err == nil {
		return "rtc"
	}
	return ""
}

// KeySource gives the source of the root key that a configuration names. Where it is left out who
// may come in, the source cannot be used: the vault stays closed, and the door denies all
// credentials.
func KeySource(c *config.Config) store.KeySource {
	k, err := config.ParseKeySource(c.Key.Source)
	if why := cmp.Or(c.LeftOut(config.PartPeople), err); why != nil {
		return keys.Unusable(why)
	}
	return OpenKeySource(k)
}

// OpenKeySource gives the store's key source for a parsed one.
func OpenKeySource(k config.KeySource) store.KeySource {
	switch k.Kind {
	case "credential":
		return keys.Credential(k.Name, k.Path)
	case "tpm":
		return keys.TPM(k.Path, k.Index)
	}
	return keys.File(k.Path)
}

const withoutKey = "without it nothing opens this vault: replace it by a backup ('menshen vault retire')"

// noPartition is where a card's start says why the vault's partition is not there, and what to do
// (scripts/image/files/usr/lib/menshen/open-var).
const noPartition = "/run/menshen-var/why"

// Advise adds the remedy to an error of opening the vault. An error that names
// its own remedy is unchanged.
func Advise(err error) error { return advise(err, noPartition) }

func advise(err error, noPartition string) error {
	if why, none := os.ReadFile(noPartition); none == nil && errors.Is(err, store.ErrMissing) {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(why)))
	}
	for _, known := range []struct {
		is     error
		remedy string
	}{
		{store.ErrMissing, "make one with 'menshen init'"},
		{store.ErrBusy, "stop the other one first ('systemctl stop menshen'), or use 'menshen console'"},
		{store.ErrForeign, "set [unit] dir to the unit's own folder, or move that file away"},
		{store.ErrNewer, "install the newer menshen again; the vault was not touched"},
		{store.ErrKeyMissing, "put your own copy of it there, or see [key] source; " + withoutKey},
		{store.ErrWrongKey, "use the key that this vault was made with; " + withoutKey},
		{store.ErrCorrupt, "save what is whole with 'menshen vault salvage'; then replace it by that or by a " +
			"backup ('menshen vault retire'); the damaged file was not touched"},
		{store.ErrHead, "compare 'decisions' with what was done before it; then 'check' at the console ends this; " +
			"if it comes again, replace the board's memory"},
		{store.ErrSwapped, "a person or program with access to the disk did that; find the file that was there and " +
			"put it back; if it is lost, stop the unit and replace its vault by the newest backup ('menshen vault " +
			"retire'); without a TPM the next start takes what lies there"},
		{keys.ErrNoDevice, "load the TPM's driver, and let the unit's user open the device ('ls -l /dev/tpm*')"},
		{fs.ErrPermission, "do this as the unit's own user: sudo -u menshen menshen …"},
	} {
		if errors.Is(err, known.is) {
			return fmt.Errorf("%w: %s", err, known.remedy)
		}
	}
	return err
}
