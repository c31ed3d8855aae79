// Package desk tests the desk page as its users have it: in a real browser, at a cable, with a unit
// that runs. README.md says how a flow is written.
package desk_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/boardtest"
	"menshen/board/page"
)

var (
	all   = flag.Bool("all", false, "every flow in every language; without it, the short form")
	other = flag.String("browser", "", "another `program` than Chromium, such as firefox-esr, for the flows it can do")
	shots = flag.String("shots", "", "`folder` for the pictures and figures; without it, none are made")
)

func TestMain(m *testing.M) { boardtest.Main(m) }

// browsers are the programs that can show the page, the best one first.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// options are what a flow wishes (README.md).
type options struct {
	Short     bool     // it is part of the short form, in the first of its languages
	Languages []string // in which it runs; empty: English and Chinese
	Speed     int      // of the cable, bytes a second; 0: as fast as it goes
	Config    string   // TOML, over that of the bench
	Seconds   int      // it may take; 0: 60
	Updates   bool     // root's side of updates and sticks is played: version 1.1 is on the stick
	Wires     bool     // a second reader, garage, on simulated wires
	AES       bool     // a second reader, lobby, of AES cards; it is emulated, and so are they
	OSDP      bool     // a second reader, gate, on an OSDP line; it is emulated, and has no key yet
	Inputs    []string // beside those of the bench: bell, staff
	Signals   []string // of the bench's outputs, instead of lamps and buzzer: alarm, duress, interlock
	Seat      bool     // the unit is a manager's seat, without a door
	Served    bool     // the page is not opened from the disk: a seat of the site serves it
}

// TestFlows runs each flow of the folder flows in each of its languages.
func TestFlows(t *testing.T) {
	browser := ready(t)
	listed, err := exec.Command("node", "harness/run.js").Output()
	if err != nil {
		t.Fatal(complaint(err))
	}
	var flows map[string]options
	if err := json.Unmarshal(listed, &flows); err != nil {
		t.Fatal(err)
	}
	built := build(t)
	ran := 0
	for name, o := range flows {
		for i, lang := range o.Languages {
			if !*all && (!o.Short || i > 0) {
				continue
			}
			ran++
			t.Run(name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				run(t, flow{name, lang, built, browser, o})
			})
		}
	}
	if ran == 0 {
		t.Error("there is no flow to run")
	}
}

// ready gives the browser, or skips the test where there is none.
func ready(t *testing.T) (browser string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is no concern of the short tests")
	}
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		t.Skip("the packages of package.json are not installed: scripts/desk/setup.sh")
	}
	for _, name := range append([]string{*other}, browsers...) {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium here: scripts/desk/setup.sh")
	return ""
}

// flow is one run of a flow.
type flow struct {
	name, lang, page, browser string
	options
}

// run runs a flow against a unit of its own: node drives the browser, and asks here for what
// happens at the door.
func run(t *testing.T, f flow) {
	u := newUnit(t, f.options)
	if f.Served {
		u.serve(t)
	}
	ours, theirs := pair(t)
	limit := cmp.Or(f.Seconds, 60)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(limit)*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "harness/run.js", f.name, f.lang)
	cmd.Env = append(os.Environ(), "DESK_BROWSER="+f.browser, "DESK_PAGE="+f.page, "DESK_CABLE="+u.cable.socket,
		"DESK_SHOTS="+folder(t, f.name))
	cmd.ExtraFiles = []*os.File{theirs} // its file 3
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	u.answer(ours)
	err := cmd.Wait()
	if said := strings.TrimSpace(out.String()); said != "" {
		t.Log(said)
	}
	if ctx.Err() != nil {
		t.Errorf("it took more than %d s", limit)
	} else if err != nil {
		t.Error(err)
	}
	if log := u.log.String(); strings.Contains(log, boardtest.Secret) {
		t.Errorf("the log tells a secret:\n%s", log)
	} else if t.Failed() && log != "" {
		t.Logf("the unit's log:\n%s", log)
	}
}

// folder is where a flow's pictures go; empty: nowhere.
func folder(t *testing.T, flow string) string {
	t.Helper()
	if *shots == "" {
		return ""
	}
	to, err := filepath.Abs(filepath.Join(*shots, flow))
	if err == nil {
		err = os.MkdirAll(to, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// pair gives two joined ends of a local line.
func pair(t *testing.T) (ours, theirs *os.File) {
	t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs = os.NewFile(uintptr(ends[0]), "flow"), os.NewFile(uintptr(ends[1]), "unit")
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

// answer does what the flow asks, a line of JSON each, until it ends.
func (u *unit) answer(line io.ReadWriter) {
	u.Helper()
	answers := json.NewEncoder(line)
	for asked := bufio.NewScanner(line); asked.Scan(); {
		var q struct {
			ID     int
			Act    string
			Params json.RawMessage
		}
		var a struct {
			ID     int    `json:"id"`
			Result any    `json:"result,omitempty"`
			Error  string `json:"error,omitempty"`
		}
		err := json.Unmarshal(asked.Bytes(), &q)
		if f := acts[q.Act]; err == nil && f != nil {
			a.Result, err = f(u, q.Params)
		} else if err == nil {
			err = errors.New("there is no such act")
		}
		if a.ID = q.ID; err != nil {
			a.Error = fmt.Sprintf("%s: %v", q.Act, err)
		}
		if answers.Encode(a) != nil {
			return
		}
	}
}

// complaint is an error with what the program wrote on it.
func complaint(err error) error {
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return fmt.Errorf("%w: %s", err, ended.Stderr)
	}
	return err
}

// build writes the page to a file, as "menshen desk" does, and gives its name.
func build(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "desk.html")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(page.Write(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	return name
}
