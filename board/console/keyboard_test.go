package console_test

import (
	"io"
	"testing"

	"menshen/board/console"
)

func TestKeyboardLeavesTheNextKey(t *testing.T) {
	master, slave := openPTY(t)
	defer master.Close()
	defer slave.Close()
	k, err := console.NewKeyboard(slave)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 8)
	if _, err := master.WriteString("a"); err != nil {
		t.Fatal(err)
	}
	if n, err := k.Read(buf); n != 1 || buf[0] != 'a' || err != nil {
		t.Fatalf("read %q, %v", buf[:n], err)
	}
	ended := make(chan error)
	go func() {
		_, err := k.Read(make([]byte, 8))
		ended <- err
	}()
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != io.EOF {
		t.Errorf("the waiting read ended with %v", err)
	}
	if _, err := master.WriteString("b"); err != nil {
		t.Fatal(err)
	}
	if n, err := slave.Read(buf); n != 1 || buf[0] != 'b' || err != nil {
		t.Errorf("the next reader got %q, %v", buf[:n], err)
	}
}
