package eye

import (
	"fmt"
	"strings"
)

// Confinement is what a child is confined by, as the child itself said once it was done. The zero
// value: nothing is known.
type Confinement struct {
	Unconfined     bool // switched off in the configuration
	NoDump         bool // no core dump, and no other process of the user may look in
	Limits         bool // no file can grow, few can be open
	NoSwap         bool // its memory stays out of swap
	NoCapabilities bool // none of root's powers
	Landlock       int  // the kernel's version of it; 0: the kernel has none
	Seccomp        bool // only listed system calls, no new privileges; false: the kernel cannot
}

// Holds reports whether the child is kept from files, programs and sockets.
func (c Confinement) Holds() bool { return c.Landlock > 0 && c.Seccomp }

// Missing is what the kernel's Landlock is too old to keep the child from. Only the list of system
// calls does so then.
func (c Confinement) Missing() (what []string) {
	for _, scope := range []struct {
		since int // version of Landlock
		of    string
	}{{3, "truncation"}, {4, "TCP"}, {5, "device requests"}, {6, "signals"}} {
		if c.Landlock < scope.since {
			what = append(what, scope.of)
		}
	}
	return what
}

// String is what is in force, and what the kernel lacks.
func (c Confinement) String() string {
	switch {
	case c == Confinement{}:
		return ""
	case c.Unconfined:
		return "none (switched off)"
	}
	landlock, seccomp := "NO landlock (kernel)", "NO seccomp (kernel)"
	if c.Landlock > 0 {
		landlock = fmt.Sprintf("landlock(%d)", c.Landlock)
		for _, m := range c.Missing() {
			landlock += " NO landlock for " + m + " (kernel)"
		}
	}
	if c.Seccomp {
		seccomp = "seccomp no-new-privs"
	}
	var words []string
	for _, w := range []struct {
		so   bool
		word string
	}{
		{c.NoDump, "no-dump"}, {c.Limits, "rlimits"}, {c.NoSwap, "no-swap"},
		{c.NoCapabilities, "no-capabilities"}, {true, landlock}, {true, seccomp},
	} {
		if w.so {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, " ")
}
