package demo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/creack/pty"

	"menshen/internal/screen"
	"menshen/policy"
	"menshen/recognizer/models"
	"menshen/store"
	"menshen/store/audit"
)

// TestKeysActAtTheDoorInTheConsole: a key behind Ctrl-T acts at the door, all others are the
// console's, also where they come one by one.
func TestKeysActAtTheDoorInTheConsole(t *testing.T) {
	for _, in := range []io.Reader{strings.NewReader("card\x143 Lena\x14f\r"),
		iotest.OneByteReader(strings.NewReader("card\x143 Lena\x14f\r"))} {
		acted := ""
		got, err := io.ReadAll(&doorKeys{Reader: in, act: func(key byte) { acted += string(key) }})
		if string(got) != "card Lena\r" || acted != "3f" || err != nil {
			t.Errorf("the console got %q, %v; at the door %q", got, err, acted)
		}
	}
	got, _ := io.ReadAll(&doorKeys{Reader: strings.NewReader("\x1b[48;24;60;0;0t"), act: func(byte) {}})
	if string(got) != "\x1b[48;24;60;0;0t" {
		t.Errorf("the window's size came as %q", got)
	}
}

// TestLinesFitTheTerminal: the narrator breaks records at words, with colours where there are
// colours and none for a dumb terminal.
func TestLinesFitTheTerminal(t *testing.T) {
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	defer near.Close()
	wei, grace, _ := cast("")
	wei.id = policy.PersonID{2, 7}
	e := store.Entry{Kind: audit.Decision, Means: policy.ByFace, Grant: true, Reason: policy.ReasonFace, Person: wei.id}
	for _, width := range []uint16{60, 80, 120} {
		for _, kind := range []string{"xterm", "dumb"} {
			t.Setenv("TERM", kind)
			t.Setenv("NO_COLOR", "")
			if err := pty.Setsize(near, &pty.Winsize{Cols: width, Rows: 24}); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			n := &narrator{out: &out, terminal: near, style: screen.Colours(near), people: []*actor{grace, wei}}
			n.begin("The consenting person walks up: another picture than the enrolled one, other light, pose " +
				"and distance")
			n.say("the notice was shown in the person's language: %q", strings.Repeat("words ", 20))
			n.paragraph("#12  15:04:05.000", 10,
				"    #12  15:04:05.000  "+n.line(e)+strings.Repeat(" · a detail of it", 8))
			n.keysPage()
			if strings.Contains(out.String(), "\x1b") != (kind == "xterm") {
				t.Errorf("on a terminal %s: %q", kind, out.String())
			}
			if !strings.Contains(out.String(), "(Wei)") || strings.Contains(out.String(), "Webcam") {
				t.Errorf("the person is not told by their first name: %q", out.String())
			}
			for _, l := range strings.Split(out.String(), "\n") {
				for _, code := range []string{"\x1b[1m", "\x1b[2m", "\x1b[32;1m", "\x1b[0m"} {
					l = strings.ReplaceAll(l, code, "")
				}
				if screen.Width(l) >= int(width) {
					t.Errorf("a line of %d columns on %d: %q", screen.Width(l), width, l)
				}
			}
		}
	}
}

// TestStoppedStory: Ctrl-C in the middle says so, and nothing of the
// machinery; nothing is left behind.
func TestStoppedStory(t *testing.T) {
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	out := &until{words: "#", then: cancel}
	err = Run(ctx, Options{Models: dir, Pictures: filepath.Join(filepath.Dir(dir), "pictures")}, nil, out)
	if !errors.Is(err, ErrStopped) || strings.Contains(err.Error(), "cancel") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a stopped story ends with %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// until calls then once words were written.
type until struct {
	words string
	then  func()
	all   strings.Builder
}

func (u *until) Write(p []byte) (int, error) {
	u.all.Write(p)
	if strings.Contains(u.all.String(), u.words+"1 ") {
		u.then()
	}
	return len(p), nil
}
