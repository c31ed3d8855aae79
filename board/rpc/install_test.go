package rpc_test

import (
	"slices"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/rpc"
	"menshen/hal"
	"menshen/hal/sim"
	"menshen/hal/wiegand"
	"menshen/store"
)

// TestWiring: the header comes with each wire of the configuration, in the session's language, and
// with what does not fit. A board that is not known has a list of its wires.
func TestWiring(t *testing.T) {
	b := boardtest.New(t, func(c *config.Config) {
		c.Unit.Board = "rpi4"
		c.Signals[0].Pin = "GPIO14"
	})
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	got := p.ask("install.wiring", nil)["result"].(object)
	pins := got["pins"].([]any)
	if got["board"] != "rpi4" || len(pins) != 40 {
		t.Fatalf("%v with %d pins", got["board"], len(pins))
	}
	at := func(n int) object { return pins[n-1].(object) }
	if relay := at(11); relay["name"] != "GPIO17" || relay["kind"] != "relay" || relay["wire"] != "relay" {
		t.Errorf("pin 11: %v", relay)
	}
	if green := at(8); green["kind"] != "signal" || green["refused"] != true {
		t.Errorf("pin 8: %v", green)
	}
	if d0 := at(18); d0["wire"] != "reader outside d0" || d0["powerUp"] != "down" {
		t.Errorf("pin 18: %v", d0)
	}
	refused := slices.ContainsFunc(got["found"].([]any), func(f any) bool {
		return f.(object)["refused"] == true && strings.Contains(f.(object)["text"].(string), "GPIO14")
	})
	if !refused || got["rest"] == "" {
		t.Errorf("found %v; at rest %v", got["found"], got["rest"])
	}
	p.ask("session.language", object{"lang": "zh"})
	zh := p.ask("install.wiring", nil)["result"].(object)["pins"].([]any)[10].(object)
	if zh["wire"] != "继电器" {
		t.Errorf("in Chinese pin 11: %v", zh)
	}
	b.Config.Unit.Board = ""
	bare := p.ask("install.wiring", nil)["result"].(object)
	if bare["board"] == nil && (len(bare["pins"].([]any)) != 0 || len(bare["elsewhere"].([]any)) < 8) {
		t.Errorf("of a board that is not known: %v", bare)
	}
}

// TestReaders: counts and timings of what came to a reader, and not a bit of a card.
func TestReaders(t *testing.T) {
	wires, err := sim.New(sim.Config{Prefix: "INSTALL_"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { wires.Close() })
	front, err := wiegand.New(wiegand.Lines("INSTALL_D0", "INSTALL_D1"), wiegand.Config{Name: "outside"})
	if err != nil {
		t.Fatal(err)
	}
	b := boardtest.New(t)
	b.Wires.Readers = append([]hal.Reader{front}, b.Wires.Readers...)
	b.Reassemble()
	b.Start()
	b.Eventually("the reader is at work", func() bool { return wires.Pin(sim.D0).Watched() })
	wires.Tap(17, 4242)
	wires.Send(wiegand.H10301.Encode(17, 4242)[1:])
	b.Eventually("both frames came", func() bool { return len(front.Recent()) == 2 })
	p := dial(t, b, rpc.Options{})
	p.logIn()
	all := p.ask("install.readers", nil)["result"].([]any)
	one := all[0].(object)
	frames := one["frames"].([]any)
	if one["kind"] != "wiegand" || len(frames) != 2 {
		t.Fatalf("%v", one)
	}
	bad, good := frames[0].(object), frames[1].(object)
	if bad["read"] != false || !strings.Contains(bad["text"].(string), "number of bits") {
		t.Errorf("a frame that lacks a bit: %v", bad)
	}
	if good["read"] != true || good["middle"] != 2000.0 || len(good["gaps"].([]any)) != 25 {
		t.Errorf("a card: %v", good)
	}
	counts := map[string]float64{}
	for _, n := range one["counts"].([]any) {
		counts[n.(object)["of"].(object)["code"].(string)] = n.(object)["n"].(float64)
	}
	if counts["cards"] != 1 || counts["frames of wrong length"] != 1 || len(counts) != 8 {
		t.Errorf("counts %v", counts)
	}
	if second := all[1].(object); len(second["counts"].([]any)) != 2 || len(second["frames"].([]any)) != 0 {
		t.Errorf("a reader that counts nothing by kind: %v", second)
	}
	b.Operator("eve", store.Auditor)
	q := dial(t, b, rpc.Options{})
	q.ask("session.login", object{"name": "eve", "secret": boardtest.Secret})
	for _, m := range []string{"install.wiring", "install.readers"} {
		if answer := q.ask(m, nil); code(answer) != rpc.CodeRefused {
			t.Errorf("%s as an auditor: %v", m, answer)
		}
	}
}
