package check

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"menshen/hal/sim"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/screen"
)

// watcher is an installer who looks at a reader's pulses, and answers one question.
type watcher struct {
	Installer
	bits bool
	door *sim.Door
	told []i18n.Message
}

func (w *watcher) Ask(context.Context, Question) (bool, error) { return w.bits, nil }
func (w *watcher) Do(Task)                                     {}
func (w *watcher) Tell(m i18n.Message)                         { w.told = append(w.told, m) }

// look shows a reader's view of bits that are sent, and gives its lines.
func look(t *testing.T, d0, d1 string, bits bool, trains ...[]bool) []i18n.Message {
	t.Helper()
	door, err := sim.New(sim.Config{Prefix: "LOOK_"})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	reader, err := wiegand.New(wiegand.Lines("LOOK_"+d0, "LOOK_"+d1), wiegand.Config{Name: "outside"})
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{bits: bits, door: door}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for !door.Pin(sim.D0).Watched() {
			time.Sleep(time.Millisecond)
		}
		for _, b := range trains {
			door.Send(b)
			time.Sleep(120 * time.Millisecond)
		}
	}()
	report := &Report{}
	r := &run{Session: &Session{Report: report, Patience: 2 * time.Second}, Installer: w}
	if err := lookAt(reader)(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	<-sent
	if len(r.values) != 0 || !r.remark.IsZero() || len(report.Steps) != 0 {
		t.Errorf("the view left something for the report: %v %v", r.values, r.remark)
	}
	return w.told
}

// TestRStrangerPulses: the view shows what is wrong on the wires, in 80 columns and both languages;
// without a yes it shows no bit of a card, and in no case leaves one in the report.
func TestRStrangerPulses(t *testing.T) {
	good := wiegand.H10301.Encode(42, 1234)
	flipped := append([]bool(nil), good...)
	flipped[5] = !flipped[5]
	zeros := make([]bool, 26)
	digits := row(good, 0, true)
	for _, x := range []struct {
		name   string
		d0, d1 string
		trains [][]bool
		want   string
	}{
		{"a card", sim.D0, sim.D1, [][]bool{good}, "✓ a card, H10301"},
		{"swapped wires", sim.D1, sim.D0, [][]bool{good, good}, wiegand.ErrReversed.Error()},
		{"a disturbed bit", sim.D0, sim.D1, [][]bool{flipped}, "parity 1 of 2 does not hold"},
		{"a lost bit", sim.D0, sim.D1, [][]bool{good[1:]}, wiegand.ErrLength.Error()},
		{"one line dead", sim.D0, sim.D1, [][]bool{zeros}, "pulses on D0 alone"},
		{"nothing", sim.D0, sim.D1, nil, "No pulse came"},
	} {
		for _, bits := range []bool{false, true} {
			told := look(t, x.d0, x.d1, bits, x.trains...)
			var all []string
			for _, m := range told {
				all = append(all, m.String())
				for _, lang := range []i18n.Language{i18n.English, catalogue.In("zh")} {
					train := x.trains != nil && !strings.Contains(m.String(), "✗") // other texts are wrapped
					if n := screen.Width(lang.Say(m)); n > 75 && train {
						t.Errorf("%s: %d columns: %s", x.name, n, lang.Say(m))
					}
				}
			}
			text := strings.Join(all, "\n")
			if !strings.Contains(text, x.want) {
				t.Errorf("%s: it does not say %q:\n%s", x.name, x.want, text)
			}
			if strings.Contains(text, digits) != (bits && x.name == "a card") {
				t.Errorf("%s, bits %v:\n%s", x.name, bits, text)
			}
			if !bits && strings.Contains(text, "0000") {
				t.Errorf("%s: bits are shown without a yes:\n%s", x.name, text)
			}
		}
	}
}

// TestLookKey: a reader's step offers the view before it and after it failed, and other steps do
// not.
func TestLookKey(t *testing.T) {
	var out strings.Builder
	ui := &Terminal{Out: &out, Lang: i18n.English, Plain: true}
	ui.Listen(strings.NewReader("p\np\np\n\n"))
	step := Step{ID: "reader", Hands: true, look: func(context.Context, *run) error { return errors.New("not called") }}
	for range 2 {
		if c, err := ui.Begin(context.Background(), 1, 1, step); c != Look || err != nil {
			t.Errorf("chose %s, %v", c, err)
		}
	}
	if c, err := ui.Done(context.Background(), Result{Verdict: Failed}); c != Look || err != nil {
		t.Errorf("after a failure it chose %s, %v", c, err)
	}
	if n := strings.Count(out.String(), "pulses"); n != 3 {
		t.Errorf("offered %d times:\n%s", n, out.String())
	}
	out.Reset()
	if c, err := ui.Begin(context.Background(), 1, 1, Step{ID: "relay", Hands: true}); c != Go || err != nil {
		t.Errorf("chose %s, %v", c, err)
	}
	if strings.Contains(out.String(), "pulses") {
		t.Error("offered at the relay")
	}
}
