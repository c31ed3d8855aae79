package cable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fakeKernel plays configfs: a folder that is made comes with its files and groups, one is removed
// with its files, and only when nothing is in it that was made.
type fakeKernel struct {
	t    *testing.T
	root string
}

// comes is what the kernel puts into a folder; a name that ends in / is a folder.
var comes = map[string]string{
	`menshen|other`: "UDC idVendor idProduct bcdUSB bcdDevice bDeviceClass bDeviceSubClass bDeviceProtocol " +
		"bMaxPacketSize0 max_speed strings/ configs/ functions/ os_desc/ webusb/",
	`menshen/strings/0x409`:                      "manufacturer product serialnumber",
	`menshen/configs/c\.1`:                       "MaxPower bmAttributes strings/",
	`menshen/configs/c\.1/strings/0x409`:         "configuration",
	`menshen/functions/acm\.\w+`:                 "port_num console",
	`menshen/functions/ncm\.\w+`:                 "dev_addr host_addr ifname",
	`menshen/functions/mass_storage\.\w+`:        "stall num_buffers lun.0/",
	`menshen/functions/mass_storage\.\w+/lun\.0`: "file ro removable cdrom nofua inquiry_string forced_eject",
}

func (k fakeKernel) mkdir(path string) error {
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	name := strings.TrimPrefix(path, k.root+"/")
	for pattern, all := range comes {
		if !regexp.MustCompile("^(" + pattern + ")$").MatchString(name) {
			continue
		}
		for _, n := range strings.Fields(all) {
			if dir, is := strings.CutSuffix(n, "/"); is {
				if err := k.mkdir(filepath.Join(path, dir)); err != nil {
					return err
				}
			} else if err := os.WriteFile(filepath.Join(path, n), nil, 0o600); err != nil {
				return err
			}
		}
		return nil
	}
	if slices.Contains([]string{"strings", "configs", "functions", "os_desc", "webusb"}, filepath.Base(path)) {
		return nil // a group of the kernel's own
	}
	return fmt.Errorf("the kernel knows no %s: %w", name, fs.ErrPermission)
}

func (k fakeKernel) remove(path string) error {
	links, err := filepath.Glob(filepath.Join(k.root, own, "configs/*", filepath.Base(path)))
	if err != nil || len(links) > 0 && !slices.Contains(links, path) {
		return fmt.Errorf("%s is in use: %v, %w", path, links, err)
	}
	return os.RemoveAll(path)
}

// machine has one port and no gadget.
func machine(t *testing.T) Machine {
	root := t.TempDir()
	m := Machine{Gadgets: root + "/gadgets", Controllers: root + "/udc", Image: "/usr/share/menshen/desk.img",
		ID: "0123456789abcdef0123456789abcdef"}
	m.kernel = fakeKernel{t, m.Gadgets}
	for _, dir := range []string{m.Gadgets, m.Controllers + "/3f980000.usb"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (m Machine) has(file string) string {
	raw, err := os.ReadFile(filepath.Join(m.Gadgets, own, file))
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// TestRLocalCable: the gadget is a serial line and a disk that cannot be written to, is shown at
// the port last, and has no function of a network; one that was put into it is refused.
func TestRLocalCable(t *testing.T) {
	m := machine(t)
	for range 2 { // the second finds the first
		if err := m.Up(); err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]string{
			"UDC":                                     "3f980000.usb",
			"functions/mass_storage.desk/lun.0/ro":    "1",
			"functions/mass_storage.desk/lun.0/file":  "/usr/share/menshen/desk.img",
			"functions/mass_storage.desk/lun.0/cdrom": "0",
			"functions/acm.desk/console":              "0",
			"bDeviceClass":                            "0xef",
			"strings/0x409/serialnumber":              m.has("strings/0x409/serialnumber"),
			"configs/c.1/strings/0x409/configuration": "desk",
		} {
			if got := m.has(file); got != want {
				t.Errorf("%s is %q, not %q", file, got, want)
			}
		}
		if got := m.has("strings/0x409/serialnumber"); !regexp.MustCompile(`^[0-9A-F]{12}$`).MatchString(got) ||
			strings.Contains(strings.ToLower(got), m.ID[:12]) {
			t.Errorf("the serial number is %q", got)
		}
		for _, dir := range []string{"functions/*", "configs/c.1/*.*"} {
			found, _ := filepath.Glob(filepath.Join(m.Gadgets, own, dir))
			for i, path := range found {
				found[i] = filepath.Base(path)
			}
			if want := []string{"acm.desk", "mass_storage.desk"}; !slices.Equal(found, want) {
				t.Errorf("%s: %v, not %v", dir, found, want)
			}
		}
		if err := m.Whole(); err != nil {
			t.Error(err)
		}
	}
	g := filepath.Join(m.Gadgets, own)
	if err := m.mkdir(g + "/functions/ncm.usb0"); err != nil {
		t.Fatal(err)
	}
	if err := m.Whole(); !errors.Is(err, ErrForeign) {
		t.Errorf("a network was put into it, and it is whole: %v", err)
	}
	if err := os.Symlink(g+"/functions/ncm.usb0", g+"/configs/c.1/ncm.usb0"); err != nil {
		t.Fatal(err)
	}
	if err := m.Up(); err != nil || m.Whole() != nil || m.has("UDC") != "3f980000.usb" {
		t.Errorf("made anew: %v, %v, at %q", err, m.Whole(), m.has("UDC"))
	}
	if err := os.Mkdir(g+"/configs/c.2", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := m.Whole(); !errors.Is(err, ErrForeign) {
		t.Errorf("it can be something else too, and is whole: %v", err)
	}
	if err := m.Down(); err != nil || strings.TrimSpace(m.has("UDC")) != "" {
		t.Errorf("%v, and it is still at %q", err, m.has("UDC"))
	}
	if err := m.Down(); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

// TestNoPort: without a port, or where it is another gadget's, nothing is made.
func TestNoPort(t *testing.T) {
	m := machine(t)
	if err := m.mkdir(m.Gadgets + "/other"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.Gadgets+"/other/UDC", []byte("3f980000.usb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Up(); !errors.Is(err, ErrTaken) {
		t.Errorf("the port is another's: %v", err)
	}
	if err := os.RemoveAll(m.Controllers + "/3f980000.usb"); err != nil {
		t.Fatal(err)
	}
	if err := m.Up(); !errors.Is(err, ErrNoPort) {
		t.Errorf("there is no port: %v", err)
	}
	if err := os.RemoveAll(m.Controllers); err != nil {
		t.Fatal(err)
	}
	if err := m.Up(); !errors.Is(err, ErrNoPort) {
		t.Errorf("the kernel knows of no ports: %v", err)
	}
	if _, err := os.Stat(filepath.Join(m.Gadgets, own)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a gadget was made: %v", err)
	}
}

// TestNotMade: a kernel without one of the functions shows nothing; no gadget is not a whole one.
func TestNotMade(t *testing.T) {
	m := machine(t)
	if err := m.Whole(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a gadget: %v", err)
	}
	was := functions
	functions = []string{"acm.desk", "unknown.desk"}
	defer func() { functions = was }()
	if err := m.Up(); !errors.Is(err, fs.ErrPermission) || m.has("UDC") != "" {
		t.Errorf("made of what the kernel has not: %v, at %q", err, m.has("UDC"))
	}
}
