//go:build vboard

package system

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"menshen/board/check/checktest"

	"github.com/creack/pty"
)

const passphrase = "correct horse battery"

// filledIn is what an installer writes into the example: what the board is, since this one cannot
// tell, a key that lies in a TPM, the serial console, and that nobody is asked to act: before this
// camera are pictures.
var filledIn = strings.NewReplacer(
	`# board  = "rpi4" `, `board    = "rpi4" `,
	`"file:/etc/menshen/key"`, `"tpm:/dev/tpmrm0"`,
	`# serial = "/dev/ttyS0" `, `serial   = "/dev/ttyS0" `,
	`challenge     = "in doubt"`, `challenge     = "never"`,
)

// TestReadme types what the README says under "Install on a board", from a stick with the packages
// to the console.
func TestReadme(t *testing.T) {
	await(t, time.Minute, "the stick is there", func() bool { _, err := os.Stat("/dev/sda1"); return err == nil })
	for _, line := range commands(t, "/opt/README.md", "## Install on a board") {
		t.Log("#", line)
		switch {
		case strings.HasPrefix(line, "menshen config example"):
			sh(t, line)
			example, err := os.ReadFile("/etc/menshen/door.toml")
			if err != nil {
				t.Fatal(err)
			}
			own := []byte(filledIn.Replace(string(example)))
			if err := os.WriteFile("/etc/menshen/door.toml", own, 0o644); err != nil {
				t.Fatal(err)
			}
		case strings.HasPrefix(line, "menshen init"):
			atTerminal(t, line, func(x *terminal) {
				x.follow("for anna:«"+passphrase+"\n Once more:« "+passphrase, nil)
			})
		case strings.HasPrefix(line, "menshen check"):
			commission(t, line)
		case strings.HasPrefix(line, "menshen console"):
			atTerminal(t, line, func(x *terminal) {
				x.follow("log-in:« anna\n secret:« "+passphrase+
					"\n anna>« status\n | door\n anna>« logout\n | Logged out", nil)
			})
		default:
			t.Log(sh(t, line))
		}
	}
	if !works(t) {
		t.Fatal(state())
	}
	t.Log(sh(t, "menshen --version; dpkg -l menshen menshen-models | tail -2; id menshen"))
	t.Log(sh(t, "systemd-analyze security --no-pager menshen menshen-camera 2>&1 | grep -v ✓"))
}

// atTerminal runs a command at a terminal of 80 columns.
func atTerminal(t *testing.T, line string, person func(*terminal)) {
	t.Helper()
	cmd := exec.Command("bash", "-c", line)
	cmd.Env = append(os.Environ(), "TERM=xterm", "LANG=C.UTF-8")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	person(sit(t, tty))
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
}

// commission goes through the self-test with the installer who stands at the door.
func commission(t *testing.T, line string) {
	t.Helper()
	cmd := exec.Command("bash", "-c", line)
	cmd.Env = append(os.Environ(), "TERM=xterm", "LANG=C.UTF-8")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	anna := &checktest.Installer{Passphrase: passphrase, Door: atDoor{t}}
	go anna.Sit(tty)
	late := time.AfterFunc(15*time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, anna.Shown())
	}
	t.Log(anna.Shown())
}

// atDoor is the virtual board's door before an installer.
type atDoor struct{ t *testing.T }

func (d atDoor) Unlocked() bool { return unlocked(d.t) }
func (d atDoor) Moves() int     { return moves(d.t) }
func (d atDoor) Open()          { pull(d.t, contact, "up") }
func (d atDoor) Shut()          { pull(d.t, contact, "down") }
func (d atDoor) Tap()           { tap(d.t, 42, 7) }

func (d atDoor) Press(down bool) { pull(d.t, rex, map[bool]string{true: "down", false: "up"}[down]) }
func (d atDoor) Alarm(on bool)   { pull(d.t, fire, map[bool]string{true: "down", false: "up"}[on]) }
