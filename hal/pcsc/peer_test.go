package pcsc_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/isodep"
	"menshen/hal/pcsc"
)

// pcscd is Debian's own, with a virtual reader (vsmartcard-vpcd) that has a port of this machine
// for a card. It runs beside one of the system, in a mount namespace of its own.
type pcscd struct {
	t    *testing.T
	conf string
	port int
	cmd  *exec.Cmd
	pid  atomic.Int64 // its, for whoever dials
}

var all = flag.Bool("all", false, "measure as well")

const virtualReader = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"

// startPCSCD skips the test where that cannot be had.
func startPCSCD(t *testing.T) *pcscd {
	t.Helper()
	if _, err := exec.LookPath("pcscd"); err != nil {
		t.Skip("pcscd is not installed (apt-get install pcscd vsmartcard-vpcd)")
	}
	if _, err := os.Stat(virtualReader); err != nil {
		t.Skip("no virtual reader (apt-get install vsmartcard-vpcd)")
	}
	if out, err := exec.Command("unshare", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("no mount namespace: %s", out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &pcscd{t: t, conf: filepath.Join(t.TempDir(), "reader.conf"), port: l.Addr().(*net.TCPAddr).Port}
	l.Close()
	p.config("Virtual PCD")
	p.start()
	t.Cleanup(p.kill)
	return p
}

// config writes what the reader is called.
func (p *pcscd) config(name string) {
	text := fmt.Sprintf("FRIENDLYNAME %q\nDEVICENAME /dev/null:0x%x\nLIBPATH %s\nCHANNELID 0x%x\n",
		name, p.port, virtualReader, p.port)
	if err := os.WriteFile(p.conf, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pcscd) start() {
	p.t.Helper()
	p.cmd = exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-c",
		`mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd && exec pcscd --foreground --config "$1"`, "sh", p.conf)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, _ := p.cmd.StderrPipe()
	p.cmd.Stdout = p.cmd.Stderr
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.pid.Store(int64(p.cmd.Process.Pid))
	go func() { // what it says, should a test fail
		for s := bufio.NewScanner(out); s.Scan(); {
			if testing.Verbose() {
				fmt.Fprintln(os.Stderr, "pcscd:", s.Text())
			}
		}
	}()
	for range 6000 {
		if s, err := p.source(); err == nil {
			s.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatal("pcscd did not start")
}

func (p *pcscd) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// source reaches into the namespace.
func (p *pcscd) source() (pcsc.Socket, error) {
	return pcsc.At(fmt.Sprintf("/proc/%d/root%s", p.pid.Load(), pcsc.Path))
}

// cleared waits until pcscd has seen that the card has gone, and the reader under test has had time
// to. pcscd looks every 400 ms.
func (p *pcscd) cleared() {
	p.t.Helper()
	s, err := p.source()
	if err != nil {
		p.t.Fatal(err)
	}
	defer s.Close()
	_ = s.SetDeadline(time.Now().Add(10 * time.Second))
	for state, empty := make([]byte, 16*184), 0; empty < 15; time.Sleep(20 * time.Millisecond) {
		if _, err := s.Write([]byte{7: 0, 4: 0x12}); err != nil { // CMD_GET_READERS_STATE, without a body
			p.t.Fatal(err)
		}
		if _, err := io.ReadFull(s, state); err != nil {
			p.t.Fatal(err)
		}
		if empty++; binary.NativeEndian.Uint32(state[132:])&4 != 0 { // the first reader's state: a card is there
			empty = 0
		}
	}
}

// held is a card that lies on the virtual reader: the peer of vpcd's protocol, two bytes of length
// before each message.
type held struct {
	conn net.Conn
	done chan bool // closed when it answers no more
}

// hold puts a card on the reader. exchange answers its commands, and those to the reader, which
// vpcd passes on.
func (p *pcscd) hold(atr []byte, exchange func(apdu []byte) []byte) *held {
	p.t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
	if err != nil {
		p.t.Fatal(err)
	}
	h := &held{conn, make(chan bool)}
	go func() {
		defer close(h.done)
		for {
			hurry(conn)
			var n uint16
			if err := binary.Read(conn, binary.BigEndian, &n); err != nil {
				return
			}
			in := make([]byte, n)
			hurry(conn)
			if _, err := io.ReadFull(conn, in); err != nil {
				return
			}
			var out []byte
			switch {
			case n == 1 && in[0] == 4:
				out = atr
			case n == 1: // power, reset
				continue
			default:
				if out = exchange(in); out == nil {
					continue
				}
			}
			if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...)); err != nil {
				return
			}
		}
	}()
	return h
}

// hurry has the kernel acknowledge at once what comes: vpcd sends each message in two pieces, the
// second when the first has arrived.
func hurry(conn net.Conn) {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
		})
	}
}

