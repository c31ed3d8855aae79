package profile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"menshen/board/config"
	"menshen/internal/i18n/catalogue"
)

// parse reads the example, with the serial console of most boards and with pieces of text
// replaced, OLD and NEW in turn.
func parse(t interface {
	Helper()
	Fatalf(string, ...any)
}, changes ...string) *config.Config {
	t.Helper()
	text := strings.Replace(config.Example, "# serial = ", "serial = ", 1)
	for ; len(changes) >= 2; changes = changes[2:] {
		if !strings.Contains(text, changes[0]) {
			t.Fatalf("the example has no %q", changes[0])
		}
		text = strings.Replace(text, changes[0], changes[1], 1)
	}
	c, err := config.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return c
}

const (
	rc522  = "kind = \"rc522\"\nspi = \"0.0\""
	osdp   = "kind = \"osdp\"\ndevice = \"/dev/ttyUSB0\"\nkey_file = \"k\"\n"
	relay  = `pin       = "GPIO17"`
	strike = "fail_safe = false "
)

// noBoard is a machine that is not a board: an installer's own computer.
var noBoard = device("", "")

// panel adds a display to the example.
func panel(source string) []string {
	return []string{"[camera]", "[display]\nscreen = \"" + source + "\"\n[camera]"}
}

func TestCheck(t *testing.T) {
	pi4 := func(files ...string) Machine { return device("raspberrypi,4-model-b\x00", "", files...) }
	for _, c := range []struct {
		name, board string
		machine     Machine
		changes     []string
		want        []string // "refused KEY: a part of the text"
	}{
		{"example", "rpi4", noBoard, nil, nil},
		{"example, there", "rpi4", pi4("dev/ttyS0"), nil, nil},
		{"a camera module on a Pi", "rpi5", noBoard, []string{`"v4l2:/dev/video0"`, `"libcamera"`,
			`serial = "/dev/ttyS0"`, `serial = ""`}, nil},
		{"another board than written", "rpi4", device("raspberrypi,5-model-b\x00", ""), nil,
			[]string{`refused unit.board: write board = "rpi5"`}},
		{"no board", "", device("", "", "dev/ttyS0"), []string{relay, `pin = "pin 11"`},
			[]string{`refused relay.pin: menshen board list`}},
		{"one pin by two names", "rpi4", noBoard, []string{`"GPIO22"`, `"pin 11"`},
			[]string{"refused input.1.pin: pin 11 (GPIO17), which is already the relay"}},
		{"one pin by its line", "rpi4", noBoard, []string{`"GPIO22"`, `"pinctrl-bcm2711:17"`},
			[]string{"refused input.1.pin: already the relay"}},
		{"a supply", "rpi4", noBoard, []string{`"GPIO22"`, `"pin 2"`}, []string{"refused input.1.pin: pin 2 is 5V"}},
		{"ID memory", "rpi4", noBoard, []string{`"GPIO22"`, `"GPIO1"`}, []string{"refused input.1.pin: ID memory"}},
		{"relay on the console", "rpi3", noBoard, []string{relay, `pin = "pin 8"`, `serial = "/dev/ttyS0"`,
			`serial = ""`}, []string{"refused relay.pin: would switch what is wired here"}},
		{"input on the console", "rpi3", noBoard, []string{`"GPIO22"`, `"pin 10"`, `serial = "/dev/ttyS0"`,
			`serial = ""`}, []string{"warning input.1.pin: switch that off first"}},
		{"input on the console that is ours", "rpi3", noBoard, []string{`"GPIO22"`, `"pin 10"`},
			[]string{"refused input.1.pin: already the console RXD"}},
		{"console of a Pi 5", "rpi5", noBoard, []string{},
			[]string{"warning console.serial: it has /dev/ttyAMA0, /dev/ttyAMA10"}},

		{"relay pulled up", "rpi4", noBoard, []string{relay, `pin = "GPIO5"`}, []string{"refused relay.pin: the " +
			"door is open until the program runs; choose a pin that rests low, such as pin 11"}},
		{"relay pulled up, with a resistor", "rpi4", noBoard,
			[]string{relay, `pin = "GPIO5"`, "# power_up", "power_up"}, nil},
		{"relay pulled down, with a resistor", "rpi4", noBoard, []string{`# power_up = "low"`, `power_up = "high"`},
			[]string{"refused relay.pin: rests high at power-up"}},
		{"active-low relay pulled down", "rpi4", noBoard, []string{`active    = "high"`, `active = "low"`},
			[]string{"refused relay.pin: the door is open until the program runs"}},
		{"active-low relay pulled up", "rpi4", noBoard,
			[]string{`active    = "high"`, `active = "low"`, relay, `pin = "GPIO5"`}, nil},
		{"maglock pulled down", "rpi4", noBoard, []string{strike, "fail_safe = true "}, nil},
		{"maglock pulled up", "rpi4", noBoard, []string{strike, "fail_safe = true ", relay, `pin = "GPIO5"`},
			[]string{"refused relay.pin: no button opens it"}},
		{"lamp pulled up", "rpi4", noBoard, []string{`"GPIO16"`, `"GPIO6"`},
			[]string{"warning signal.0.pin: may be on at power-up"}},

		{"rc522, there", "rpi4", pi4("dev/ttyS0", "dev/spidev0.0"), []string{`kind = "wiegand"`, rc522}, nil},
		{"rc522, SPI off", "rpi4", pi4("dev/ttyS0"), []string{`kind = "wiegand"`, rc522},
			[]string{"warning reader.0.spi: dtparam=spi=on"}},
		{"relay on the bus", "rpi4", noBoard, []string{`kind = "wiegand"`, rc522, relay, `pin = "GPIO10"`},
			[]string{"refused relay.pin: already the reader outside MOSI"}},
		{"wire on the other chip select", "rpi4", noBoard, []string{`kind = "wiegand"`, rc522, `"GPIO22"`, `"GPIO7"`},
			[]string{"warning input.1.pin: spi0-1cs"}},
		{"no such bus", "rpi4", noBoard, []string{`kind = "wiegand"`, "kind = \"rc522\"\nspi = \"3.0\""},
			[]string{"warning reader.0.spi: has no SPI 3.0, only 0.0"}},
		{"two on a chip select", "rpi4", noBoard,
			[]string{`kind = "wiegand"`, rc522, "[camera]", "[[reader]]\nname = \"inside\"\n" + rc522 + "\n[camera]"},
			[]string{"refused reader.1.spi: where reader outside is already"}},

		{"a panel", "rpi4", pi4("dev/ttyS0", "dev/spidev0.0"), panel("st7789:spi=0.0,dc=pin 38,reset=GPIO21"), nil},
		{"a panel where the reader is", "rpi4", noBoard,
			append(panel("st7789:spi=0.0,dc=GPIO20"), `kind = "wiegand"`, rc522),
			[]string{"refused display.screen: display is on SPI 0.0, where reader outside is already"}},
		{"a panel on the relay", "rpi4", noBoard, panel("st7789:spi=0.0,dc=pin 11"),
			[]string{"refused display.screen: display data/command is wired to pin 11 (GPIO17), which is already the " +
				"relay"}},
		{"SPI of a panel off", "rpi4", pi4("dev/ttyS0"), panel("st7789:spi=0.0,dc=GPIO20"),
			[]string{"warning display.screen: dtparam=spi=on"}},
		{"I2C of a panel off", "rpi4", pi4("dev/ttyS0"), panel("ssd1306:i2c=1:0x3c"),
			[]string{"warning display.screen: dtparam=i2c_arm=on"}},
		{"a panel under an input", "rpi4", noBoard, append(panel("ssd1306:i2c=1:0x3c"), `"GPIO22"`, `"pin 3"`),
			[]string{"refused input.1.pin: already the display SDA"}},

		{"two on a serial port", "rpi4", noBoard,
			[]string{`kind = "wiegand"`, "kind = \"scanner\"\ndevice = \"/dev/ttyS0\""},
			[]string{"refused reader.0.device: which the console uses already"}},
		{"one header, two ports", "rpi4", noBoard,
			[]string{`kind = "wiegand"`, "kind = \"scanner\"\ndevice = \"/dev/ttyAMA0\""},
			[]string{"refused reader.0.device: the RXD of /dev/ttyAMA0 is GPIO15, which is already the console RXD"}},
		{"login on the reader's port", "rpi4", pi4("dev/ttyS0", "proc/cmdline=quiet console=ttyS0,115200 rw\n"), nil,
			[]string{"warning console.serial: take console=ttyS0 out"}},
		{"port not there", "rpi4", pi4(), nil, []string{"warning console.serial: enable_uart=1"}},
		{"port not there, no known board", "", noBoard, nil,
			[]string{"warning console.serial: write a port that this machine has"}},
		{"port there, no known board", "", device("", "", "dev/ttyS0"), nil, nil},
		{"port of the kernel, no known board", "", device("", "", "dev/ttyS0", "proc/cmdline=console=ttyS0 quiet"), nil,
			[]string{"warning console.serial: take console=ttyS0 out"}},
		{"port of the kernel, by the device tree", "", device("", "", "dev/ttyAMA0",
			"sys/class/tty/console/active=tty0 ttyAMA0\n"), []string{`"/dev/ttyS0"`, `"/dev/ttyAMA0"`},
			[]string{"warning console.serial: or write console=tty1"}},
		{"two on a serial port, no known board", "", device("", "", "dev/ttyS0"),
			[]string{`kind = "wiegand"`, "kind = \"scanner\"\ndevice = \"/dev/ttyS0\""},
			[]string{"refused reader.0.device: which the console uses already"}},
		{"OSDP readers on a line", "rpi4", pi4("dev/ttyS0"),
			[]string{`kind = "wiegand"`, osdp + "address = 1", "[camera]", "[[reader]]\nname = \"inside\"\n" + osdp +
				"[camera]"}, nil},
		{"an OSDP line on the console's port", "rpi4", noBoard,
			[]string{`kind = "wiegand"`, strings.Replace(osdp, "USB0", "S0", 1)},
			[]string{"refused reader.0.device: which the console uses already"}},
		{"USB adapter", "rpi4", pi4("dev/ttyS0"),
			[]string{`kind = "wiegand"`, "kind = \"scanner\"\ndevice = \"/dev/ttyUSB0\""}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := parse(t, c.changes...)
			conf.Unit.Board = c.board
			b, err := Of(conf, c.machine)
			if err != nil {
				t.Fatal(err)
			}
			found := b.Check(conf, c.machine)
			if len(found) != len(c.want) {
				t.Errorf("found %+v\nwant %v", found, c.want)
				return
			}
			refused := false
			for i, f := range found {
				head, part, _ := strings.Cut(c.want[i], ": ")
				label, text, _ := strings.Cut(f.Message().String(), ": ")
				if got := strings.ToLower(label) + " " + f.Key; got != head || !strings.Contains(text, part) {
					t.Errorf("found %s: %s\nwant %s", got, text, c.want[i])
				}
				if zh := catalogue.In("zh").Say(f.Text); zh == "" || zh == text {
					t.Errorf("no Chinese for %q", text)
				}
				refused = refused || f.Refuse
			}
			if (Refused(found) != nil) != refused {
				t.Errorf("refused: %v", Refused(found))
			}
		})
	}
}

