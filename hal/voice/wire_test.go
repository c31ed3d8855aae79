package voice

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/internal/golden"
)

var someOrder = order{scene.Scene{Kind: scene.Opened, Lang: "zh", Next: scene.TapCard, Act: scene.TurnLeft,
	Advice: scene.StepBack, MayWithdraw: true, Unhurried: true}, 80, 0x0102030405060708}

// TestVectors: one message of each kind, as bytes on the wire (docs/formats.md). Both ends are of
// one release, so these bytes may change, but the version and the file's name must change with
// them.
func TestVectors(t *testing.T) {
	said := map[string]any{
		"config": Config{Card: "Headphones", Recordings: []string{"/a", "/b"}, Language: "zh", Silence: 3 * time.Second,
			StartIn: 10 * time.Second, Memory: 128 << 20},
		"ready": ready{"Headphones, 48000 Hz", turned{2, "set \"PCM\": denied"},
			confine.Report{NoDump: true, Landlock: 5, Seccomp: true}},
		"beat": beat{3, 4 * time.Millisecond, true, 1, "en/x.wav"},
	}
	kinds := map[string]child.Kind{"config": kindConfig, "ready": kindReady, "beat": kindBeat, "tell": kindTell,
		"failure": kindFailure}
	want := map[string]string{}
	for name, k := range kinds {
		var b bytes.Buffer
		c := child.NewConn(&b, &protocol)
		err := error(nil)
		switch name {
		case "tell":
			err = c.Send(k, someOrder.bytes())
		case "failure":
			err = c.Send(k, []byte("no card"))
		default:
			err = c.SendJSON(k, said[name])
		}
		if err != nil {
			t.Fatal(err)
		}
		want[name] = hex.EncodeToString(b.Bytes())
	}
	var got map[string]string
	if err := json.Unmarshal(golden.Vector(t, "testdata/messages-2.json", func() []byte {
		b, _ := json.MarshalIndent(want, "", "  ")
		return append(b, '\n')
	}), &got); err != nil {
		t.Fatal(err)
	}
	if protocol.Version != 2 || len(got) != len(limits) {
		t.Fatalf("version %d, %d kinds of message in the file, %d in the program", protocol.Version, len(got),
			len(limits))
	}
	for name, k := range kinds {
		if got[name] != want[name] {
			t.Errorf("%s: this version writes\n%s\ninstead of\n%s", name, want[name], got[name])
		}
		raw, err := hex.DecodeString(got[name])
		if err != nil {
			t.Fatal(err)
		}
		read, payload, err := child.NewConn(bytes.NewBuffer(raw), &protocol).Read()
		if err != nil || read != k {
			t.Errorf("%s: read as kind %d, %v", name, read, err)
		}
		if name != "tell" {
			continue
		}
		if o, err := parseOrder(payload); err != nil || o != someOrder {
			t.Errorf("%+v, %v", o, err)
		}
	}
}

// TestOrderRefuses: an order that no parent could give.
func TestOrderRefuses(t *testing.T) {
	good := someOrder.bytes()
	for what, change := range map[string]func([]byte) []byte{
		"short":        func(b []byte) []byte { return b[1:] },
		"long":         func(b []byte) []byte { return append(b, 0) },
		"kind":         func(b []byte) []byte { b[0] = 200; return b },
		"next":         func(b []byte) []byte { b[1] = 200; return b },
		"act":          func(b []byte) []byte { b[2] = 200; return b },
		"advice":       func(b []byte) []byte { b[3] = 200; return b },
		"flag":         func(b []byte) []byte { b[4] = 4; return b },
		"silent":       func(b []byte) []byte { b[5] = 0; return b },
		"too loud":     func(b []byte) []byte { b[5] = 101; return b },
		"before time":  func(b []byte) []byte { b[13] = 0xff; return b },
		"a path":       func(b []byte) []byte { copy(b[14:], "../etc"); return b },
		"a gap":        func(b []byte) []byte { copy(b[14:], "zh\x00cn"); return b },
		"one letter":   func(b []byte) []byte { copy(b[14:], "z\x00"); return b },
		"upper case":   func(b []byte) []byte { copy(b[14:], "ZH"); return b },
		"not in ASCII": func(b []byte) []byte { copy(b[14:], "é"); return b },
	} {
		if o, err := parseOrder(change(bytes.Clone(good))); !errors.Is(err, child.ErrProtocol) {
			t.Errorf("%s: %+v, %v", what, o, err)
		}
	}
}

// FuzzOrder: whatever a parent sends, an order that is taken is the one that would be sent, and all
// that it says has a name of a recording.
func FuzzOrder(f *testing.F) {
	f.Add(someOrder.bytes())
	f.Add(order{scene: scene.Scene{Kind: scene.Fire}, volume: 1}.bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := parseOrder(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(o.bytes(), raw) {
			t.Fatalf("%x became %x", raw, o.bytes())
		}
		known := map[string]bool{}
		for _, p := range scene.Phrases() {
			known[p.ID] = true
		}
		for _, id := range o.words("en").ids {
			if !known[id] {
				t.Fatalf("%s is no phrase", id)
			}
		}
	})
}

// FuzzParent: whatever a child sends as ready or beat, the parent takes it or ends the child.
func FuzzParent(f *testing.F) {
	f.Add([]byte(`{"Card":"x\u0007"}`))
	f.Add([]byte(`{"Said":1,"Took":5,"Problem":"\u001b[2J"}`))
	f.Add([]byte(`{"Said":-1}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		v := &Voice{}
		for _, err := range []error{v.ready(payload), v.beat(payload, 0)} {
			if err != nil && !errors.Is(err, child.ErrProtocol) {
				t.Fatal(err)
			}
		}
		if s := v.Status(); s.Said < 0 || s.Underruns < 0 || s.Took < 0 {
			t.Fatalf("%+v", s)
		}
		for _, r := range v.Status().Card + v.Status().Problem {
			if r < ' ' || r == 0x7f {
				t.Fatalf("%q reaches a terminal", r)
			}
		}
	})
}
