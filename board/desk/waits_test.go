package desk_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"menshen/board/desk"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// TestREqualWaitList: the list for a spreadsheet has the figures of the log, with no bound where
// there is none, and says in the reader's language how cards stand beside faces.
func TestREqualWaitList(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	for i := range 8 {
		d := policy.Decision{At: b.Clock.Now(), Means: policy.ByCard, Grant: true, Reason: policy.ReasonCard,
			Visit: &policy.Visit{Waited: time.Duration(i) * time.Second, Retried: i > 5}}
		if _, err := b.Vault.RecordDecision(ctx, d); err != nil {
			t.Fatal(err)
		}
		b.Unit.Record(store.Entry{Kind: audit.Relay, Reason: d.Reason, Detail: map[string]string{"to": "unlock"}})
	}
	b.Entries()
	var out bytes.Buffer
	rows, err := b.Desk.WriteList(ctx, b.Staff, desk.WaitList, &out)
	want := "2026-W10,card,8,3.000,0.000,7.000,7.000,3.000,,0.250,0.051,0.676,Too few openings to say."
	if err != nil || rows != 1 || !strings.Contains(out.String(), want) {
		t.Errorf("%d rows, %v:\n%s\nwant %s", rows, err, out.String(), want)
	}
}