// TestOrangePiRelay: what is not known is asked for, and can be answered.
func TestOrangePiRelay(t *testing.T) {
	b, err := ByName("orangepi-zero2w")
	if err != nil {
		t.Fatal(err)
	}
	conf := parse(t, relay, `pin = "pin 11"`)
	warned := func() (n int) {
		for _, f := range b.Check(conf, noBoard) {
			if f.Key == "relay.pin" && strings.Contains(f.Text.String(), "10 kΩ") {
				n++
			}
		}
		return n
	}
	if warned() != 1 {
		t.Error("no resistor was asked for")
	}
	conf.Relay.PowerUp = "low"
	if warned() != 0 {
		t.Error("asked for a resistor that is there")
	}
}

// TestAnyWiringOfDifferentPins: whatever the spelling, wires on different good pins are accepted,
// and two on one pin never.
func TestAnyWiringOfDifferentPins(t *testing.T) {
	b, err := ByName("rpi4")
	if err != nil {
		t.Fatal(err)
	}
	var good []Pin
	for _, p := range b.Pins {
		if p.GPIO() && p.PowerUp == "down" && p.Name != "GPIO14" && p.Name != "GPIO15" {
			good = append(good, p)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		spell := func(p Pin) string {
			return rapid.SampledFrom([]string{fmt.Sprintf("pin %d", p.At), p.Name, strings.ToLower(p.Name),
				fmt.Sprintf("%s:%d", b.Chip, p.Line)}).Draw(t, "spelling")
		}
		pins := rapid.SliceOfNDistinct(rapid.SampledFrom(good), 9, 9, func(p Pin) int { return p.At }).Draw(t, "pins")
		c := parse(t)
		wires := []*string{&c.Relay.Pin, &c.Inputs[0].Pin, &c.Inputs[1].Pin, &c.Inputs[2].Pin, &c.Signals[0].Pin,
			&c.Signals[1].Pin, &c.Signals[2].Pin, &c.Readers[0].D0, &c.Readers[0].D1}
		for i, w := range wires {
			*w = spell(pins[i])
		}
		if found := b.Check(c, noBoard); len(found) != 0 {
			t.Fatalf("found %+v", found)
		}
		i := rapid.IntRange(0, len(wires)-1).Draw(t, "one")
		j := (i + rapid.IntRange(1, len(wires)-1).Draw(t, "other")) % len(wires)
		*wires[j] = spell(pins[i])
		if err := Refused(b.Check(c, noBoard)); err == nil || strings.Count(err.Error(), "which is already") != 1 {
			t.Fatalf("two wires on pin %d: %v", pins[i].At, err)
		}
	})
}

