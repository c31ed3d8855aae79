package audit

import (
	"bytes"
	"crypto/ed25519"
	"testing"
	"time"

	"menshen/internal/golden"
)

// TestVectors: an export of version 2 verifies in every later version, and each of its lines means
// what it meant (docs/formats.md). The unit's key is that of the seed of 32 bytes 7.
func TestVectors(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	pub := key.Public().(ed25519.PublicKey)
	text := golden.Vector(t, "testdata/export-2.txt", func() []byte { return makeVector(t, key) })
	r, err := Verify(bytes.NewReader(text), pub, Expected{Seq: 7})
	if err != nil || !r.OK || r.Open || r.Lines != 5 || r.Pruned != 2 || r.First != 1 || r.Last != 7 ||
		!r.Signed.Equal(start) {
		t.Errorf("%+v, %v", r, err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	_, entry, _ := bytes.Cut(bytes.TrimSpace(lines[1]), []byte(" "))
	var l Line
	if err := l.Decode(entry); err != nil || l.Kind != Decision || l.Grant == nil || !*l.Grant || l.Why != "card" ||
		l.Who == "" || len(l.Sealed) == 0 {
		t.Errorf("%s: %+v, %v", entry, l, err)
	}
	if again, err := l.Encode(); err != nil || !bytes.Equal(again, entry) {
		t.Errorf("encoded again: %s, %v", again, err)
	}
	for at := range text {
		bad := bytes.Clone(text)
		bad[at] ^= 1
		if r, err := Verify(bytes.NewReader(bad), pub); err == nil && r.OK {
			t.Fatalf("byte %d was changed, and the export verifies", at)
		}
	}
}

// makeVector is an export with an entry of each shape, and a gap.
func makeVector(t *testing.T, key ed25519.PrivateKey) []byte {
	yes, no := true, false
	all := []Line{
		{Kind: Decision, By: "door", Who: "00112233445566778899aabbccddeeff", Door: "front", Means: "card",
			Grant: &yes, Why: "card", Detail: map[string]string{"release": "5s"}, Sealed: []byte("opaque")},
		{Kind: Decision, By: "door", Door: "front", Means: "pin", Grant: &no, Why: "unknown",
			Trace: []Check{{"means known", true, ""}, {"key known", false, ""}}},
		{Kind: Relay, By: "door"}, {Kind: Relay, By: "door"},
		{Kind: Fault, By: "door", Detail: map[string]string{"part": "camera", "what": "门前 <gone>"}},
		{Kind: PersonAdded, By: "0a0b0c0d", Who: "ffeeddccbbaa99887766554433221100"},
		{Kind: LogOut, By: "0a0b0c0d"},
	}
	var encoded [][]byte
	hashes := []Hash{{}}
	for i := range all {
		all[i].Seq, all[i].At = uint64(i+1), start.Add(time.Duration(i)*time.Minute)
		b, err := all[i].Encode()
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, b)
		hashes = append(hashes, hashes[i].Next(b))
	}
	unit := unitID{1, 2, 3}
	gap := Gap{Unit: unit, From: 3, To: 4, Before: hashes[2], After: hashes[4], At: start}
	gap.Sign(key)
	var out bytes.Buffer
	e, err := NewExport(&out, Header{Unit: unit, First: 1, Last: 7, At: start}, hashes[7], key)
	for i := 0; i < len(encoded) && err == nil; i++ {
		switch i {
		case 2:
			err = e.Gap(&gap)
		case 3:
		default:
			err = e.Line(encoded[i])
		}
	}
	if err == nil {
		err = e.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
