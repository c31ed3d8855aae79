package eye

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"time"

	"menshen/internal/child"
	"menshen/recognizer"
)

// stamp precedes what a child says that it saw: an observation, a picture, a code. It binds that
// to one order, and the parent's own clock dates it. So a child that was taken over can lie about
// the present only.
type stamp struct {
	Seq   uint64        // rises from message to message of one child
	Order uint64        // the number of the order under which the frame was taken
	Age   time.Duration // since the frame was captured
}

const (
	stampSize = 24
	oldest    = 2 * time.Second // what was captured longer ago says nothing of the present
)

func (s stamp) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, s.Seq)
	b = binary.LittleEndian.AppendUint64(b, s.Order)
	return binary.LittleEndian.AppendUint64(b, uint64(s.Age))
}

// parseStamp takes the stamp off a payload.
func parseStamp(b []byte) (stamp, []byte, error) {
	if len(b) < stampSize {
		return stamp{}, nil, fmt.Errorf("%w: %d bytes, too short for a stamp", ErrProtocol, len(b))
	}
	at := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
	s := stamp{at(0), at(8), time.Duration(at(16))}
	if s.Age < 0 {
		return stamp{}, nil, fmt.Errorf("%w: a frame of the future", ErrProtocol)
	}
	return s, b[stampSize:], nil
}

// drawNumber gives a new order its number. No child can know it before it has the order.
func drawNumber() uint64 {
	var b [8]byte
	crand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}

// saw takes what a child says that it saw. A number that does not rise ends the child. What is of
// another order than the one in force, or too old, is overwritten and dropped: it may have been
// under way from an honest child.
func (e *Eye) saw(k child.Kind, payload []byte) error {
	s, said, err := parseStamp(payload)
	if err != nil {
		return err
	}
	if s.Seq <= e.seq {
		return fmt.Errorf("%w: number %d after %d: said again, or out of order", ErrProtocol, s.Seq, e.seq)
	}
	e.seq = s.Seq
	received := time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	at, current := received.Add(-min(s.Age, oldest)), s.Order == e.order && s.Age < oldest
	switch k {
	case kindObservation:
		o, err := parseObservation(said)
		if err != nil {
			return err
		}
		if o.Seq, o.At = s.Seq, at; !current {
			o.Wipe()
			return nil
		}
		put(e.observations, o, (*recognizer.Observation).Wipe)
	case kindPicture:
		p, err := parsePicture(said)
		if err != nil {
			return err
		}
		if p.At = at; !current {
			p.Wipe()
			return nil
		}
		e.keep(p)
	case kindCode:
		text, err := parseCode(said, e.cfg.Codes)
		if err != nil {
			return err
		}
		if current {
			put(e.codes, Code{at, text}, func(*Code) {})
		}
	}
	return nil
}

// keep offers a picture in a mode that shows them, and overwrites it otherwise. The
// caller holds mu.
func (e *Eye) keep(p Picture) {
	if e.status.Mode.shows() {
		put(e.pictures, p, (*Picture).Wipe)
	} else {
		p.Wipe()
	}
}

// forgetWaiting overwrites what was seen under a former order and is not fetched yet. The
// caller holds mu.
func (e *Eye) forgetWaiting() {
	discard(e.observations, (*recognizer.Observation).Wipe)
	discard(e.pictures, (*Picture).Wipe)
	discard(e.codes, func(*Code) {})
}
