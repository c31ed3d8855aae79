package audit

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// cutAtMark takes away all after the n-th mark, and passes that mark off as the end.
func cutAtMark(t *testing.T, lines [][]byte, n int) [][]byte {
	t.Helper()
	for i, line := range lines {
		if end, ok := bytes.CutPrefix(line, []byte(`{"mark":`)); ok {
			if n--; n == 0 {
				return append(slices.Clone(lines[:i]), append([]byte(`{"end":`), end...))
			}
		}
	}
	t.Fatal("no such mark")
	return nil
}

func TestRAuditMarkIsNoEnd(t *testing.T) {
	pub, key := keyPair(t)
	whole := export(t, 2*markEvery+10, [2]uint64{}, key)
	for n := 1; n <= 2; n++ {
		r, err := verify(cutAtMark(t, whole, n), pub)
		if err != nil || r.OK || r.FirstBad != uint64(n*markEvery+1) {
			t.Errorf("cut at mark %d: %+v, %v", n, r, err)
		}
	}
	// The same with the header and the end of an export that really ended there: that is the older
	// export, word for word, or does not fit.
	older := export(t, markEvery, [2]uint64{}, key)
	mixed := append(slices.Clone(whole[:markEvery+2]), older[len(older)-1])
	if r, err := verify(mixed, pub); err != nil || r.OK {
		t.Errorf("the end of an older export: %+v, %v", r, err)
	}
	// A header without its span is not signed.
	for _, field := range []string{`"last":`, `"head":`} {
		at := bytes.Index(whole[0], []byte(field))
		end := at + bytes.IndexByte(whole[0][at:], ',') + 1
		bare := append(slices.Clone(whole[0][:at]), whole[0][end:]...)
		for _, head := range [][]byte{bare, bytes.Replace(bare, []byte(`audit":2`), []byte(`audit":1`), 1)} {
			if r, err := verify(append([][]byte{head}, whole[1:]...), pub); err == nil {
				t.Errorf("%s taken out of the header: %+v", field, r)
			}
		}
	}
}

func TestRAuditOlderExportIsToldByWhatIsKnown(t *testing.T) {
	pub, key := keyPair(t)
	older, now := export(t, 8, [2]uint64{}, key), export(t, 12, [2]uint64{3, 5}, key)
	then, err := verify(older, pub)
	if err != nil || !then.OK {
		t.Fatalf("%+v, %v", then, err)
	}
	for name, c := range map[string]struct {
		lines [][]byte
		known Expected
		bad   uint64
	}{
		"a number that is there":            {now, Expected{Seq: 12}, 0},
		"a number that is not there":        {older, Expected{Seq: 12}, 9},
		"an earlier export":                 {now, Expected{Seq: then.Last, Head: &then.Head}, 0},
		"an earlier export of another past": {now, Expected{Seq: 7, Head: &then.Head}, 1},
		"what the entry is":                 {now, Expected{Seq: 7, Kind: Decision}, 0},
		"what the entry is not":             {now, Expected{Seq: 7, Kind: PersonRemoved}, 7},
		"what it does not say": {
			now, Expected{Seq: 7, Kind: Decision, Detail: map[string]string{"subject": "ab"}}, 7},
		"an entry pruned since": {now, Expected{Seq: 4, Kind: PersonRemoved}, 0},
	} {
		r, err := verify(c.lines, pub, c.known)
		if err != nil || r.OK != (c.bad == 0) || r.FirstBad != c.bad {
			t.Errorf("%s: %+v, %v; first bad should be %d", name, r, err, c.bad)
		}
	}
}

// An export of version 1, as it was made until the span was signed, still verifies, but does not
// pass for one that shows its end.
func TestVersion1Verifies(t *testing.T) {
	f, err := os.Open("testdata/export-1.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	pub := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	r, err := verify(lines, pub, Expected{Seq: 1003})
	if err != nil || !r.OK || !r.Open || r.Lines != 965 || r.Last != 1003 ||
		!strings.Contains(r.String(), "does not show whether more followed") {
		t.Errorf("%+v, %v", r, err)
	}
	cut := cutAtMark(t, lines, 1)
	if r, err := verify(cut, pub); err != nil || !r.OK || !r.Open || strings.Contains(r.String(), "whole") {
		t.Errorf("cut at a mark: %+v, %v", r, err)
	}
	if r, err := verify(cut, pub, Expected{Seq: 1003}); err != nil || r.OK || r.FirstBad != 1001 {
		t.Errorf("cut at a mark, and the count is known: %+v, %v", r, err)
	}
	other, _ := keyPair(t)
	if _, err := verify(lines, other); !errors.Is(err, ErrSigner) {
		t.Errorf("with another key: %v", err)
	}
}
