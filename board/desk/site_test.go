package desk_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/console"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/screen"
	"menshen/site/fact"
)

// building is some doors of one building, and the stick that goes from one to the other. Each door
// has a manager at a console of 80 columns.
type building struct {
	*testing.T
	lang  i18n.Language
	stick string
	doors map[string]*doorOf
}

// doorOf is a door of the building.
type doorOf struct {
	*bench
	heard  chan string
	line   net.Conn
	screen string // all that was shown
}

func newBuilding(t *testing.T, lang string, names ...string) *building {
	return newBuildingWith(t, func(*config.Config) {}, lang, names...)
}

func newBuildingWith(t *testing.T, conf func(*config.Config), lang string, names ...string) *building {
	t.Helper()
	h := &building{T: t, lang: catalogue.In(lang), stick: t.TempDir(), doors: map[string]*doorOf{}}
	for _, name := range names {
		b := newBench(t, func(c *config.Config) {
			c.Unit.Name = name
			c.Faces.Doors = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
			conf(c)
		})
		b.Plug(h.stick)
		d := &doorOf{bench: b}
		b.Start()
		d.sitDown(h.lang)
		h.doors[name] = d
	}
	return h
}

// sitDown opens a console, and logs the manager in.
func (d *doorOf) sitDown(lang i18n.Language) {
	d.Helper()
	theirs, ours := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- console.Serve(ctx, ours, d.Desk, console.Options{Unit: d.Config.Unit.Name, Plain: true, Width: 80,
			Height: 1000, Lang: lang, Location: time.UTC})
	}()
	d.line, d.heard = theirs, make(chan string, 1024)
	go func() {
		for buf := make([]byte, 4096); ; {
			n, err := theirs.Read(buf)
			if err != nil {
				close(d.heard)
				return
			}
			d.heard <- string(buf[:n])
		}
	}()
	d.Cleanup(func() { cancel(); theirs.Close(); ours.Close(); <-done })
	d.see(": ")
	d.hit("anna", ": ")
	d.hit(boardtest.Secret, "anna> ")
}

// see gives what is shown until it ends with a text.
func (d *doorOf) see(end string) (got string) {
	d.Helper()
	for late := time.After(time.Minute); !strings.HasSuffix(strings.ReplaceAll(got, "：", ": "), end); {
		select {
		case more, ok := <-d.heard:
			if !ok {
				d.Fatalf("the line ended after\n%s", got)
			}
			got += more
		case <-late:
			d.Fatalf("%q never came, but\n%s", end, got)
		}
	}
	d.screen += got
	return got
}

func (d *doorOf) hit(keys, end string) string {
	d.Helper()
	if _, err := d.line.Write([]byte(keys + "\r")); err != nil {
		d.Fatal(err)
	}
	return d.see(end)
}

// do types a command with the answers to its questions, and gives what is shown.
func (d *doorOf) do(command string, answers ...string) (got string) {
	d.Helper()
	for i, keys := range append([]string{command}, answers...) {
		end := ": "
		if i == len(answers) {
			end = "anna> "
		}
		got += d.hit(keys, end)
	}
	return got
}

