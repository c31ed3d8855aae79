package console_test

import (
	"context"
	"fmt"
	"slices"
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
				Abilities: []string{"cards", "lamp"}, Inputs: []string{"off", "on"}, Tamper: true,
				Write: "write address = 3 into door.toml"}},
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

// SetReaderAddress, SetReaderSpeed and SendReaderFile do what the fake is told by name.
func (d *fullDesk) SetReaderAddress(_ context.Context, s desk.Session, name string, address int,
	_ desk.Progress) error {
	err := d.enter(s, fmt.Sprint("address ", name, " ", address), desk.Installer, desk.Technician, desk.Manager)
	d.fakeDesk.mu.Unlock()
	return err
}

func (d *fullDesk) SetReaderSpeed(ctx context.Context, s desk.Session, name string, baud int,
	step desk.Progress) error {
	err := d.enter(s, fmt.Sprint("speed ", name, " ", baud), desk.Installer, desk.Technician, desk.Manager)
	d.fakeDesk.mu.Unlock()
	if err == nil {
		step(desk.Step{Text: "reader gate goes there"})
		<-ctx.Done()
		err = ctx.Err()
	}
	return err
}

func (d *fullDesk) SendReaderFile(ctx context.Context, s desk.Session, name string, file desk.ReaderFile,
	step desk.Progress) error {
	call := fmt.Sprint("firmware ", name, " ", file)
	err := d.enter(s, call, desk.Installer, desk.Technician, desk.Manager)
	d.fakeDesk.mu.Unlock()
	if err == nil && file.Stick {
		step(desk.Step{Text: "sending to the reader", Done: 40, Wanted: 100})
		<-ctx.Done()
	}
	return err
}

// TestReadersAreMoved: the words reach the desk, and q takes a speed back and ends a firmware.
func TestReadersAreMoved(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.logIn("mei")
	for _, wrong := range []string{"reader --address 3", "reader gate --address x", "reader gate --stick",
		"reader gate --type 3",
		"reader gate --speed 9600 --address 3"} {
		if got := s.do("mei", wrong); !strings.Contains(got, "usage: reader") {
			t.Errorf("%s: %s", wrong, got)
		}
	}
	s.hit("reader gate --address 3\r")
	s.see("Go on?")
	s.hit("yes\r")
	s.see("Reader gate works: write address = 3")
	s.hit("reader gate --speed 115200\r")
	s.see("Go on?")
	s.hit("yes\r")
	s.see("reader gate goes there")
	s.hit("q")
	s.see("Taken back")
	s.hit("reader gate --firmware gate.bin --stick\r")
	s.see("Send gate.bin to reader gate")
	s.hit("yes\r")
	s.see("[40/100] sending to the reader")
	s.hit("\x03")
	s.see("told to forget the file")
	s.hit("reader gate --firmware gate.bin --type 129\r")
	s.see("Send gate.bin to reader gate")
	s.hit("yes\r")
	s.see("Reader gate has its firmware")
	s.see("serial number 41")
	calls := fake.calls()
	for _, want := range []string{"address gate 3", "speed gate 115200", "firmware gate {gate.bin true 0}",
		"firmware gate {gate.bin false 129}"} {
		if !slices.Contains(calls, want) {
			t.Errorf("not asked: %s in %q", want, calls)
		}
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
