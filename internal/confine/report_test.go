package confine

import "testing"

func TestReportInWords(t *testing.T) {
	for words, c := range map[string]Report{
		"": {},
		"no-dump rlimits no-swap no-capabilities landlock(6) seccomp no-new-privs": {
			NoDump: true, Limits: true, NoSwap: true, NoCapabilities: true, Landlock: 6, Seccomp: true},
		"no-dump rlimits NO landlock (kernel) seccomp no-new-privs": {NoDump: true, Limits: true, Seccomp: true},
		"no-dump rlimits no-swap landlock(1) NO landlock for truncation (kernel) NO landlock for TCP (kernel)" +
			" NO landlock for device requests (kernel) NO landlock for signals (kernel) NO seccomp (kernel)": {
			NoDump: true, Limits: true, NoSwap: true, Landlock: 1},
		"no-dump rlimits NO landlock (kernel) NO seccomp (kernel)": {NoDump: true, Limits: true},
		"none (switched off)": {Unconfined: true},
	} {
		if got := c.String(); got != words {
			t.Errorf("%+v: %q, want %q", c, got, words)
		}
	}
}

// TestRLocalHeld: only what the child did counts, never a word that stands in its answer.
func TestRLocalHeld(t *testing.T) {
	for c, held := range map[Report]bool{
		{}:                            false,
		{Unconfined: true}:            false,
		{Landlock: 6}:                 false,
		{Seccomp: true}:               false,
		{Landlock: 1, Seccomp: true}:  true,
		{Landlock: -1, Seccomp: true}: false,
		{NoDump: true, NoSwap: true}:  false,
	} {
		if c.Holds() != held {
			t.Errorf("%+v holds: %v", c, c.Holds())
		}
	}
}
