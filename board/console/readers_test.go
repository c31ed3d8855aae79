package console_test

import (
	"context"
	"strings"
	"testing"

	"menshen/board/console"
	"menshen/board/desk"
	"menshen/hal"
)

// Readers gives a Wiegand reader and an OSDP reader without a key.
func (d *fullDesk) Readers(_ context.Context, s desk.Session) ([]desk.ReaderReport, error) {
	err := d.enter(s, "readers", desk.Installer, desk.Technician, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return []desk.ReaderReport{
		{Name: "outside", Kind: "wiegand", Counts: []hal.Count{{Of: "cards", N: 17}}},
		{Name: "gate", Kind: "osdp", Counts: []hal.Count{{Of: "questions", N: 400}},
			Link: &desk.Link{Address: 5, Speed: 9600, Why: "has no key yet", Device: "serial number 41",
				Abilities: []string{"cards", "lamp"}}},
	}, err
}

// InstallReader gives the reader a key when a card is tapped.
func (d *fullDesk) InstallReader(ctx context.Context, s desk.Session, name string, step desk.Progress) error {
	err := d.enter(s, "install "+name, desk.Installer, desk.Technician, desk.Manager)
	d.fakeDesk.mu.Unlock()
	if err != nil {
		return err
	}
	step(desk.Step{Text: "the reader may take its key now"})
	select {
	case <-d.card:
		return nil
	case <-ctx.Done():
		return nil // the desk ends it quietly
	}
}

// TestReaders: the list says what is wrong with each; one reader shows how it is connected.
func TestReaders(t *testing.T) {
	s, _ := sitFull(t, console.Options{})
	s.logIn("mei")
	for command, want := range map[string][]string{
		"reader":           {"outside", "works", "gate", "has no key yet"},
		"reader gate":      {"address", "9600 baud", "serial number 41 (said in clear: not proven)", "400"},
		"reader nowhere":   {"no reader has this name"},
		"reader --install": {"usage: reader"},
	} {
		got := s.do("mei", command)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s says not %q:\n%s", command, w, got)
			}
		}
	}
}

// TestInstallOfAReader: it ends with the key, or when the operator ends it.
func TestInstallOfAReader(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.logIn("mei")
	s.hit("reader gate --install\r")
	s.see("the reader may take its key now")
	fake.card <- "any"
	s.see("Reader gate has its key")
	s.hit("reader gate --install\r")
	s.see("the reader may take its key now")
	s.hit("q")
	s.see("may take no key now")
}
