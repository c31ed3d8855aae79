package serialreader_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/hal/serial"
	"menshen/hal/serialreader"
	"menshen/hal/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// em4100 is a frame of the RDM6300 for a card.
func em4100(version byte, number uint32) string {
	raw := []byte{version, byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}
	return fmt.Sprintf("\x02%X%02X\x03", raw, raw[0]^raw[1]^raw[2]^raw[3]^raw[4])
}

// played gives all events of a stream that comes without a pause.
func played(t *testing.T, cfg serialreader.Config, stream string) (events []hal.ReaderEvent) {
	t.Helper()
	cfg.Away = time.Minute
	ctx, cancel := context.WithCancel(context.Background())
	once := false
	r, err := serialreader.New(func() (io.ReadCloser, error) {
		if once {
			cancel()
			return nil, os.ErrNotExist
		}
		once = true
		return io.NopCloser(strings.NewReader(stream)), nil
	}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Run(ctx, func(e hal.ReaderEvent) {
		if !errors.Is(e.Fault, io.EOF) {
			events = append(events, e)
		}
	})
	return events
}

func TestRDM6300(t *testing.T) {
	// a fob on which "0006297110" is printed
	got := played(t, serialreader.RDM6300("front"), "noise"+"\x020A00601616 6A\x03"+
		"\x020A006016166A\x03"+"\x020A006016166A\r\n\x03"+em4100(0xff, 0)+"\x020A006016166B\x03")
	var cards []hal.Card
	var faults []error
	for _, e := range got {
		if e.Card != nil {
			cards = append(cards, *e.Card)
		} else {
			faults = append(faults, e.Fault)
		}
	}
	if len(cards) != 3 || cards[2].Number != 0 {
		t.Fatalf("%d cards", len(cards))
	}
	if c := cards[0]; c.Number != 6297110 || c.Facility != 10 || c.Bits != 40 || !c.Clonable {
		t.Errorf("%d/%d, %d bits, clonable %v", c.Facility, c.Number, c.Bits, c.Clonable)
	}
	if len(faults) != 2 || !errors.Is(faults[0], serialreader.ErrContent) ||
		!errors.Is(faults[1], serialreader.ErrChecksum) {
		t.Errorf("faults %v", faults)
	}
}

func TestContents(t *testing.T) {
	for _, c := range []struct {
		content serialreader.Content
		frame   string
		bits    int
		number  uint64
		code    string
		err     error
	}{
		{serialreader.Hex, "00ab12", 24, 0, "", nil},
		{serialreader.Hex, "0ab", 0, 0, "", serialreader.ErrContent},
		{serialreader.Hex, strings.Repeat("00", 32), 0, 0, "", serialreader.ErrContent},
		{serialreader.Decimal, "0006297110", 64, 6297110, "", nil},
		{serialreader.Decimal, "18446744073709551616", 0, 0, "", serialreader.ErrContent},
		{serialreader.Decimal, "-1", 0, 0, "", serialreader.ErrContent},
		{serialreader.Text, "MS1:pass 通行证", 0, 0, "MS1:pass 通行证", nil},
		{serialreader.Text, "\x1b[2J", 0, 0, "", serialreader.ErrContent},
		{serialreader.Text, "\xff", 0, 0, "", serialreader.ErrContent},
	} {
		e, err := c.content([]byte(c.frame))
		if !errors.Is(err, c.err) || e.Code.Reveal() != c.code {
			t.Errorf("%q: %v, code %q", c.frame, err, e.Code.Reveal())
		}
		if c.bits > 0 && (e.Card == nil || e.Card.Bits != c.bits || e.Card.Number != c.number) {
			t.Errorf("%q: %+v", c.frame, e.Card)
		}
	}
}

func TestCodeDoesNotPrintItself(t *testing.T) {
	got := played(t, serialreader.Scanner("gate"), "MS1:secret\r\n")
	if len(got) != 1 || got[0].Code.Reveal() != "MS1:secret" {
		t.Fatalf("%d events", len(got))
	}
	e := got[0]
	if s := fmt.Sprintf("%v %+v %s %x %#v", e, e, e.Code, e.Code, e.Code); strings.Contains(s, "secret") {
		t.Errorf("printed: %s", s)
	}
}

func TestEndlessFrameIsToldOnce(t *testing.T) {
	got := played(t, serialreader.Scanner("gate"), strings.Repeat("x", 5000)+"\nok\n")
	if len(got) != 2 || !errors.Is(got[0].Fault, serialreader.ErrTooLong) || got[1].Code.Reveal() != "ok" {
		t.Errorf("%d events: %v", len(got), got)
	}
}

// The cards are the same, whatever the pieces in which a stream arrives, and whatever noise there
// is between the frames.
func TestEveryCardOfAStream(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		noise := rapid.StringMatching(`[^\x02]{0,20}`)
		var stream strings.Builder
		numbers := rapid.SliceOfNDistinct(rapid.Uint32(), 0, 8, rapid.ID[uint32]).Draw(rt, "numbers")
		for _, n := range numbers {
			stream.WriteString(noise.Draw(rt, "noise") + em4100(1, n))
		}
		split := serialreader.NewSplitter(serialreader.STXETX)
		var got []uint32
		for _, b := range []byte(stream.String()) {
			frame, err := split.Feed(b)
			if err != nil {
				rt.Fatal(err)
			}
			if frame == nil {
				continue
			}
			e, err := serialreader.EM4100(frame)
			if err != nil {
				rt.Fatal(err)
			}
			got = append(got, uint32(e.Card.Number))
		}
		if fmt.Sprint(got) != fmt.Sprint(numbers) {
			rt.Fatalf("%d cards of %d", len(got), len(numbers))
		}
	})
}