func (h *held) lift() {
	h.conn.Close()
	<-h.done
}

// on is an emulated card as an NTAG 424 DNA answers to reset through a reader, and its number as
// the reader gives it.
func on(card *aescardtest.Card) (atr []byte, exchange func([]byte) []byte) {
	return []byte{0x3b, 0x81, 0x80, 0x01, 0x80, 0x80}, func(apdu []byte) []byte {
		if bytes.Equal(apdu, []byte{0xff, 0xca, 0, 0, 0}) {
			return slices.Concat(card.UID, []byte{0x90, 0x00})
		}
		answer, took := card.Command(apdu)
		time.Sleep(took)
		return answer
	}
}

// run lets a reader run until the test ends.
func run(t *testing.T, r *pcsc.Reader) (next func() hal.ReaderEvent) {
	t.Helper()
	events := make(chan hal.ReaderEvent, 16)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func(e hal.ReaderEvent) { events <- e }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
	return func() hal.ReaderEvent {
		t.Helper()
		select {
		case e := <-events:
			return e
		case <-time.After(15 * time.Second):
			t.Fatal("nothing came")
		}
		panic("unreachable")
	}
}

// taps are the reader and its cards on one pcscd.
type taps struct {
	t    *testing.T
	p    *pcscd
	next func() hal.ReaderEvent
}

// show holds a card to the reader until something comes of it.
func (s taps) show(card *aescardtest.Card) hal.ReaderEvent {
	s.t.Helper()
	h := s.p.hold(on(card))
	defer s.p.cleared()
	defer h.lift()
	return s.next()
}

// aesSite is how a site uses its cards.
var aesSite, _ = aescard.NewSite(aescard.Key{15: 1})

