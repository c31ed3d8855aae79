package pcsc

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"
)

// talker is a socket whose other end says this and no more.
type talker struct{ io.Reader }

func (talker) Write(p []byte) (int, error) { return len(p), nil }
func (talker) Close() error                { return nil }
func (talker) SetDeadline(time.Time) error { return nil }

// FuzzDaemon: whatever pcscd says, and a card through it, is an error or within its limits. The
// parts of its messages are filled with zeros to the sizes that they have.
func FuzzDaemon(f *testing.F) {
	name := []byte("ACS ACR122U PICC Interface 00 00")
	f.Add([]byte{4, 0, 0, 0, 4}, name, []byte{1, 0, 0, 0, present}, []byte{8: 1}, []byte{24: 6},
		[]byte{1, 2, 3, 4, 0x90, 0})
	f.Add([]byte{4, 0, 0, 0, 5, 0, 0, 0, 0x1e, 0, 0x10, 0x80}, name, []byte{48: 99}, []byte{16: 0x0f, 18: 0x10, 0x80},
		[]byte{28: 0x69, 30: 0x10, 0x80}, []byte(nil))
	f.Fuzz(func(t *testing.T, version, name, state, connected, sent, answer []byte) {
		fill := func(part []byte, size int) []byte { return append(part, make([]byte, size)...)[:size] }
		all := slices.Concat(fill(version, 12), fill(nil, 12), fill(name, 128), fill(state, 56), fill(nil, 15*184),
			fill(nil, 132), fill(connected, 20), fill(sent, 32), answer, fill(nil, 12))
		c, err := dial(func() (Socket, error) { return talker{bytes.NewReader(all)}, nil })
		if err != nil {
			return
		}
		for range 2 {
			s, err := c.find("PICC")
			if err != nil {
				continue
			}
			if len(s.atr()) > 33 || len(s.name()) > 128 {
				t.Fatalf("%d bytes of ATR, %d of name", len(s.atr()), len(s.name()))
			}
			k, err := c.open(s, time.Now())
			if err != nil {
				continue
			}
			if uid, err := k.uid(); (err == nil) != (len(uid) == 4 || len(uid) == 7 || len(uid) == 10) {
				t.Fatalf("a number of %d bytes, %v", len(uid), err)
			}
			out, err := k.Exchange([]byte{0x90, 0x60, 0, 0, 0})
			if len(out) > longestAnswer || err == nil && len(out) < 2 {
				t.Fatalf("%d bytes, %v", len(out), err)
			}
			_ = k.close()
		}
	})
}
