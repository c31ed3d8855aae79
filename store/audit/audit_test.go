package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// export makes one of n lines, of which those in the gap were pruned, as lines of text.
func export(t testing.TB, n int, gap [2]uint64, key ed25519.PrivateKey) [][]byte {
	t.Helper()
	line := func(i uint64) []byte {
		l := Line{Seq: i, At: start.Add(time.Duration(i-1) * time.Minute), Kind: "decision", By: "door",
			Door: fmt.Sprint("door ", (i-1)%3)}
		b, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var last Hash
	for i := range uint64(n) {
		last = last.Next(line(i + 1))
	}
	var out bytes.Buffer
	e, err := NewExport(&out, Header{Unit: unitID{1}, Last: uint64(n), At: start}, last, key)
	if err != nil {
		t.Fatal(err)
	}
	var head Hash
	var g Gap
	for i := range uint64(n) {
		seq, b := i+1, line(i+1)
		if seq == gap[0] {
			g = Gap{Unit: unitID{1}, From: gap[0], To: gap[1], Before: head, At: start}
		}
		head = head.Next(b)
		if seq == gap[1] {
			g.After = head
			g.Sign(key)
			err = e.Gap(&g)
		} else if seq < gap[0] || seq > gap[1] {
			err = e.Line(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(out.Bytes(), []byte("\n"))
	return lines[:len(lines)-1]
}

func keyPair(t testing.TB) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pub, key
}

func verify(lines [][]byte, pub ed25519.PublicKey, known ...Expected) (Report, error) {
	return Verify(bytes.NewReader(bytes.Join(lines, nil)), pub, known...)
}

func TestRAuditEveryTamperingIsNamed(t *testing.T) {
	pub, key := keyPair(t)
	_, other := keyPair(t)
	whole := export(t, 9, [2]uint64{}, key) // line i of the text is entry i
	if r, err := verify(whole, pub); err != nil || !r.OK || r.Lines != 9 || r.Last != 9 {
		t.Fatalf("%+v, %v", r, err)
	}
	forged := export(t, 9, [2]uint64{}, other)
	for name, c := range map[string]struct {
		lines [][]byte
		bad   uint64
	}{
		"removed":        {append(append([][]byte{}, whole[:4]...), whole[5:]...), 4},
		"inserted again": {append(append(append([][]byte{}, whole[:4]...), whole[3]), whole[4:]...), 4},
		"reordered": {append(append([][]byte{}, whole[:4]...),
			append([][]byte{whole[5], whole[4]}, whole[6:]...)...), 4},
		"cut off":           {whole[:7], 7},
		"cut off, end kept": {append(append([][]byte{}, whole[:7]...), whole[10]), 7},
		"end forged":        {append(append([][]byte{}, whole[:10]...), forged[10]), 10},
		"changed": {append(append(append([][]byte{}, whole[:4]...),
			bytes.Replace(whole[4], []byte("door 0"), []byte("door 9"), 1)), whole[5:]...), 4},
		"changed with all hashes": {rehash(append(append(append([][]byte{}, whole[:4]...),
			bytes.Replace(whole[4], []byte("door 0"), []byte("door 9"), 1)), whole[5:]...)), 1},
		"not a line": {
			append(append(append([][]byte{}, whole[:4]...), []byte("hello\n")), whole[5:]...), 4},
		"appended": {append(append([][]byte{}, whole...), whole[9]), 10},
	} {
		r, err := verify(c.lines, pub)
		if err != nil || r.OK || r.FirstBad != c.bad {
			t.Errorf("%s: %+v, %v; first bad should be %d", name, r, err, c.bad)
		}
	}
	if _, err := verify(forged, pub); !errors.Is(err, ErrSigner) {
		t.Errorf("another unit's export: %v", err)
	}
}

// rehash makes every line fit its hash again, which needs no key.
func rehash(lines [][]byte) [][]byte {
	var head Hash
	out := append([][]byte{}, lines...)
	for i := 1; i < len(out)-1; i++ {
		_, line, _ := bytes.Cut(out[i], []byte(" "))
		head = head.Next(bytes.TrimSuffix(line, []byte("\n")))
		out[i] = fmt.Appendf(nil, "%x %s", head[:], line)
	}
	return out
}

func TestMarksNarrowDownWhatWasForged(t *testing.T) {
	pub, key := keyPair(t)
	whole := export(t, 2*markEvery+10, [2]uint64{}, key)
	if r, err := verify(whole, pub); err != nil || !r.OK || r.Lines != 2*markEvery+10 {
		t.Fatalf("%+v, %v", r, err)
	}
	// Line 1500 and all hashes up to the next mark are made again.
	at := 1 + 1500 // the first line of text is the header, and there is a mark after entry 1000
	var head Hash
	if err := head.UnmarshalText(whole[at-1][:64]); err != nil {
		t.Fatal(err)
	}
	for i := at; i < len(whole)-1; i++ {
		_, line, ok := bytes.Cut(whole[i], []byte(" "))
		if !ok {
			continue
		}
		line = bytes.Replace(line, []byte("door"), []byte("gate"), 1)
		head = head.Next(bytes.TrimSuffix(line, []byte("\n")))
		whole[i] = fmt.Appendf(nil, "%x %s", head[:], line)
	}
	if r, err := verify(whole, pub); err != nil || r.OK || r.FirstBad != markEvery+1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Any single changed byte, and any line taken out, shows.
func TestRAuditProperty(t *testing.T) {
	pub, key := keyPair(t)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(3, 30).Draw(r, "lines")
		var gap [2]uint64
		if rapid.Bool().Draw(r, "pruned") {
			gap[0] = uint64(rapid.IntRange(2, n-1).Draw(r, "from"))
			gap[1] = uint64(rapid.IntRange(int(gap[0]), n-1).Draw(r, "to"))
		}
		lines := export(t, n, gap, key)
		if rep, err := verify(lines, pub); err != nil || !rep.OK {
			r.Fatalf("whole: %+v, %v", rep, err)
		}
		i := rapid.IntRange(0, len(lines)-1).Draw(r, "line")
		if rep, err := verify(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), pub); err == nil && rep.OK {
			r.Fatalf("line %d was taken out", i)
		}
		b := bytes.Clone(lines[i])
		at := rapid.IntRange(0, len(b)-2).Draw(r, "byte")
		b[at] ^= byte(rapid.IntRange(1, 255).Draw(r, "by"))
		changed := append(append(append([][]byte{}, lines[:i]...), b), lines[i+1:]...)
		if rep, err := verify(changed, pub); err == nil && rep.OK {
			r.Fatalf("line %d was changed: %s", i, b)
		}
	})
}

// Whatever is put into a line, it can be read again.
func TestEveryLineIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, name)) }
		grant := rapid.Bool().Draw(t, "grant")
		l := Line{Seq: 1, At: start, Kind: Kind(text("kind")), By: text("by"), Door: text("door"), Why: text("why"),
			Grant: &grant, Detail: map[string]string{text("key"): text("value")}, Sealed: []byte(text("sealed")),
			Trace: []Check{{text("rule"), true, text("detail")}}}
		b, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var got Line
		if err := got.Decode(b); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	pub, key := keyPair(f)
	f.Add(bytes.Join(export(f, 4, [2]uint64{}, key), nil))
	f.Add(bytes.Join(export(f, 6, [2]uint64{2, 3}, key), nil))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Verify(bytes.NewReader(b), pub)
		if err == nil && r.OK && r.Signed.IsZero() {
			t.Error("a log is whole without a signature")
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add([]byte(`{"n":1,"at":"2026-03-01T08:00:00Z","kind":"decision","by":"door"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var l Line
		if l.Decode(b) != nil {
			return
		}
		if again, err := l.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q decodes, and encodes as %q", b, again)
		}
	})
}
