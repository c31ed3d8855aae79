package console_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"menshen/board/console"
	"menshen/hal/serial"
)

// TestOverASerialPort serves the console through the driver of the real serial line, and pulls the
// plug in the middle of a command.
func TestOverASerialPort(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	port, err := serial.Open(slave.Name(), 115200)
	if err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	defer port.Close()
	fake := newDesk()
	done := make(chan error, 1)
	go func() {
		done <- console.Serve(context.Background(), port, fake, console.Options{Unit: "block 3", Location: time.UTC})
	}()

	got := ""
	expect := func(words string) {
		t.Helper()
		for buf := make([]byte, 256); !strings.Contains(got, words); {
			n, err := master.Read(buf)
			if err != nil {
				t.Fatalf("%v after %q, without %q", err, got, words)
			}
			got += string(buf[:n])
		}
		_, got, _ = strings.Cut(got, words)
	}
	for _, step := range [][2]string{{"log-in: ", "mei\r"}, {"secret: ", "open sesame\r"},
		{"mei> ", "people 王\r"}, {"王小明", ""}, {"mei> ", "card 1203\r"}, {"tap the card", ""}} {
		expect(step[0])
		if _, err := io.WriteString(master, step[1]); err != nil {
			t.Fatal(err)
		}
	}
	_ = master.Close()
	if err := <-done; !errors.Is(err, serial.ErrGone) {
		t.Errorf("Serve: %v, want %v", err, serial.ErrGone)
	}
	if log := strings.Join(fake.calls(), "\n"); !strings.HasSuffix(log, "card given up\nlog out mei line lost") {
		t.Errorf("the desk heard\n%s", log)
	}
}
