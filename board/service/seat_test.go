package service_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/service"
	"menshen/site/seat"
)

// TestSeatAtSocket: the manager's seat comes to the control socket as to a serial line: what a page
// says to a console that it does not know lets it in, a NUL logs it out, and it may come again.
func TestSeatAtSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "menshen-seat-") // t.TempDir is too long for the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	b := boardtest.New(t, func(c *config.Config) { c.Console.Socket = filepath.Join(dir, "control.sock") })
	b.Start()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		service.ServeControl(ctx, b.Config, service.Requests{"rpc": service.ProgramRequest(b.Config, b.Desk)},
			slog.New(slog.DiscardHandler))
	}()
	defer func() { stop(); <-ended }()

	var line io.ReadWriteCloser
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) { // until it listens
		if line, err = seat.Socket(b.Config.ControlSocket()); err == nil {
			break
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
	defer line.Close()
	hears := bufio.NewReader(line)
	say := func(text, want string) {
		t.Helper()
		if _, err := io.WriteString(line, text); err != nil {
			t.Fatal(err)
		}
		for {
			said, err := hears.ReadString('\n')
			if err != nil {
				t.Fatalf("%v before %s", err, want)
			}
			if strings.Contains(said, want) {
				return
			}
		}
	}
	const logIn = `{"jsonrpc":"2.0","id":1,"method":"session.login","params":{"name":"anna","secret":"` +
		boardtest.Secret + `"}}` + "\n"
	const status = `{"jsonrpc":"2.0","id":2,"method":"door.status"}` + "\n"
	const enter = "\x00\r?menshen-rpc\r" // as src/wire.js does
	for range 2 {
		say(enter, `"method":"hello"`)
		say(status, `-32003`) // whoever was here before is logged out
		say(logIn, `"operator":`)
		say(status, `"door":`)
	}
	say(`{"jsonrpc":"2.0","id":3,"method":"session.logout"}`+"\n", `"method":"ended"`)
	if _, err := io.ReadAll(hears); err != nil {
		t.Error(err)
	}
}
