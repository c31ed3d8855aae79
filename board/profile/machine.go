package profile

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"menshen/board/config"
)

// Machine is the computer as its file tree shows it.
type Machine struct{ Root fs.FS }

// Here is the computer that the program runs on.
var Here = Machine{os.DirFS("/")}

// Board finds out which known board the machine is; nil: none.
func (m Machine) Board() *Board {
	all, err := All()
	if err != nil {
		return nil
	}
	compatible := strings.Split(m.read("proc/device-tree/compatible"), "\x00")
	model := m.read("proc/device-tree/model")
	for _, b := range all {
		for _, c := range b.Compatible {
			if slices.Contains(compatible, c) {
				return b
			}
		}
		for _, begin := range b.Model {
			if strings.HasPrefix(model, begin) {
				return b
			}
		}
	}
	return nil
}

func (m Machine) read(file string) string {
	raw, err := fs.ReadFile(m.Root, file)
	if err != nil {
		return ""
	}
	return string(bytes.TrimRight(raw, "\x00\n"))
}

func (m Machine) has(file string) bool {
	_, err := fs.Stat(m.Root, strings.TrimPrefix(file, "/"))
	return err == nil
}

// kernelWritesTo reports whether a terminal, such as "ttyS0", is the kernel's console: by its
// command line, or by the device tree.
func (m Machine) kernelWritesTo(name string) bool {
	return slices.Contains(strings.Fields(m.read("sys/class/tty/console/active")), name) ||
		slices.ContainsFunc(strings.Fields(m.read("proc/cmdline")), func(w string) bool {
			return w == "console="+name || strings.HasPrefix(w, "console="+name+",")
		})
}

// Of gives the board of a configuration: the one that it names, or else the
// machine's; nil when neither is known.
func Of(c *config.Config, m Machine) (*Board, error) {
	if c.Unit.Board == "" {
		return m.Board(), nil
	}
	b, err := ByName(c.Unit.Board)
	if err != nil {
		return nil, fmt.Errorf("[unit] board: %w", err)
	}
	return b, nil
}
