// Package booted makes a site of two machines as an installer does: with the packages, by what
// docs/install.md says. The machines are Debian with systemd, in namespaces of this one. It runs as
// root, from scripts/package/booted.sh.
package booted

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

var (
	base  = flag.String("root", "", "the root of Debian that both machines begin with")
	stick = flag.String("stick", "", "a folder that goes from machine to machine")
)

// patience is for one step of a machine, beside other work.
const patience = 2 * time.Minute

// machine is a machine, and whoever is root at it.
type machine struct {
	t       *testing.T
	name    string
	root    string
	cgroup  string
	outside *exec.Cmd // unshare, which ends with the machine
	first   string    // the process number of its systemd, as this machine has it
}

// newMachine makes a machine with an address, and starts it.
func newMachine(t *testing.T, name, address string) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t: t, name: name, root: filepath.Join(dir, "root")}
	for _, of := range []string{"root", "upper", "work"} {
		must(t, os.Mkdir(filepath.Join(dir, of), 0o755))
	}
	run(t, "mount", "-t", "overlay", "overlay", "-o",
		fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", *base, dir, dir), m.root)
	t.Cleanup(func() { run(t, "umount", "-l", m.root) })
	hierarchy, err := exec.Command("findmnt", "-n", "-t", "cgroup2", "-o", "TARGET").Output()
	must(t, err)
	mounted, _, _ := strings.Cut(string(hierarchy), "\n")
	m.cgroup = filepath.Join(mounted, fmt.Sprintf("menshen-%s-%d", name, os.Getpid()))
	must(t, os.Mkdir(m.cgroup, 0o755))
	t.Cleanup(m.sweep)
	for path, text := range map[string]string{
		"etc/systemd/network/lan.network": "[Match]\nName=lan\n[Network]\nAddress=" + address + "/24\n",
		"etc/machine-id":                  "",
		"etc/hostname":                    name + "\n",
		"etc/systemd/system/menshen.service.d/simulated.conf": "[Service]\nExecStart=\n" +
			"ExecStart=/opt/test/door run --config /etc/menshen/door.toml\n" +
			"Environment=MENSHEN_TEST_DOOR=1 LD_LIBRARY_PATH=/opt/test\n",
	} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(m.root, path)), 0o755))
		must(t, os.WriteFile(filepath.Join(m.root, path), []byte(text), 0o644))
	}
	run(t, "cp", "-r", filepath.Join(*stick, "test"), filepath.Join(m.root, "opt"))
	run(t, "systemctl", "--root="+m.root, "--quiet", "enable", "systemd-networkd.service")
	must(t, os.MkdirAll(filepath.Join(m.root, "media/usb"), 0o755))
	t.Cleanup(m.end)
	m.start()
	return m
}

// start starts the machine, with the stick in it.
func (m *machine) start() {
	m.t.Helper()
	m.outside = exec.Command("sh", "-c", `echo $$ >"$1/cgroup.procs" && mount --bind "$3" "$2/media/usb" && `+
		`exec unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child ./machine "$2" "$4"`,
		"sh", m.cgroup, m.root, *stick, m.name)
	var said bytes.Buffer
	m.outside.Stdout, m.outside.Stderr = &said, &said
	must(m.t, m.outside.Start())
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", m.outside.Process.Pid))
		m.first = strings.TrimSpace(string(raw))
		if comm, _ := os.ReadFile("/proc/" + m.first + "/comm"); string(comm) == "systemd\n" {
			return
		}
		if time.Since(begun) > patience {
			m.t.Fatalf("%s does not start: %s", m.name, said.String())
		}
	}
}

// end ends the machine as a power cut does.
func (m *machine) end() {
	if m.outside != nil {
		_ = m.outside.Process.Kill()
		m.over()
	}
}

func (m *machine) over() {
	_ = m.outside.Wait()
	m.outside = nil
	run(m.t, "umount", "-l", filepath.Join(m.root, "media/usb"))
}

