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

// Open finds a pin by its name: registered with periph by a driver of ours ("SIM_RELAY"), a line of
// the kernel by its own name ("GPIO17"), or by the number or the label of its chip ("gpiochip0:17",
// "pinctrl-rp1:17"), or any other pin that periph knows, in this order. A kernel line is registered
// with periph as "gpiochip0:17"; nothing is taken until the pin is used.
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

// find looks for a line of the kernel, by chip and offset or by the name that the device tree
// gives it. When two lines have the name the first chip wins: the Pi 5's 40 pins are on the
// first chip that names them.
func find(name string) (*Line, error) {
	chip, offset := "", -1
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		n, err := strconv.Atoi(name[i+1:])
		switch {
		case err == nil && n >= 0:
			chip, offset = name[:i], n
		case strings.HasPrefix(name, "gpiochip"):
			return nil, fmt.Errorf("open line %q: %q is not the number of a line", name, name[i+1:])
		}
	}
	for _, path := range chips() {
		if strings.HasPrefix(chip, "gpiochip") && filepath.Base(path) != chip {
			continue
		}
		found, err := search(path, func(l *Line) bool {
			if offset >= 0 {
				return l.offset == offset && (chip == filepath.Base(path) || chip == l.label)
			}
			return l.name == name
		})
		if err != nil {
			return nil, fmt.Errorf("open line %q: %w", name, err)
		}
		if found != nil {
			return found, nil
		}
	}
	return nil, nil
}

// search looks through one chip for the line that is wanted.
func search(path string, wanted func(*Line) bool) (*Line, error) {
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
		l, err := uapi.GetLineInfoV2(f.Fd(), i)
		if err != nil {
			return nil, fmt.Errorf("ask %s for line %d: %w (kernel 5.10 or newer is needed)", path, i, meaning(err))
		}
		line := newLine(path, uapi.BytesToString(info.Label[:]), i, uapi.BytesToString(l.Name[:]))
		if wanted(line) {
			return line, nil
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
