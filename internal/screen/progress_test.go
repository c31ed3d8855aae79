package screen

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/creack/pty"
)

func TestProgress(t *testing.T) {
	t.Setenv("TERM", "xterm")
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	show, end := Progress(tty, "pictures")
	show(1, 3)
	show(2, 3) // too soon after the first
	show(3, 3)
	show(1, 2) // of the next task, which is broken off
	end()
	end()
	tty.Close()
	var out bytes.Buffer
	_, _ = out.ReadFrom(terminal) // a terminal whose other side is closed ends with an error
	if want := "\r1 of 3 pictures\x1b[K\r3 of 3 pictures\x1b[K\r\n\r1 of 2 pictures\x1b[K\r\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	t.Setenv("TERM", "dumb")
	if show, end := Progress(tty, "pictures"); show != nil {
		t.Error("shown on a terminal that cannot move its cursor")
	} else {
		end()
	}
	if show, _ := Progress(os.NewFile(^uintptr(0), "no file"), "pictures"); show != nil {
		t.Error("shown where no terminal is")
	}
}

func TestProgressTellsTheRest(t *testing.T) {
	for _, c := range []struct {
		done, total int
		took        time.Duration
		want        string
	}{
		{0, 10, 5 * time.Second, "0 of 10 pictures"},
		{1, 10, 500 * time.Millisecond, "1 of 10 pictures"},
		{25, 100, 30 * time.Second, "25 of 100 pictures, about 1m30s left"},
		{99, 100, 10 * time.Second, "99 of 100 pictures, about 1s left"},
		{100, 100, time.Minute, "100 of 100 pictures"},
	} {
		if got := progress(c.done, c.total, c.took, "pictures"); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