// TestPeer is a day of a reader at Debian's pcscd.
func TestPeer(t *testing.T) {
	p := startPCSCD(t)
	if err := pcsc.Look(p.source, "virtual"); !errors.Is(err, pcsc.ErrSeveral) ||
		!strings.Contains(err.Error(), `"Virtual PCD 00 01"`) {
		t.Fatalf("of two slots: %v", err)
	}
	r := pcsc.New(p.source, pcsc.Config{Name: "office", Match: "pcd 00 00", AES: aesSite, Away: 10 * time.Millisecond})
	s := taps{t, p, run(t, r)}
	card := aescardtest.NTAG(0)

	if e := s.show(card); !errors.Is(e.Fault, aescard.ErrFresh) || !e.Frame {
		t.Errorf("a new card: %+v", e)
	}
	r.Issue(time.Now().Add(time.Hour))
	first := s.show(card)
	if first.Card == nil || !first.Card.Proved || first.Card.Layout != "aes" {
		t.Fatalf("issued: %+v", first)
	}
	r.Issue(time.Time{})
	opens := func(when string) {
		t.Helper()
		e := s.show(card)
		if errors.Is(e.Fault, isodep.ErrLost) { // of the one before, which was pulled
			e = s.next()
		}
		if e.Card == nil || !bytes.Equal(e.Card.Raw, first.Card.Raw) {
			t.Errorf("%s: %+v", when, e)
		}
	}

	// Taken away in the middle of a command, and held again.
	atr, exchange := on(card)
	away, n := make(chan bool), 0
	pulled := p.hold(atr, func(apdu []byte) []byte {
		if n++; n == 4 {
			close(away)
		}
		if n >= 4 {
			return nil
		}
		return exchange(apdu)
	})
	<-away
	pulled.lift()
	p.cleared()
	opens("after it was pulled")

	clone := aescardtest.NTAG(0)
	clone.Versions, clone.Files = card.Versions, card.Files
	if e := s.show(clone); !errors.Is(e.Fault, aescard.ErrKey) || !e.Frame {
		t.Errorf("a clone: %+v", e)
	}
	forger := *card
	forger.Cheat = func(apdu, answer []byte) []byte {
		if apdu[1] == 0xad {
			answer[0] ^= 1
		}
		return answer
	}
	if e := s.show(&forger); !errors.Is(e.Fault, aescard.ErrForged) || !e.Frame {
		t.Errorf("a forger: %+v", e)
	}

	// A card that does not answer costs a tap, and the next one opens.
	sleeper := *card
	sleeper.Takes = 2 * time.Second
	if e := s.show(&sleeper); !errors.Is(e.Fault, aescard.ErrSlow) || !e.Frame {
		t.Errorf("a card that sleeps: %+v", e)
	}
	opens("after a card that sleeps")

	p.kill()
	if e := s.next(); e.Fault == nil || e.Frame {
		t.Errorf("pcscd killed: %+v", e)
	}
	p.start()
	if e := s.next(); !e.Recovered {
		t.Errorf("pcscd back: %+v", e)
	}
	opens("after pcscd came back")

	p.kill() // vpcd's reader cannot be pulled out of a pcscd that runs
	if e := s.next(); e.Fault == nil || e.Frame {
		t.Errorf("killed again: %+v", e)
	}
	p.config("Another")
	p.start()
	time.Sleep(time.Second) // and is not taken for it
	p.kill()
	p.config("Virtual PCD")
	p.start()
	if e := s.next(); !e.Recovered {
		t.Errorf("back with the reader: %+v", e)
	}
	opens("after its reader came back")

	r.Retire(time.Now().Add(time.Hour))
	opens("retired")
	if card.Keys != [5][16]byte{} {
		t.Error("the card has keys after it was retired")
	}
}

// TestPeerTapTime: from the card on the reader to its number, at Debian's pcscd: its two looks a
// second, ours, and the commands. What a USB reader takes of its own is not in it.
func TestPeerTapTime(t *testing.T) {
	if !*all {
		t.Skip("-all measures it, in a minute")
	}
	p := startPCSCD(t)
	card := aescardtest.NTAG(0)
	if _, err := aesSite.Issue(card, card.UID); err != nil {
		t.Fatal(err)
	}
	r := pcsc.New(p.source, pcsc.Config{Name: "office", Match: "00 00", AES: aesSite, Away: time.Millisecond})
	next := run(t, r)
	var whole, said []time.Duration
	for range 30 {
		atr, exchange := on(card)
		var first time.Time
		begun := time.Now()
		h := p.hold(atr, func(apdu []byte) []byte {
			if first.IsZero() {
				first = time.Now()
			}
			return exchange(apdu)
		})
		if e := next(); e.Card == nil {
			t.Fatalf("%+v", e)
		}
		whole, said = append(whole, time.Since(begun)), append(said, time.Since(first))
		h.lift()
		p.cleared()
		time.Sleep(time.Duration(len(whole)*37%400) * time.Millisecond) // at another moment of its looks
	}
	slices.Sort(whole)
	slices.Sort(said)
	t.Logf("30 taps: card to number %v (median), %v (most); of it commands %v, %v",
		whole[15], whole[29], said[15], said[29])
	if said[15] > 100*time.Millisecond {
		t.Error("the commands take too long")
	}
}
