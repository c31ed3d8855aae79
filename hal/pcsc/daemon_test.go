package pcsc_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"menshen/hal/pcsc"
)

// daemon plays pcscd, by offsets in the messages of its header winscard_msg.h: what the package
// under test calls them is not used here.
type daemon struct {
	minor  uint32 // of its version
	mute   bool   // it takes requests and answers none
	polkit bool   // it hangs up on everybody
	down   bool   // nobody listens

	mu      sync.Mutex
	readers []*device
	lines   []net.Conn
	dialled int
}

// device is one of its readers.
type device struct {
	name     string
	events   uint32
	atr      []byte // nil: no card
	exchange app
	connect  uint32 // result of SCardConnect
}

// app answers commands: of a card, or of the reader for it. The result is pcscd's.
type app func(apdu []byte) (answer []byte, result uint32)

// smartATR is that of an NTAG 424 DNA, classicATR of a MIFARE Classic, as readers make them up.
var (
	smartATR   = []byte{0x3b, 0x81, 0x80, 0x01, 0x80, 0x80}
	classicATR = []byte{0x3b, 0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0, 0, 3, 6, 3, 0, 1, 0, 0, 0, 0, 0x6a}
)

// lay puts a card on a reader; a nil ATR takes it away.
func (d *daemon) lay(v *device, atr []byte, exchange app) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v.atr, v.exchange = atr, exchange
	v.events++
}

// plug says which readers there are.
func (d *daemon) plug(all ...*device) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readers = all
}

// kill ends it, with all its lines.
func (d *daemon) kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = true
	for _, l := range d.lines {
		l.Close()
	}
}

func (d *daemon) source() (pcsc.Socket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dialled++
	if d.down {
		return nil, &os.PathError{Op: "dial", Path: pcsc.Path, Err: syscall.ENOENT}
	}
	near, far := net.Pipe()
	d.lines = append(d.lines, far)
	go d.serve(far)
	return near, nil
}

func (d *daemon) serve(line net.Conn) {
	defer line.Close()
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(line, head); err != nil {
			return
		}
		body := make([]byte, order.Uint32(head))
		if _, err := io.ReadFull(line, body); err != nil {
			return
		}
		if command := order.Uint32(head[4:]); command == 0x09 {
			apdu := make([]byte, order.Uint32(body[12:]))
			if _, err := io.ReadFull(line, apdu); err != nil {
				return
			}
			body = append(body, apdu...)
		}
		d.mu.Lock()
		polkit, mute := d.polkit, d.mute
		d.mu.Unlock()
		if polkit {
			return
		}
		answer := d.answer(order.Uint32(head[4:]), body)
		if mute {
			continue
		}
		if _, err := line.Write(answer); err != nil {
			return
		}
	}
}

var order = binary.NativeEndian

func (d *daemon) answer(command uint32, body []byte) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := body[max(0, len(body)-4):] // the result
	switch command {
	case 0x11: // version
		if order.Uint32(body[4:]) != d.minor {
			order.PutUint32(last, 0x8010001e)
		}
		order.PutUint32(body[4:], d.minor)
	case 0x01: // establish
		order.PutUint32(body[4:], 77)
	case 0x12: // readers
		body = make([]byte, 16*184)
		for i, v := range d.readers {
			s := body[184*i : 184*i+184]
			copy(s, v.name)
			order.PutUint32(s[128:], v.events)
			order.PutUint32(s[132:], 2)
			if v.atr != nil {
				order.PutUint32(s[132:], 0x34)
				order.PutUint32(s[176:], uint32(copy(s[140:], v.atr)))
			}
		}
	case 0x04: // connect
		name, _, _ := bytes.Cut(body[4:132], []byte{0})
		i := slices.IndexFunc(d.readers, func(v *device) bool { return v.name == string(name) })
		if order.Uint32(body) != 77 || order.Uint32(body[132:]) != 1 {
			order.PutUint32(last, 0x80100004) // not our context, or not held alone
			break
		}
		switch {
		case i < 0:
			order.PutUint32(last, 0x80100009)
		case d.readers[i].atr == nil:
			order.PutUint32(last, 0x8010000c)
		default:
			order.PutUint32(body[140:], uint32(i+1))
			order.PutUint32(body[144:], 2)
			order.PutUint32(last, d.readers[i].connect)
		}
	case 0x09: // transmit
		head, apdu := body[:32], body[32:]
		v := d.readers[order.Uint32(head)-1]
		answer, result := []byte(nil), uint32(0x80100069)
		if v.atr != nil {
			exchange := v.exchange
			d.mu.Unlock()
			answer, result = exchange(apdu)
			d.mu.Lock()
		}
		order.PutUint32(head[24:], uint32(len(answer)))
		order.PutUint32(head[28:], result)
		body = head
		if result == 0 {
			body = append(head, answer...)
		}
	case 0x06: // disconnect
	default:
		panic(errors.New("no such command"))
	}
	return body
}

// numbered is a card that has a number and does nothing else.
func numbered(uid ...byte) app {
	return func(apdu []byte) ([]byte, uint32) {
		if bytes.Equal(apdu, []byte{0xff, 0xca, 0, 0, 0}) {
			return append(slices.Clone(uid), 0x90, 0x00), 0
		}
		return []byte{0x6d, 0x00}, 0
	}
}

// says is one that says the same to everything.
func says(result uint32, answer ...byte) app {
	return func([]byte) ([]byte, uint32) { return answer, result }
}

// late is a card that takes so long for each answer.
func late(by time.Duration, exchange app) app {
	return func(apdu []byte) ([]byte, uint32) {
		time.Sleep(by)
		return exchange(apdu)
	}
}