// sweep waits until no process of the machine is left, and takes its group away.
func (m *machine) sweep() {
	_ = os.WriteFile(filepath.Join(m.cgroup, "cgroup.kill"), []byte("1"), 0)
	for begun := time.Now(); exec.Command("find", m.cgroup, "-depth", "-type", "d", "-delete").Run() != nil; {
		if time.Since(begun) > patience {
			m.t.Errorf("%s does not end", m.name)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// wire lays a wire between two machines.
func wire(t *testing.T, a, b *machine) {
	t.Helper()
	run(t, "ip", "link", "add", "lan", "netns", a.first, "type", "veth", "peer", "name", "lan", "netns", b.first)
	for _, m := range []*machine{a, b} {
		m.await("systemctl is-system-running | grep -qE 'running|degraded'")
	}
}

func run(t *testing.T, words ...string) {
	t.Helper()
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Errorf("%v: %v\n%s", words, err, out)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// command is a command line of root's at the machine.
func (m *machine) command(line string) *exec.Cmd {
	return exec.Command("nsenter", "-t", m.first, "-a", "env", "-i", "PATH=/usr/sbin:/usr/bin",
		"HOME=/root", "LANG=C.UTF-8", "TERM=xterm", "DEBIAN_FRONTEND=noninteractive", "bash", "-c", "cd; "+line)
}

// try runs a command line, and gives what it prints.
func (m *machine) try(line string) (printed string, err error) {
	out, err := m.command(line).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// sh is try for what must succeed.
func (m *machine) sh(line string) string {
	m.t.Helper()
	printed, err := m.try(line)
	if err != nil {
		m.t.Fatalf("%s# %s\n%v: %s", m.name, line, err, printed)
	}
	return printed
}

// await waits until a command line succeeds, and gives how long that took.
func (m *machine) await(line string) time.Duration {
	m.t.Helper()
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		printed, err := m.try(line)
		if err == nil {
			return time.Since(begun).Round(100 * time.Millisecond)
		}
		if time.Since(begun) > patience {
			m.t.Fatalf("%s: not within %v: %s\n%s\n%s", m.name, patience, line, printed, m.state())
		}
	}
}

// state is what a person would look at.
func (m *machine) state() string {
	printed, _ := m.try("systemctl --no-pager --failed; systemctl --no-pager -l status menshen 'menshen-site-*'; " +
		"journalctl --namespace=menshen -b --no-pager -o cat | tail -15; ip -br address")
	return printed
}

const passphrase = "correct horse battery"

// console is a session at the unit's console. In its script, PROMPT« KEYS waits for PROMPT and
// types KEYS; | TEXT waits for TEXT. It gives all that was shown.
func (m *machine) console(script string) string {
	m.t.Helper()
	cmd := m.command("menshen console")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	must(m.t, err)
	defer tty.Close()
	s := &screen{t: m.t, name: m.name}
	go s.read(tty)
	var all strings.Builder
	for line := range strings.Lines("log-in:« anna\n secret« " + passphrase + "\n" + script + "\n anna>« logout\n") {
		line = strings.TrimSpace(line)
		prompt, keys, typed := strings.Cut(line, "«")
		switch {
		case typed:
			all.WriteString(s.see(strings.TrimSpace(prompt)))
			time.Sleep(300 * time.Millisecond) // what is typed before a question does not answer it
			_, err := io.WriteString(tty, strings.TrimSpace(keys)+"\r")
			must(m.t, err)
		case line != "":
			text := strings.TrimPrefix(line, "| ")
			all.WriteString(s.see(text) + text)
		}
	}
	must(m.t, cmd.Wait())
	return all.String()
}

// screen is what a terminal shows, without its orders.
type screen struct {
	t     *testing.T
	name  string
	mu    sync.Mutex
	shown []byte
	ended bool
}

var orders = regexp.MustCompile(`\x1b\[[0-9;?!]*[a-zA-Z]|\r`)

func (s *screen) read(tty io.Reader) {
	for b := make([]byte, 4096); ; {
		n, err := tty.Read(b)
		s.mu.Lock()
		s.shown = append(s.shown, b[:n]...)
		s.ended = err != nil
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// see waits until the words are shown, and gives what came up to them.
func (s *screen) see(words string) string {
	s.t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		text, ended := string(orders.ReplaceAll(s.shown, nil)), s.ended
		before, after, found := strings.Cut(text, words)
		if found {
			s.shown = []byte(after)
		}
		s.mu.Unlock()
		if found {
			return before
		}
		if ended || time.Since(begun) > patience {
			s.t.Fatalf("%s: %q never came, but %q", s.name, words, text)
		}
	}
}
