//go:build vboard

// Package cable plugs a laptop into a unit's USB port: the kernel's own gadget and, on the same
// machine, the kernel's own host (dummy_hcd), with Debian's systemd and the services as the
// packages install them. It runs inside the virtual machine of scripts/vboard/cable.sh, as root.
package cable

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"menshen/board/cable"
)

const (
	passphrase = "correct horse battery"
	line       = "/dev/ttyACM0" // the laptop's end
	disk       = "/dev/sda"
)

func sh(t *testing.T, command string) string {
	t.Helper()
	out, err := exec.Command("bash", "-euo", "pipefail", "-c", command).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return strings.TrimSpace(string(out))
}

func await(t *testing.T, within time.Duration, what string, so func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	for !so() {
		if time.Since(begun) > within {
			state, _ := exec.Command("bash", "-c", "systemctl status menshen menshen-cable --no-pager -l; "+
				"journalctl --namespace=menshen -b --no-pager | tail -20; dmesg | tail -20").CombinedOutput()
			t.Fatalf("not within %v: %s\n%s", within, what, state)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begun).Round(100 * time.Millisecond)
}

func there(path string) bool { _, err := os.Stat(path); return err == nil }

// interfaces are the networks of the machine.
func interfaces(t *testing.T) (all []string) {
	t.Helper()
	found, err := filepath.Glob("/sys/class/net/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		all = append(all, filepath.Base(path))
	}
	return all
}

// functions are the classes of the interfaces that the laptop sees at the unit.
func functions(t *testing.T) (all []string) {
	t.Helper()
	found, _ := filepath.Glob("/sys/bus/usb/devices/*:*")
	for _, path := range found {
		if vendor, _ := os.ReadFile(filepath.Dir(mustLink(t, path)) + "/idVendor"); string(vendor) != "1d6b\n" ||
			strings.HasPrefix(filepath.Base(path), "usb") || strings.Contains(filepath.Base(path), "-0:") {
			continue
		}
		class, _ := os.ReadFile(path + "/bInterfaceClass")
		sub, _ := os.ReadFile(path + "/bInterfaceSubClass")
		all = append(all, strings.TrimSpace(string(class))+"/"+strings.TrimSpace(string(sub)))
	}
	slices.Sort(all)
	return all
}

func mustLink(t *testing.T, path string) string {
	t.Helper()
	to, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// laptop is a program that has the port open.
type laptop struct {
	t    *testing.T
	port *os.File
	mu   sync.Mutex
	got  bytes.Buffer
}

func open(t *testing.T) *laptop {
	t.Helper()
	await(t, time.Minute, "the laptop finds the line", func() bool { return there(line) })
	f, err := os.OpenFile(line, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := f.SyscallConn()
	if err == nil {
		err = conn.Control(func(fd uintptr) { _, err = term.MakeRaw(int(fd)) })
	}
	if err != nil {
		t.Fatal(err)
	}
	l := &laptop{t: t, port: f}
	go func() {
		for b := make([]byte, 4096); ; {
			n, err := f.Read(b)
			l.mu.Lock()
			l.got.Write(bytes.ReplaceAll(b[:n], []byte{0}, nil))
			l.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return l
}

func (l *laptop) close() { l.port.Close() }

// has takes what came up to the words, and gives whether they came.
func (l *laptop) has(words string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, after, found := strings.Cut(l.got.String(), words)
	if found {
		l.got.Reset()
		l.got.WriteString(after)
	}
	return found
}

func (l *laptop) see(words string) time.Duration {
	l.t.Helper()
	defer func() {
		if l.t.Failed() {
			l.t.Logf("the line said %q", l.got.String())
		}
	}()
	return await(l.t, 2*time.Minute, "the line says "+words, func() bool { return l.has(words) })
}

func (l *laptop) types(keys string) {
	l.t.Helper()
	time.Sleep(400 * time.Millisecond) // what is typed before a question does not answer it
	if _, err := io.WriteString(l.port, keys+"\r"); err != nil {
		l.t.Fatal(err)
	}
}

// logIn logs anna in, who commits herself the first time.
func (l *laptop) logIn() {
	l.t.Helper()
	l.types("")
	l.see("log-in: ")
	l.types("anna")
	l.see("secret")
	l.types(passphrase)
	await(l.t, 2*time.Minute, "the line knows anna", func() bool {
		if l.has("Type yes or no:") {
			l.types("yes")
		}
		return l.has("anna>")
	})
}

// TestKernelRLocalCable is a laptop at the unit, from before the cable is wanted until it is
// wanted no more.
func TestKernelRLocalCable(t *testing.T) {
	nets := interfaces(t)
	sh(t, "systemctl start menshen")
	await(t, 2*time.Minute, "root's service ran", func() bool {
		return sh(t, "systemctl is-active menshen-cable || true") == "active"
	})
	if there(line) || there("/sys/kernel/config/usb_gadget/menshen") || len(functions(t)) > 0 {
		t.Fatal("the cable is not wanted, and there is a gadget")
	}

	sh(t, `sed -i '/^\[cable\]/,$s/^enabled = false/enabled = true/' /etc/menshen/door.toml`)
	sh(t, "systemctl restart menshen")
	took := await(t, 2*time.Minute, "the laptop finds line and disk", func() bool {
		return there(line) && there(disk+"1")
	})
	t.Logf("from the door's start to line and disk: %v", took)
	t.Logf("what the laptop sees:\n%s", sh(t, "lsusb -v -d 1d6b:0104 2>/dev/null | "+
		"grep -E 'bInterface(Class|SubClass)|iProduct|iSerial|iManufacturer|MaxPower'"))
	if got, want := functions(t), []string{"02/02", "08/06", "0a/00"}; !slices.Equal(got, want) {
		t.Errorf("the laptop sees the functions %v, not %v", got, want)
	}
	if now := interfaces(t); !slices.Equal(now, nets) {
		t.Errorf("networks: %v, and before %v", now, nets)
	}
	t.Run("disk", theDisk)
	t.Run("console", theConsole)
	t.Run("network", aNetwork)

	t.Run("stop", func(t *testing.T) {
		l := open(t)
		l.types("")
		l.see("log-in: ")
		l.close()
		time.Sleep(15 * time.Second) // nobody fetches, and what is asked stands in the line's queue
		begun := time.Now()
		sh(t, "systemctl stop menshen")
		took := time.Since(begun).Round(100 * time.Millisecond)
		t.Logf("with the port closed the door stopped after %v", took)
		order := sh(t, "journalctl -b -o cat --no-pager -u menshen -u menshen-cable | grep -E '^Stopp' | tail -4")
		t.Logf("in this order:\n%s", order)
		if took > 14*time.Second {
			t.Error("it waited for what nobody fetches")
		}
		await(t, time.Minute, "the laptop sees nothing", func() bool {
			return !there(line) && len(functions(t)) == 0
		})
	})
	t.Log(sh(t, "systemd-analyze security menshen-cable --no-pager | tail -1"))
}

func theDisk(t *testing.T) {
	dir := t.TempDir()
	sh(t, "mount -o ro "+disk+"1 "+dir)
	defer sh(t, "umount "+dir)
	want, err := os.ReadFile("/opt/desk.html")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(dir + "/desk.html")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("desk.html is another one: %v", err)
	}
	t.Logf("on the disk: %s", strings.Join(strings.Fields(sh(t, "ls "+dir)), ", "))
	before := sh(t, "sha256sum <"+cable.Image)
	// The laptop's kernel knows that the disk is only read. A hostile one does not care.
	if f, err := os.OpenFile(disk, os.O_RDWR, 0); err == nil {
		f.Close()
		t.Error("the disk can be opened for writing")
	}
	sh(t, "blockdev --setrw "+disk)
	out, err := exec.Command("dd", "if=/dev/zero", "of="+disk, "bs=4096", "count=1", "seek=100",
		"oflag=direct").CombinedOutput()
	if err == nil {
		t.Errorf("the disk was written to: %s", out)
	}
	// Nor does the disk go away when it is ejected.
	_, _ = exec.Command("eject", "-s", disk).CombinedOutput()
	sh(t, "echo 3 >/proc/sys/vm/drop_caches; dd if="+disk+" of=/dev/null bs=64k iflag=direct status=none")
	if after := sh(t, "sha256sum <"+cable.Image); after != before {
		t.Error("the disk's file was changed")
	}
}

func theConsole(t *testing.T) {
	begun := time.Now()
	l := open(t)
	l.see("log-in: ")
	t.Logf("port opened to log-in: %v", time.Since(begun).Round(100*time.Millisecond))
	l.logIn()
	l.types("status")
	l.see("anna>")

	// A program: what desk.html says first. BREAK is a NUL, which the line has.
	l.types("\x00\r?menshen-rpc")
	l.see(`"hello"`)
	l.types("no object ends it")
	l.see("log-in: ")
	l.logIn()

	// The port is closed: the next one to open it finds a log-in.
	l.close()
	time.Sleep(10 * time.Second)
	l = open(t)
	l.see("log-in: ")
	if l.has("anna>") {
		t.Error("the port was closed, and the session is still there")
	}
	l.logIn()

	// It is closed in the midst of a text that nobody takes.
	for range 40 {
		if _, err := io.WriteString(l.port, "help\r"); err != nil {
			t.Fatal(err)
		}
	}
	l.close()
	time.Sleep(10 * time.Second)
	l = open(t)
	l.see("log-in: ")
	l.logIn()

	// The cable is pulled, and put in again.
	sh(t, "menshen cable down")
	await(t, time.Minute, "the laptop sees that", func() bool { return !there(line) })
	l.close()
	sh(t, "menshen cable up")
	l = open(t)
	l.see("log-in: ")
	l.logIn()
	l.types("logout")
	l.see("Logged out")
	l.close()
}

// aNetwork is what the test would see if the cable had one: a gadget that somebody else made. The
// door does not serve its line, and root's service makes the gadget anew without it.
func aNetwork(t *testing.T) {
	nets := interfaces(t)
	const g = "/sys/kernel/config/usb_gadget/menshen"
	sh(t, "cd "+g+"; echo >UDC; mkdir functions/ncm.usb0; ln -s $PWD/functions/ncm.usb0 configs/c.1/; "+
		"ls /sys/class/udc >UDC")
	await(t, time.Minute, "a network shows when there is one", func() bool { return len(interfaces(t)) > len(nets) })
	t.Logf("with a network in the gadget: %v", interfaces(t))
	l := open(t)
	await(t, time.Minute, "the door says that it serves no such gadget", func() bool {
		return strings.Contains(sh(t, "journalctl --namespace=menshen -b --no-pager"), "R-LOCAL")
	})
	if l.has("log-in") {
		t.Error("it is served")
	}
	l.close()
	sh(t, "systemctl restart menshen-cable")
	await(t, time.Minute, "the network is gone", func() bool { return slices.Equal(interfaces(t), nets) })
	l = open(t)
	l.see("log-in: ")
	l.close()
}
