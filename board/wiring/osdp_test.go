package wiring

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/hal/osdp"
	"menshen/hal/wiegand"
)

func TestOSDPSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "osdp.key")
	for name, test := range map[string]struct {
		text string
		mode os.FileMode
		says string // empty: it is right
	}{
		"right":     {"8c1f4e0b5a7d92d36ee0415fb7c8a923\n", 0o600, ""},
		"open":      {"8c1f4e0b5a7d92d36ee0415fb7c8a923\n", 0o640, "chmod 600"},
		"too short": {"8c1f4e0b5a7d\n", 0o600, "32 hex digits"},
		"no hex":    {"this is not a secret of the site", 0o600, "32 hex digits"},
		"default":   {"303132333435363738393a3b3c3d3e3f", 0o600, "pattern"},
	} {
		os.Remove(path)
		if err := os.WriteFile(path, []byte(test.text), test.mode); err != nil {
			t.Fatal(err)
		}
		r := config.Reader{Name: "gate", Kind: "osdp", KeyFile: path}
		_, err := osdpSecret(r)
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
		if found := CheckKeyFiles(&config.Config{Readers: []config.Reader{r}}); len(found) > 0 != (test.says != "") {
			t.Errorf("%s: found %v", name, found)
		}
	}
}

// The same card is the same at a Wiegand reader and at an OSDP reader.
func TestOSDPCardIsTheWiegandCard(t *testing.T) {
	bits := wiegand.H10301.Encode(17, 4711)
	raw := make([]byte, 4)
	for i, one := range bits {
		if one {
			raw[i/8] |= 0x80 >> (i % 8)
		}
	}
	read, want := osdpCards(nil), wiegand.H10301.Card(bits)
	got, err := read(osdp.CardBits{Bits: 26, Raw: raw})
	if err != nil || string(got.Credential()) != string(want.Credential()) || got.Number != 4711 {
		t.Errorf("%v is not %v: %v", got, want, err)
	}
	raw[1] ^= 1
	if _, err := read(osdp.CardBits{Bits: 26, Raw: raw}); err == nil {
		t.Error("a card of wrong parity was read")
	}
	if got, err := read(osdp.CardBits{Bits: 56, Raw: make([]byte, 7)}); err != nil || got.Bits != 56 {
		t.Error(got, err)
	}
}

// Readers of one device share a line; their lamps follow the door's, and any opened case is one.
func TestOSDPLine(t *testing.T) {
	reader := func(name, device string, address int) config.Reader {
		return config.Reader{Name: name, Kind: "osdp", Device: device, Address: address, KeyFile: "/nowhere"}
	}
	w := &opener{conf: &config.Config{Readers: []config.Reader{reader("a", "/dev/null", 0),
		reader("b", "/dev/null", 1), reader("c", "/dev/zero", 0)}}}
	w.conf.Readers[2].Inputs, w.conf.Readers[2].Outputs = []string{"", "bell"}, []string{"alarm", "green"}
	lamp := &haltest.Output{}
	hw := &hal.Wires{Signals: map[string]hal.Output{"green": lamp}, Inputs: map[string]hal.Input{}}
	for i := range w.conf.Readers {
		hw.Readers = append(hw.Readers, w.reader(i))
	}
	w.joinOSDP(hw)
	if len(w.osdp) != 3 || len(hw.Signals) != 4 || len(hw.Inputs) != 3 || hw.Inputs["tamper"] == nil ||
		hw.Inputs["supply"] == nil {
		t.Fatalf("%d readers, %d signals", len(w.osdp), len(hw.Signals))
	}
	if in, out := hw.Inputs["bell"].String(), hw.Signals["alarm"].String(); in != "input 1 of reader c" ||
		out != "output 0 of reader c" {
		t.Errorf("the bell is %s and the alarm %s", in, out)
	}
	if err := hw.Signals["green"].Set(true); err != nil || !lamp.On() {
		t.Error("the lamp on its pin is not on:", err)
	}
}

func TestEither(t *testing.T) {
	a, b := &haltest.Input{Name: "a"}, &haltest.Input{Name: "b"}
	in := anyOf(anyOf(nil, a), b)
	ctx, cancel := context.WithCancel(context.Background())
	events, ended := make(chan hal.InputEvent, 10), make(chan error)
	go func() { ended <- in.Run(ctx, func(e hal.InputEvent) { events <- e }) }()
	next := func(active bool) {
		t.Helper()
		select {
		case e := <-events:
			if e.Active != active {
				t.Errorf("active %v, want %v", e.Active, active)
			}
		case <-time.After(time.Minute):
			t.Fatal("nothing came")
		}
	}
	next(false)
	next(false)
	a.Set(true, time.Now())
	next(true)
	b.Set(true, time.Now())
	next(true)
	a.Set(false, time.Now())
	next(true)
	b.Set(false, time.Now())
	next(false)
	cancel()
	<-ended
}
