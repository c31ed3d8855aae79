package display

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"menshen/hal/display/paint"
	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/internal/golden"
)

// sample has something in each field.
var sample = order{
	scene: scene.Scene{
		Kind: scene.Asking, Lang: "zh", Ways: scene.ByCard | scene.CardFirst, Next: scene.AskStaff, Act: scene.TurnLeft,
		Advice: scene.StepBack, Done: 5, Wanted: 600, Within: 20 * time.Second, MayWithdraw: true, Hushed: true,
		Unhurried: true,
	},
	clock: 23*60 + 5, night: true, number: 0x0102030405060708, at: 42 * time.Second,
}

// TestOrder: an order is read as it was written, and what no parent gives is refused.
func TestOrder(t *testing.T) {
	for _, o := range []order{sample, {clock: noClock}} {
		if got, err := parseOrder(o.bytes()); err != nil || got != o {
			t.Errorf("read as %+v, %v", got, err)
		}
	}
	if sample.words() != "23:05" || (order{clock: noClock}).words() != "" {
		t.Errorf("the clock is %q", sample.words())
	}
	for name, spoil := range map[string]func([]byte){
		"kind":     func(b []byte) { b[0] = 200 },
		"next":     func(b []byte) { b[1] = 200 },
		"act":      func(b []byte) { b[2] = 9 },
		"advice":   func(b []byte) { b[3] = 99 },
		"flags":    func(b []byte) { b[4] = 0xff },
		"ways":     func(b []byte) { b[5] = 0xff },
		"within":   func(b []byte) { b[13] = 0xff },
		"clock":    func(b []byte) { b[15] = 0xff },
		"time":     func(b []byte) { b[31] = 0xff },
		"language": func(b []byte) { copy(b[32:], "zh\x1b[0m") },
		"its end":  func(b []byte) { b[39] = 'x' },
	} {
		b := sample.bytes()
		spoil(b)
		if o, err := parseOrder(b); err == nil {
			t.Errorf("%s: taken as %+v", name, o)
		}
	}
	if _, err := parseOrder(sample.bytes()[1:]); err == nil {
		t.Error("a short order is taken")
	}
}

// FuzzOrder: whatever comes, an order that is taken is written back as it came.
func FuzzOrder(f *testing.F) {
	f.Add(sample.bytes())
	f.Add(order{clock: noClock}.bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseOrder(b)
		if err == nil && !bytes.Equal(o.bytes(), b) {
			t.Errorf("%x became %+v and %x", b, o, o.bytes())
		}
	})
}

// TestVectors: one message of each kind, as bytes on the wire. Both ends are of one release, so
// these may change, but the version and the file's name must change with them.
func TestVectors(t *testing.T) {
	messages := map[child.Kind]any{
		kindConfig: Config{Screen: "drm", Site: paint.Site{Language: "zh", Contact: "1234",
			Notice: map[string][]string{"zh": {"一"}}, Camera: paint.Left}, Memory: 256 << 20},
		kindTell:    sample.bytes(),
		kindReady:   ready{Font: "none", Confined: confine.Report{Landlock: 7, Seccomp: true}},
		kindBeat:    beat{Screen: "HDMI-A-1", Width: 800, Height: 480, Frames: 7, Number: 3, Took: time.Millisecond},
		kindFailure: []byte("no such screen"),
	}
	want := map[string]string{}
	for k, m := range messages {
		var b bytes.Buffer
		c := child.NewConn(&b, &protocol)
		var err error
		if raw, ok := m.([]byte); ok {
			err = c.Send(k, raw)
		} else {
			err = c.SendJSON(k, m)
		}
		if err != nil {
			t.Fatal(err)
		}
		want[names[k]] = hex.EncodeToString(b.Bytes())
	}
	var got map[string]string
	if err := json.Unmarshal(golden.Vector(t, "testdata/messages-1.json", func() []byte {
		b, _ := json.MarshalIndent(want, "", "  ")
		return append(b, '\n')
	}), &got); err != nil {
		t.Fatal(err)
	}
	if protocol.Version != 1 || len(got) != len(limits) {
		t.Fatalf("version %d, %d kinds in the file, %d in the program", protocol.Version, len(got), len(limits))
	}
	for k, name := range names {
		if got[name] != want[name] {
			t.Errorf("%s: this version writes\n%s\ninstead of\n%s", name, want[name], got[name])
		}
		raw, err := hex.DecodeString(got[name])
		if err != nil {
			t.Fatal(err)
		}
		if read, _, err := child.NewConn(bytes.NewBuffer(raw), &protocol).Read(); err != nil || read != k {
			t.Errorf("%s: read as kind %d, %v", name, read, err)
		}
	}
}

var names = map[child.Kind]string{kindConfig: "config", kindTell: "tell", kindReady: "ready", kindBeat: "beat",
	kindFailure: "failure"}