// TestNoRibbon: a board without a connector for camera modules says so.
func TestNoRibbon(t *testing.T) {
	b, err := ByName("orangepi-zero2w")
	if err != nil {
		t.Fatal(err)
	}
	for source, warned := range map[string]bool{"v4l2:/dev/video0": false, "libcamera": true} {
		found := b.Check(parse(t, `"v4l2:/dev/video0"`, `"`+source+`"`), noBoard)
		of := func(f Finding) bool { return f.Key == "camera.source" && !f.Refuse }
		if got := slices.ContainsFunc(found, of); got != warned {
			t.Errorf("%s: %v", source, found)
		}
	}
}

// TestNoCable: a board without a USB port for a laptop says so, where one is wanted.
func TestNoCable(t *testing.T) {
	for _, b := range boards(t) {
		want := slices.Contains([]string{"rpi3", "orangepi-zero2w"}, b.Name)
		for _, wanted := range []bool{false, true} {
			c := parse(t)
			c.Cable.Enabled = wanted
			of := func(f Finding) bool { return f.Key == "cable.enabled" && !f.Refuse }
			if got := slices.ContainsFunc(b.Check(c, noBoard), of); got != (want && wanted) {
				t.Errorf("%s, wanted %v: warned %v", b.Name, wanted, got)
			}
		}
	}
}

// TestExampleNamesEachBoardsPort: the line of the serial console in the example names a port on
// the header of each board, and none that no board has.
func TestExampleNamesEachBoardsPort(t *testing.T) {
	_, console, _ := strings.Cut(config.Example, "# serial = ")
	console, _, _ = strings.Cut(console, "\nbaud")
	named := map[string]bool{}
	for _, word := range strings.Split(console, `"`) {
		if strings.HasPrefix(word, "/dev/tty") {
			named[word] = false
		}
	}
	all, err := All()
	if err != nil || len(named) < 3 {
		t.Fatalf("named %v, %v", named, err)
	}
	for _, b := range all {
		has := false
		for device := range named {
			port, ok := b.port(device)
			has = has || ok && port.Pins != nil
			named[device] = named[device] || ok
		}
		if !has {
			t.Errorf("none of %v is on the header of %s", named, b.Name)
		}
	}
	for device, known := range named {
		if !known {
			t.Errorf("no board has %s", device)
		}
	}
}
