package osdp_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/sim"
)

// TestPeer plays against a reader that nobody here wrote: a program in MENSHEN_OSDP_PEER, such as
// one of a few lines around libosdp. It is called with a serial device, an address and its key in
// hex, or "-" as new from the factory. For each t of its input it reads the card 01020340 of 26
// bits, for each k the key 7; it writes a line for each command: "keyset HEX", "led COLOUR",
// "buzzer TONE", "comset ADDRESS BAUD", and "closed BYTES HASH" when it has a file, with its FNV-1a
// of 32 bits in hex. It has two inputs, of which an i turns the second one over, and two outputs,
// for which it writes "output NUMBER CONTROL".
func TestPeer(t *testing.T) {
	program := os.Getenv("MENSHEN_OSDP_PEER")
	if program == "" {
		t.Skip("MENSHEN_OSDP_PEER names no reader to play against")
	}
	ring := newRing(t, filepath.Join(t.TempDir(), "osdp.json"), "outside")

	p := newPeer(t, program, ring, "-")
	if e := p.next(t); !errors.Is(e.Fault, osdp.ErrNoKey) {
		t.Fatalf("%+v", e)
	}
	if err := p.line.Readers()[0].Install(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	key := p.says(t, "keyset ")
	if e := p.next(t); !e.Recovered {
		t.Fatalf("%+v", e)
	}
	if keys, err := ring.Keys("outside"); err != nil || len(keys) != 1 || hex.EncodeToString(keys[0][:]) != key {
		t.Errorf("the peer has another key: %d keys, %v", len(keys), err)
	}
	p.use(t)
	p.end()

	p = newPeer(t, program, ring, key) // both begin again
	p.use(t)
	p.contacts(t)
	p.move(t)
	p.file(t)
	p.end()

	p = newPeer(t, program, ring, strings.Repeat("5a", osdp.KeySize)) // another reader
	if e := p.next(t); !errors.Is(e.Fault, osdp.ErrOtherKey) && !errors.Is(e.Fault, osdp.ErrNoChannel) {
		t.Errorf("%+v", e)
	}
	p.end()
}

type peer struct {
	line  *osdp.Line
	got   chan hal.ReaderEvent
	input io.WriteCloser
	lines chan string
	end   func()
}

func newPeer(t *testing.T, program string, ring *osdp.Ring, key string) *peer {
	t.Helper()
	a, err := sim.NewSerial()
	if err != nil {
		t.Fatal(err)
	}
	b, err := sim.NewSerial()
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(a, b)
	go io.Copy(b, a)
	cmd := exec.Command(program, b.Name(), "5", key)
	p := &peer{got: make(chan hal.ReaderEvent, 10000), lines: make(chan string, 10000)}
	cmd.Stderr = os.Stderr
	p.input, _ = cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	p.line, err = osdp.NewLine(osdp.Port(a.Name(), false), 115200, ring, osdp.Config{Name: "outside", Address: 5})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		p.line.Readers()[0].Run(ctx, func(e hal.ReaderEvent) { p.got <- e })
	}()
	p.end = func() {
		cancel()
		<-ran
		p.input.Close()
		<-read
		cmd.Wait()
		a.Close()
		b.Close()
	}
	return p
}

// use taps and presses, and looks what the reader was told to show.
func (p *peer) use(t *testing.T) {
	t.Helper()
	p.line.Readers()[0].Signals()["green"].Set(true)
	for p.says(t, "led ") != fmt.Sprint(int(osdp.Green)) {
	}
	var took []time.Duration
	for range 100 {
		begun := time.Now()
		io.WriteString(p.input, "t")
		if e := p.next(t); e.Card == nil || e.Card.Bits != 26 || hex.EncodeToString(e.Card.Raw) != "01020340" {
			t.Fatalf("%+v", e)
		}
		took = append(took, time.Since(begun))
	}
	io.WriteString(p.input, "k")
	if e := p.next(t); e.Button != '7' {
		t.Fatalf("%+v", e)
	}
	var sum, most time.Duration
	for _, d := range took {
		sum, most = sum+d, max(most, d)
	}
	t.Logf("%d taps, each %v after it, at most %v; %v", len(took), (sum / 100).Round(time.Millisecond),
		most.Round(time.Millisecond), p.line.Readers()[0].Counts())
}

