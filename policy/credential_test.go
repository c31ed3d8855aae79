package policy

import "testing"

// TestCopying: who can copy a credential is told of each kind, and of a PIN nothing.
func TestCopying(t *testing.T) {
	for _, test := range []struct {
		name string
		of   Credential
		want Copying
	}{
		{"a fob", Credential{Kind: CardKind, Clonable: true}, CopiedByAnybody},
		{"MIFARE Classic under its own keys", Credential{Kind: CardKind}, CopiedByExpert},
		{"an AES card", Credential{Kind: CardKind, AES: true}, NotCopied},
		{"a pass", Credential{Kind: PassKind, Clonable: true}, CopiedByAnybody},
		{"a PIN", Credential{Kind: PINKind}, ""},
	} {
		if got := test.of.Copying(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestNeedsAES: a group of the list, or everybody.
func TestNeedsAES(t *testing.T) {
	for _, test := range []struct {
		only, groups []string
		want         bool
	}{
		{nil, []string{"staff"}, false},
		{[]string{"staff"}, nil, false},
		{[]string{"staff"}, []string{"tenants", "staff"}, true},
		{[]string{Everybody}, nil, true},
	} {
		if got := NeedsAES(test.only, test.groups); got != test.want {
			t.Errorf("%q of %q: %v", test.groups, test.only, got)
		}
	}
}
