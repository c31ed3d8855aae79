package confine

import (
	"fmt"
	"strings"
)

// Report is what a process is confined by, as it said itself once it was done. The zero value:
// nothing is known.
type Report struct {
	Unconfined     bool // switched off in the configuration
	NoDump         bool // no core dump, and no other process of the user may look in
	Limits         bool // no file can grow, few can be open
	NoSwap         bool // its memory stays out of swap
	NoCapabilities bool // none of root's powers
	Landlock       int  // the kernel's version of it; 0: the kernel has none
	Seccomp        bool // only listed system calls, no new privileges; false: the kernel cannot
}

// Holds reports whether the process is kept from files, programs and sockets.
func (r Report) Holds() bool { return r.Landlock > 0 && r.Seccomp }

// Missing is what the kernel's Landlock is too old to keep the process from. Only the list of
// system calls does so then.
func (r Report) Missing() (what []string) {
	for _, scope := range []struct {
		since int // version of Landlock
		of    string
	}{{3, "truncation"}, {4, "TCP"}, {5, "device requests"}, {6, "signals"}} {
		if r.Landlock < scope.since {
			what = append(what, scope.of)
		}
	}
	return what
}

// String is what is in force, and what the kernel lacks.
func (r Report) String() string {
	switch {
	case r == Report{}:
		return ""
	case r.Unconfined:
		return "none (switched off)"
	}
	landlock, seccomp := "NO landlock (kernel)", "NO seccomp (kernel)"
	if r.Landlock > 0 {
		landlock = fmt.Sprintf("landlock(%d)", r.Landlock)
		for _, m := range r.Missing() {
			landlock += " NO landlock for " + m + " (kernel)"
		}
	}
	if r.Seccomp {
		seccomp = "seccomp no-new-privs"
	}
	var words []string
	for _, w := range []struct {
		so   bool
		word string
	}{
		{r.NoDump, "no-dump"}, {r.Limits, "rlimits"}, {r.NoSwap, "no-swap"},
		{r.NoCapabilities, "no-capabilities"}, {true, landlock}, {true, seccomp},
	} {
		if w.so {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, " ")
}
