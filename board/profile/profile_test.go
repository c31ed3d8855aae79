package profile

import (
	"menshen/internal/i18n/catalogue"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func boards(t *testing.T) []*Board {
	t.Helper()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBoardsAreWhole: each file says what a board needs, and names no pin that is not there.
func TestBoardsAreWhole(t *testing.T) {
	compatible := map[string]string{}
	for _, b := range boards(t) {
		t.Run(b.Name, func(t *testing.T) {
			if b.Title == "" || b.Chip == "" || len(b.Compatible) == 0 ||
				b.Pin1.EN == "" || b.Cameras.EN == "" || len(b.Pins) != 40 {
				t.Errorf("not whole: %d pins, %+v", len(b.Pins), b)
			}
			for _, c := range b.Compatible {
				if compatible[c] != "" {
					t.Errorf("%s is %s, too", c, compatible[c])
				}
				compatible[c] = b.Name
			}
			names, lines := map[string]bool{}, map[int]bool{}
			for i, p := range b.Pins {
				if p.At != i+1 {
					t.Errorf("pin %d stands at place %d", p.At, i+1)
				}
				if !p.GPIO() {
					continue
				}
				if names[p.Name] || lines[p.Line] || p.Line < 0 || p.Line >= b.Lines {
					t.Errorf("pin %d: %s or line %d is there twice, or not at all", p.At, p.Name, p.Line)
				}
				if !slices.Contains([]string{"", "up", "down"}, p.PowerUp) {
					t.Errorf("pin %d is pulled %q", p.At, p.PowerUp)
				}
				names[p.Name], lines[p.Line] = true, true
			}
			here := func(what string, pins ...string) {
				for _, p := range pins {
					if !names[p] {
						t.Errorf("%s: there is no pin %s", what, p)
					}
				}
			}
			for _, r := range b.Rules {
				here("rule", r.Pins...)
				if r.EN == "" || !slices.Contains([]string{"", "out"}, r.Wires) {
					t.Errorf("rule %+v", r)
				}
			}
			for _, s := range b.SPI {
				here("spi "+s.Port, s.Pins["SCLK"], s.Pins["MOSI"], s.Pins["MISO"], s.Pins["CS"])
				here("spi "+s.Port, s.Holds...)
				if s.Enable == "" {
					t.Errorf("spi %s: the file does not say how it is switched on", s.Port)
				}
			}
			for _, s := range b.Serial {
				if s.Pins != nil {
					here(s.Device, s.Pins["TXD"], s.Pins["RXD"])
				}
				if s.Kind == "" || s.EN == "" {
					t.Errorf("serial %+v", s)
				}
			}
		})
	}
}

// TestSentencesInAllLanguages lists what a catalogue lacks of the boards' files, and ids that say
// two things.
func TestSentencesInAllLanguages(t *testing.T) {
	english := map[string]string{}
	for _, b := range boards(t) {
		all := []Sentence{b.Pin1, b.Cameras}
		if b.Cable.EN != "" {
			all = append(all, b.Cable)
		}
		for _, r := range b.Rules {
			all = append(all, r.Sentence)
		}
		for _, s := range b.Serial {
			all = append(all, s.Sentence)
		}
		for _, s := range all {
			if before, known := english[s.ID]; s.ID == "" || known && before != s.EN {
				t.Errorf("%s: %q is %q here, and %q elsewhere", b.Name, s.ID, s.EN, before)
			}
			english[s.ID] = s.EN
		}
	}
	for _, l := range catalogue.Languages()[1:] {
		for id, en := range english {
			if l.Say(Sentence{id, en}.Message()) == en {
				t.Errorf("%s.toml has no profile.%s: %s", l.Code(), id, en)
			}
		}
	}
}

// TestRaspberryPiPins against what every paper on these boards says.
func TestRaspberryPiPins(t *testing.T) {
	for _, name := range []string{"rpi3", "rpi4", "rpi5", "cm4", "zero2w"} {
		b, err := ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, p := range b.Pins {
			if !p.GPIO() {
				continue
			}
			lines++
			n, err := strconv.Atoi(strings.TrimPrefix(p.Name, "GPIO"))
			if err != nil || n != p.Line || (p.PowerUp == "up") != (n < 9) || p.PowerUp == "" {
				t.Errorf("%s: pin %d is %+v", name, p.At, p)
			}
		}
		if lines != 28 {
			t.Errorf("%s has %d lines on the header", name, lines)
		}
		for spelt, want := range map[string]int{"pin 11": 17, "GPIO17": 17, "gpio17": 17, "pin 3": 2,
			"pin 40": 21, "Pin29": 5} {
			if got, err := b.Line(spelt); err != nil || got != b.Chip+":"+strconv.Itoa(want) {
				t.Errorf("%s: %s is %s, %v", name, spelt, got, err)
			}
		}
	}
}

func TestLineOfNoBoardAndOfNoPin(t *testing.T) {
	rpi4, err := ByName("rpi4")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		board      *Board
		name, want string
		bad        string
	}{
		{nil, "GPIO17", "GPIO17", ""},
		{nil, "gpiochip0:17", "gpiochip0:17", ""},
		{nil, "pin 11", "", "menshen board list"},
		{rpi4, "EXPANDER_3", "EXPANDER_3", ""},
		{rpi4, "gpiochip2:3", "gpiochip2:3", ""},
		{rpi4, "pin 11x", "pin 11x", ""}, // the name of a line, perhaps
		{rpi4, "pin 41", "", "from pin 1 to pin 40"},
		{rpi4, "pin 0", "", "from pin 1 to pin 40"},
		{rpi4, "pin 6", "", "pin 6 is GND"},
		{rpi4, "3.3V", "", "not a line"},
	} {
		got, err := c.board.Line(c.name)
		if got != c.want || (err == nil) != (c.bad == "") || err != nil && !strings.Contains(err.Error(), c.bad) {
			t.Errorf("%s: got %q, %v", c.name, got, err)
		}
	}
	if _, err := ByName("rpi6"); err == nil || !strings.Contains(err.Error(), "cm4, orangepi-zero2w") {
		t.Errorf("rpi6: %v", err)
	}
}

// device is a machine by its device tree, with some files.
func device(compatible, model string, files ...string) Machine {
	root := fstest.MapFS{
		"proc/device-tree/compatible": {Data: []byte(compatible)},
		"proc/device-tree/model":      {Data: []byte(model + "\x00")},
	}
	for _, f := range files {
		name, text, _ := strings.Cut(f, "=")
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Machine{root}
}

func TestMachineIsKnownByItsDeviceTree(t *testing.T) {
	for _, c := range []struct{ compatible, model, want string }{
		{"raspberrypi,4-model-b\x00brcm,bcm2711\x00", "Raspberry Pi 4 Model B Rev 1.4", "rpi4"},
		{"raspberrypi,3-model-b-plus\x00brcm,bcm2837\x00", "Raspberry Pi 3 Model B Plus Rev 1.3", "rpi3"},
		{"raspberrypi,5-model-b\x00brcm,bcm2712\x00", "Raspberry Pi 5 Model B Rev 1.0", "rpi5"},
		{"raspberrypi,model-zero-2-w\x00brcm,bcm2837\x00", "Raspberry Pi Zero 2 W Rev 1.0", "zero2w"},
		{"raspberrypi,4-compute-module\x00brcm,bcm2711\x00", "Raspberry Pi Compute Module 4 Rev 1.0", "cm4"},
		{"xunlong,orangepi-zero2w\x00allwinner,sun50i-h618\x00", "OrangePi Zero 2W", "orangepi-zero2w"},
		{"allwinner,h616\x00", "OrangePi Zero2 W", "orangepi-zero2w"}, // the maker's own kernel
		{"linux,dummy-virt\x00", "", ""},
		{"brcm,bcm2711\x00", "", ""}, // an unknown board with a known chip
	} {
		b := device(c.compatible, c.model).Board()
		if b == nil && c.want != "" || b != nil && b.Name != c.want {
			t.Errorf("%q is %+v, want %s", c.compatible, b, c.want)
		}
	}
	if b := (Machine{fstest.MapFS{}}).Board(); b != nil {
		t.Errorf("a machine without a device tree is %s", b.Name)
	}
}
