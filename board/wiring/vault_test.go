package wiring

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/store"
)

// TestNoPartition says of a vault whose partition is not there what the card's start found, and not
// that a new one is to be made.
func TestNoPartition(t *testing.T) {
	missing := fmt.Errorf("open vault: %w", store.ErrMissing)
	why := filepath.Join(t.TempDir(), "why")
	if got := advise(missing, why).Error(); !strings.Contains(got, "menshen init") {
		t.Errorf("on a board with its partition: %q", got)
	}
	if err := os.WriteFile(why, []byte("the TPM does not answer: switch off and on\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := advise(missing, why).Error()
	if want := "open vault: no vault here: the TPM does not answer: switch off and on"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := advise(store.ErrBusy, why).Error(); !strings.Contains(got, "stop the other one") {
		t.Errorf("another error: %q", got)
	}
}
