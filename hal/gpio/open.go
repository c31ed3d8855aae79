package gpio

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/warthog618/go-gpiocdev/uapi"
	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// ErrNoLine says that no driver and no chip knows the name.
var ErrNoLine = errors.New("no such line")

// Open finds a pin by its name: registered with periph by a driver of ours ("SIM_RELAY"), a line of the kernel
// ("GPIO17", "gpiochip0:17"), or any other pin that periph knows, in this order. A kernel line is registered with periph
// as "gpiochip0:17"; nothing is taken until the pin is used.
func Open(name string) (periph.PinIO, error) {
	known := gpioreg.ByName(name)
	if known != nil {
		if p, ok := underAlias(known).(periph.PinIO); ok {
			if _, ours := p.(Banked); ours {
				return p, nil
			}
		}
	}
	line, err := find(name)
	if err != nil {
		return nil, err
	}
	if line == nil && known != nil {
		return known, nil
	}
	if line == nil {
		return nil, fmt.Errorf("open line %q: %w on %s", name, ErrNoLine, whatChips())
	}
	if p, ok := gpioreg.ByName(line.Name()).(*Line); ok {
		return p, nil
	}
	if err := gpioreg.Register(line); err != nil {
		return nil, fmt.Errorf("open line %q: %w", name, err)
	}
	return line, nil
}

// find looks for a line of the kernel, by chip and offset or by the name that the device tree gives it. Line names may
// come twice; the first chip wins, as on the Pi 5, whose 40 pins are on the first chip that names them.
func find(name string) (*Line, error) {
	want, offset := "", -1
	if c, o, ok := strings.Cut(name, ":"); ok && strings.HasPrefix(c, "gpiochip") {
		n, err := strconv.Atoi(o)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("open line %q: %q is not the number of a line", name, o)
		}
		want, offset = c, n
	}
	for _, path := range chips() {
		if want != "" && filepath.Base(path) != want {
			continue
		}
		l, err := search(path, name, offset)
		if err != nil {
			return nil, fmt.Errorf("open line %q: %w", name, err)
		}
		if l != nil {
			return l, nil
		}
	}
	return nil, nil
}

// search looks through one chip: for the offset, or when that is negative for the name.
func search(path, name string, offset int) (*Line, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("%w: run as a member of group gpio, or as root", err)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := uapi.GetChipInfo(f.Fd())
	if err != nil {
		return nil, fmt.Errorf("ask %s for its lines: %w", path, meaning(err))
	}
	for i := range int(info.Lines) {
		if offset >= 0 && i != offset {
			continue
		}
		l, err := uapi.GetLineInfoV2(f.Fd(), i)
		if err != nil {
			return nil, fmt.Errorf("ask %s for line %d: %w (kernel 5.10 or newer is needed)", path, i, meaning(err))
		}
		own := uapi.BytesToString(l.Name[:])
		if offset >= 0 || own == name {
			return newLine(path, i, own), nil
		}
	}
	return nil, nil
}

func chips() []string {
	paths, _ := filepath.Glob("/dev/gpiochip*") // the pattern is right, so there is no error
	return paths
}

func whatChips() string {
	var names []string
	for _, p := range chips() {
		names = append(names, filepath.Base(p))
	}
	if names == nil {
		return "this machine, which has no GPIO chip"
	}
	return "this board's " + strings.Join(names, ", ")
}
