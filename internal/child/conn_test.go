package child

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The protocol of the children here.
const (
	kindOrder = Kind(2) // parent → child
	kindBeat  = Kind(4) // child → parent
)

var protocol = Protocol{Magic: "Mt", Version: 2, Limits: map[Kind]int{
	Config: 1 << 10, Ready: 100, Failure: 1 << 10, kindOrder: 1 << 10, kindBeat: 100,
}}

func message(t testing.TB, k Kind, payload string) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := NewConn(&buf, &protocol).Send(k, []byte(payload)); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestRoundTrip: what was sent is read, and no more than its kind may have is sent.
func TestRoundTrip(t *testing.T) {
	var buf bytes.Buffer
	c := NewConn(&buf, &protocol)
	for _, payload := range []string{"", "a beat", strings.Repeat("b", 100)} {
		if err := c.Send(kindBeat, []byte(payload)); err != nil {
			t.Fatal(err)
		}
		if k, got, err := c.Read(); k != kindBeat || string(got) != payload || err != nil {
			t.Errorf("%q: kind %d, %q, %v", payload, k, got, err)
		}
	}
	if err := c.Send(kindBeat, make([]byte, 101)); err == nil || buf.Len() > 0 {
		t.Errorf("too long: %v, %d bytes went out", err, buf.Len())
	}
}

// TestDamage: any single changed byte, and any cut, is noticed.
func TestDamage(t *testing.T) {
	whole := message(t, kindBeat, "a beat of forty bytes and more, with 1 2 3")
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(whole)
		if i := rapid.IntRange(0, len(b)-1).Draw(t, "place"); rapid.Bool().Draw(t, "cut") {
			b = b[:i]
		} else {
			b[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		}
		_, _, err := NewConn(bytes.NewBuffer(b), &protocol).Read()
		if err == nil || !errors.Is(err, ErrProtocol) && !(errors.Is(err, io.EOF) && len(b) == 0) {
			t.Fatalf("read gave %v", err)
		}
	})
}

// TestRStrangerBuffersWiped: neither side keeps what was said in its buffers.
func TestRStrangerBuffersWiped(t *testing.T) {
	var buf bytes.Buffer
	c := NewConn(&buf, &protocol)
	if err := c.Send(kindBeat, []byte("a face")); err != nil {
		t.Fatal(err)
	}
	if left := c.out[:cap(c.out)]; !bytes.Equal(left, make([]byte, len(left))) {
		t.Error("the writer's buffer is not wiped")
	}
	if _, _, err := c.Read(); err != nil {
		t.Fatal(err)
	}
	c.Forget()
	if left := c.in[:cap(c.in)]; !bytes.Equal(left, make([]byte, len(left))) {
		t.Error("the reader's buffer is not wiped")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(message(f, kindBeat, "beat"))
	f.Add(append(message(f, Ready, "{}"), message(f, kindBeat, "")...))
	f.Add([]byte("Mt\x02\x04\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		c := NewConn(bytes.NewBuffer(stream), &protocol)
		for {
			k, payload, err := c.Read()
			if err != nil {
				if !errors.Is(err, ErrProtocol) && !errors.Is(err, io.EOF) {
					t.Fatalf("unexpected kind of error: %v", err)
				}
				return
			}
			if len(payload) > protocol.Limits[k] {
				t.Fatalf("kind %d with %d bytes", k, len(payload))
			}
		}
	})
}