// contacts switches an output of the peer and reads its inputs.
func (p *peer) contacts(t *testing.T) {
	t.Helper()
	r := p.line.Readers()[0]
	is := func(in, out string) {
		t.Helper()
		await(t, func() bool {
			l := r.Link()
			return slices.Equal(l.Inputs, []string{"off", in}) && slices.Equal(l.Outputs, []string{"off", out})
		})
	}
	is("off", "off")
	r.Output(1).Set(true)
	if got, want := p.says(t, "output "), fmt.Sprint("1 ", osdp.OutOn); got != want {
		t.Errorf("output %s, want %s", got, want)
	}
	is("off", "on")
	io.WriteString(p.input, "i")
	is("on", "on")
	if active, err := r.Input(1).Active(); !active || err != nil {
		t.Errorf("its input: %v, %v", active, err)
	}
	io.WriteString(p.input, "i")
	is("off", "on")
}

// move gives the peer another address, and the old one again.
func (p *peer) move(t *testing.T) {
	t.Helper()
	for _, to := range []byte{9, 5} {
		begun := time.Now()
		if err := p.line.Readers()[0].SetAddress(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		if got, want := p.says(t, "comset "), fmt.Sprintf("%d 115200", to); got != want {
			t.Errorf("the peer goes to %s, not to %s", got, want)
		}
		t.Logf("at address %d after %v", to, time.Since(begun).Round(time.Millisecond))
	}
}

// file sends the peer one that is broken off and one whole, with taps meanwhile.
func (p *peer) file(t *testing.T) {
	t.Helper()
	r, data := p.line.Readers()[0], firmware(100_000)
	ended := func() hal.FileProgress {
		await(t, func() bool { return r.File().Ended })
		return r.File()
	}
	if err := r.SendFile(hal.File{Data: data}); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return r.File().Sent > 1000 })
	r.EndFile()
	if f := ended(); !errors.Is(f.Err, osdp.ErrFileStopped) {
		t.Errorf("%+v", f)
	}
	p.says(t, "closed ")
	begun := time.Now()
	if err := r.SendFile(hal.File{Data: data}); err != nil {
		t.Fatal(err)
	}
	var sum, most time.Duration
	taps := 0
	for ; !r.File().Ended; taps++ {
		tapped := time.Now()
		io.WriteString(p.input, "t")
		if e := p.next(t); e.Card == nil {
			t.Fatalf("%+v", e)
		}
		sum, most = sum+time.Since(tapped), max(most, time.Since(tapped))
	}
	took := time.Since(begun)
	hash := fnv.New32a()
	hash.Write(data)
	if got, want := p.says(t, "closed "), fmt.Sprintf("%d %08x", len(data), hash.Sum32()); got != want {
		t.Errorf("the peer has %s, not %s", got, want)
	}
	if f := ended(); f.Err != nil || f.Alone {
		t.Errorf("%+v", f)
	}
	t.Logf("%d bytes in %v; %d taps meanwhile, each %v after it, at most %v", len(data), took.Round(time.Millisecond),
		taps, (sum / time.Duration(taps)).Round(time.Millisecond), most.Round(time.Millisecond))
}

func (p *peer) next(t *testing.T) hal.ReaderEvent {
	t.Helper()
	select {
	case e := <-p.got:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came from the peer")
		return hal.ReaderEvent{}
	}
}

// says waits for a line of the peer and gives its rest.
func (p *peer) says(t *testing.T, begin string) string {
	t.Helper()
	for {
		select {
		case line := <-p.lines:
			if rest, ok := strings.CutPrefix(line, begin); ok {
				return rest
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("the peer did not say %q", begin)
		}
	}
}