// code is what a console shows to be typed at another one.
func (h *building) code(shown string) string {
	h.Helper()
	all := regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`).FindAllString(shown, -1)
	if len(all) == 0 {
		h.Fatalf("no code is shown:\n%s", shown)
	}
	return all[len(all)-1]
}

var (
	requestFile = regexp.MustCompile(`join-[0-9a-f]{8}\.site`)
	welcomeFile = regexp.MustCompile(`welcome-[0-9a-f]{8}\.site`)
)

// join has a door join at another one, by stick, as the consoles say.
func (h *building) join(name, at string) {
	h.Helper()
	asked := h.doors[name].do("site join")
	admitted := h.doors[at].do("site admit "+requestFile.FindString(asked), h.code(asked))
	if !welcomeFile.MatchString(admitted) {
		h.Fatalf("not admitted:\n%s", admitted)
	}
	h.doors[name].do("site join "+welcomeFile.FindString(admitted), h.code(admitted))
	if _, err := h.doors[name].Vault.Site(); err != nil {
		h.Fatalf("not joined: %v\n%s", err, h.doors[name].screen)
	}
}

// carry takes the stick to some doors in turn.
func (h *building) carry(names ...string) (shown string) {
	h.Helper()
	for _, name := range names {
		shown = h.doors[name].do("site carry")
	}
	return shown
}

// round takes the stick to all doors, and to all again: so that who asks is answered.
func (h *building) round() { h.carry("gate", "lobby", "garage", "gate", "lobby", "garage") }

// opens reports whether the door of that name opens for a card.
func (h *building) opens(name string, card uint64) bool { return h.doors[name].TapAtReader(card).Grant }

// TestOneBuilding: three doors of one building, with what their managers type, by stick: people are
// entered once, blocked once and erased once; a person takes their face back at any door.
func TestOneBuilding(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			h := newBuilding(t, lang, "gate", "lobby", "garage")
			gate, lobby, garage := h.doors["gate"], h.doors["lobby"], h.doors["garage"]
			li := gate.Someone(7)
			gate.do("site found", "yes")
			h.join("lobby", "gate")
			h.join("garage", "lobby")
			h.round()

			of, err := lobby.Vault.Site()
			if err != nil {
				t.Fatal(err)
			}
			hub := lobby.do("site hub")
			for _, want := range []string{fmt.Sprintf("--site %x", of.ID), fmt.Sprintf("%x.ticket", of.Here),
				fmt.Sprintf("  %x", gate.Vault.Unit()), fmt.Sprintf("  %x", garage.Vault.Unit())} {
				if !strings.Contains(hub, want) {
					t.Errorf("'site hub' does not say %q:\n%s", want, hub)
				}
			}

			_, err = lobby.Vault.TellState(fact.State{Version: "8c0c084d0123", Raised: []string{"forced"},
				Faults: []string{"reader outside"}})
			if err != nil {
				t.Fatal(err)
			}
			h.round()
			shown := gate.do("site")
			for _, w := range []string{"forced", "reader outside"} {
				if word := h.lang.Say(i18n.Word(w)); !strings.Contains(shown, word) {
					t.Errorf("the gate does not say %s of the lobby:\n%s", word, shown)
				}
			}
			gate.Clock.Advance(50 * time.Hour)
			if shown := gate.do("site"); !strings.Contains(shown, "2") {
				t.Errorf("nothing is said of doors that are silent:\n%s", shown)
			}

			wang := gate.Someone(8)
			h.carry("gate", "garage")
			if !h.opens("garage", 7) || !h.opens("garage", 8) {
				t.Error("who was entered at the gate does not come in at the garage")
			}
			lobby.do("change 'Tenant 7' --block yes")
			h.carry("lobby", "gate", "garage")
			if h.opens("gate", 7) || h.opens("garage", 7) || !h.opens("garage", 8) {
				t.Error("who was blocked in the lobby is let in")
			}
			lobby.do("change 'Tenant 7' --block no")

			garage.Consent(li)
			if err := garage.Vault.EnrolFace("anna", li, [][]float32{boardtest.FaceOf(7)[:]}); err != nil {
				t.Fatal(err)
			}
			if err := garage.Unit.LoadFaces(t.Context()); err != nil {
				t.Fatal(err)
			}
			if garage.State().Faces.People != 1 {
				t.Fatal("the face is not known at the garage")
			}
			h.carry("garage", "lobby", "gate")
			for _, d := range []*doorOf{gate, lobby, garage} {
				n, _, err := d.Desk.Filing(t.Context(), d.Staff)
				if got := d.do("person 'Tenant 7'"); err != nil || n.Site != 1 || !strings.Contains(got, "garage") {
					t.Errorf("%s counts %+v, %v, and says\n%s", d.Config.Unit.Name, n, err, got)
				}
			}
			lobby.do("filing elsewhere 20")
			n, f, err := lobby.Desk.Filing(t.Context(), lobby.Staff)
			if err != nil || n.Here != 0 || f.All(n) != 21 {
				t.Errorf("with 20 outside the site: %+v, %+v, %v", n, f, err)
			}
			lobby.do("filing")
			if got := gate.do("site"); !strings.Contains(got, "garage 1") {
				t.Errorf("the gate does not say at which doors faces are:\n%s", got)
			}

			lobby.do("withdraw 'Tenant 7'", "yes")
			h.carry("lobby", "garage")
			if p, err := garage.Vault.Person(li); err != nil || p.HasFace() || garage.State().Faces.People != 0 {
				t.Errorf("the face that was taken back in the lobby is still at the garage: %+v, %v", p.Face, err)
			}
			h.carry("lobby")
			if got := lobby.do("person 'Tenant 7'"); !strings.Contains(got, "garage") {
				t.Errorf("the lobby does not say that the garage erased the face:\n%s", got)
			}

			gate.do("remove 'Tenant 8'", "own request", "yes")
			h.carry("gate")
			h.round()
			for name, d := range h.doors {
				if _, err := d.Vault.Person(wang); err == nil {
					t.Errorf("who was erased at the gate is still known: %s", name)
				}
				if h.opens(name, 8) {
					t.Errorf("who was erased at the gate is let in: %s", name)
				}
			}
			h.round()
			gate.do("site")
			gate.do("site leave garage", "yes")
			h.carry("gate", "garage")
			garage.do("site")
			for _, name := range slices.Sorted(maps.Keys(h.doors)) {
				text := h.doors[name].screen
				t.Logf("%s\n%s", name, text)
				for _, line := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
					if screen.Width(line) > 80 {
						t.Errorf("%s: a line of %d columns: %s", name, screen.Width(line), line)
					}
				}
			}
		})
	}
}
