package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/console"
	"menshen/board/rpc"
	"menshen/board/service"
)

// TestPersonAndProgram: at one line a person and a program come in turn, whatever the other was
// doing; each leaves the other nothing.
func TestPersonAndProgram(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	here, there := net.Pipe()
	programs := rpc.New(b.Desk, rpc.Options{Unit: "block 3", Line: "test"})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- service.ServeSwitched(there,
			func(rw io.ReadWriter) error {
				return console.Serve(ctx, rw, b.Desk, console.Options{Unit: "block 3", Line: "test"})
			},
			func(rw io.ReadWriter) error { return programs.Serve(ctx, rw) })
	}()
	lines := make(chan byte, 1<<16)
	go func() {
		for buf := make([]byte, 1); ; {
			if _, err := here.Read(buf); err != nil {
				return
			}
			lines <- buf[0]
		}
	}()
	await := func(what string) {
		t.Helper()
		var seen bytes.Buffer
		for late := time.After(time.Minute); !bytes.HasSuffix(seen.Bytes(), []byte(what)); {
			select {
			case c := <-lines:
				seen.WriteByte(c)
			case <-late:
				t.Fatalf("no %q in %q", what, seen.String())
			}
		}
	}
	put := func(s string) {
		t.Helper()
		if _, err := here.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	const logIn = `{"jsonrpc":"2.0","id":1,"method":"session.login","params":{"name":"anna","secret":"` +
		boardtest.Secret + `"}}` + "\n"

	await("log-in: ")
	put("anna\r")
	await("secret: ")
	put(boardtest.Secret + "\r")
	await("anna> ")
	put("deci" + "\r?menshen-rpc\r") // in the middle of a person's work
	await(`"method":"hello"`)
	put(`{"jsonrpc":"2.0","id":1,"method":"door.status"}` + "\n") // the person's session is not the program's
	await(`-32003`)
	put(logIn)
	await(`"operator":`)
	put("?menshen-rpc\n") // begins anew
	await(`"method":"hello"`)
	put(`{"jsonrpc":"2.0","id":2,"method":"door.status"}` + "\n")
	await(`-32003`)
	put(logIn)
	await(`"operator":`)
	put("quit\r") // somebody at a terminal
	await("log-in: ")
	put("?menshen-rp\rx?menshen-rpc\r") // not quite
	await("x?menshen-rpc\r\nlog-in: ")
	put("\x00") // BREAK
	await("log-in: ")
	put("?menshen-rpc\r")
	await(`"method":"hello"`)
	put("\x00\r?menshen-rpc\r") // as the page comes back
	await(`"method":"hello"`)
	put("\x00")
	await("log-in: ")

	here.Close()
	if err := <-done; err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the end of the line gave %v", err)
	}
	cancel()
	there.Close()
}