// On a real port: a card that is held is one tap, and an unplugged reader comes back
// on another cable.
func TestUnplugAndReplug(t *testing.T) {
	link := filepath.Join(t.TempDir(), "reader") // as udev's /dev/serial/by-id
	plug := func() *sim.Serial {
		cable, err := sim.NewSerial()
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(link)
		if err := os.Symlink(cable.Name(), link); err != nil {
			t.Fatal(err)
		}
		return cable
	}
	cable := plug()
	r, err := serialreader.New(serialreader.Device(link, 9600), serialreader.RDM6300("front"))
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan hal.ReaderEvent, 64)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func(e hal.ReaderEvent) { events <- e }) }()
	for range 5 {
		io.WriteString(cable, em4100(1, 42))
	}
	if e := <-events; e.Card == nil || e.Card.Number != 42 || e.Reader != "front" {
		t.Fatalf("got %+v", e)
	}
	for haltest.Counted(r, "repeats of one held there") < 4 {
		time.Sleep(time.Millisecond)
	}
	cable.Close()
	if e := <-events; !errors.Is(e.Fault, serial.ErrGone) {
		t.Fatalf("unplugged: %+v", e)
	}
	cable = plug()
	if e := <-events; !e.Recovered {
		t.Fatalf("plugged in: %+v", e)
	}
	io.WriteString(cable, em4100(1, 43))
	if e := <-events; e.Card == nil || e.Card.Number != 43 {
		t.Fatalf("got %+v", e)
	}
	if haltest.Counted(r, "cards and codes") != 6 || haltest.Counted(r, "repeats of one held there") != 4 {
		t.Errorf("counts %+v", r.Counts())
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	cable.Close()
}

func TestUndescribedReaderIsRefused(t *testing.T) {
	if _, err := serialreader.New(nil, serialreader.Config{Name: "front"}); err == nil {
		t.Error("no framing, no content, no error")
	}
}

// Any stream: no panic, and a card only where its checksum holds.
func FuzzStream(f *testing.F) {
	f.Add("\x020A006016166A\x03")
	f.Add("\x02\x02\x03\x03\x020A0060161\x02")
	f.Fuzz(func(t *testing.T, stream string) {
		for _, c := range []serialreader.Config{
			serialreader.RDM6300("r"), serialreader.Scanner("s"),
			{Framing: serialreader.Lines, Content: serialreader.Hex},
			{Framing: serialreader.Lines, Content: serialreader.Decimal},
		} {
			split := serialreader.NewSplitter(c.Framing)
			for _, b := range []byte(stream) {
				frame, err := split.Feed(b)
				if frame == nil || err != nil {
					continue
				}
				e, err := c.Content(frame)
				if err != nil {
					continue
				}
				if (e.Card == nil) == (e.Code == "") {
					t.Fatalf("neither card nor code, or both")
				}
				if e.Card != nil && (e.Card.Bits != 8*len(e.Card.Raw) || e.Card.Bits > 255) {
					t.Fatalf("%d bits in %d bytes", e.Card.Bits, len(e.Card.Raw))
				}
			}
		}
	})
}
