package display

import (
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"time"

	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine"

	"golang.org/x/sys/unix"
)

// protocol is what the display's messages look like (package child).
var protocol = child.Protocol{Magic: "Md", Version: 1, Limits: limits}

const (
	kindConfig  = child.Config  // parent → child: Config, JSON
	kindTell    = child.Kind(2) // parent → child: order
	kindReady   = child.Ready   // child → parent: ready, JSON; it is confined
	kindBeat    = child.Kind(4) // child → parent: beat, JSON; a sign of life, and that an order is shown
	kindFailure = child.Failure // child → parent: why it gives up, text
)

// limits of payloads, in bytes. A notice has about 10 KiB in a language.
var limits = map[child.Kind]int{kindConfig: 256 << 10, kindTell: orderSize, kindReady: 4 << 10, kindBeat: 4 << 10,
	kindFailure: 4 << 10}

// mostMessages is how many a child may send in a second: two beats, and one for each order.
const mostMessages = 100

// ready is what a child says once it is confined.
type ready struct {
	Font     string // why Chinese cannot be written; empty: it can
	Confined confine.Report
}

// beat is a child's sign of life, sent by the loop that draws, so that a hang there is noticed.
type beat struct {
	Screen        string // what is drawn on; empty: nothing is open
	Problem       string // why not
	Width, Height int
	Frames        int           // drawn since the child began
	Number        uint64        // of the last order shown
	Took          time.Duration // from when it was told until the screen had it
}

// beatEvery is the pause between two beats.
const beatEvery = 500 * time.Millisecond

// order is a scene with what else its picture depends on.
type order struct {
	scene  scene.Scene
	clock  int  // minutes after midnight; noClock: the time is not known
	night  bool // dark
	number uint64
	at     time.Duration // when it was told, by the kernel's clock that never jumps
}

const (
	orderSize = 40
	noClock   = 24 * 60

	flagWithdraw, flagHushed, flagUnhurried, flagNight = 1, 2, 4, 8
)

// bytes are those of the order on the wire, little-endian: kind, next, act, advice, flags and ways,
// each one byte; done and wanted, 2 each; within, 4, in milliseconds; the clock, 2; number and
// time, 8 each; the language, 8, filled up with zeros.
func (o order) bytes() []byte {
	s := o.scene
	b := make([]byte, 0, orderSize)
	b = append(b, byte(s.Kind), byte(s.Next), byte(s.Act), byte(s.Advice), 0, byte(s.Ways))
	for _, f := range []struct {
		is   bool
		flag byte
	}{{s.MayWithdraw, flagWithdraw}, {s.Hushed, flagHushed}, {s.Unhurried, flagUnhurried}, {o.night, flagNight}} {
		if f.is {
			b[4] |= f.flag
		}
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(min(max(s.Done, 0), most16)))
	b = binary.LittleEndian.AppendUint16(b, uint16(min(max(s.Wanted, 0), most16)))
	b = binary.LittleEndian.AppendUint32(b, uint32(min(max(s.Within, 0), longest).Milliseconds()))
	b = binary.LittleEndian.AppendUint16(b, uint16(o.clock))
	b = binary.LittleEndian.AppendUint64(b, o.number)
	b = binary.LittleEndian.AppendUint64(b, uint64(o.at))
	b = append(b, s.Lang[:min(len(s.Lang), orderSize-len(b))]...)
	return b[:orderSize]
}

const (
	most16  = 1<<16 - 1
	longest = 24 * time.Hour
)

var langs = regexp.MustCompile(`^([a-z]{2}[a-z-]{0,6})?\x00*$`)

// parseOrder reads an order and refuses one that no parent could have given.
func parseOrder(b []byte) (o order, err error) {
	bad := func(what string) (order, error) {
		return order{}, fmt.Errorf("%w: a scene with an impossible %s", child.ErrProtocol, what)
	}
	if len(b) != orderSize {
		return bad("length")
	}
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	flags := b[4]
	lang := string(b[32:])
	o = order{
		scene: scene.Scene{
			Kind: scene.Kind(b[0]), Next: scene.Next(b[1]), Act: scene.Act(b[2]), Advice: scene.Advice(b[3]),
			Ways: scene.Ways(b[5]), Done: u16(6), Wanted: u16(8), Lang: strings.TrimRight(lang, "\x00"),
			Within:      time.Duration(binary.LittleEndian.Uint32(b[10:])) * time.Millisecond,
			MayWithdraw: flags&flagWithdraw > 0, Hushed: flags&flagHushed > 0, Unhurried: flags&flagUnhurried > 0,
		},
		clock: u16(14), night: flags&flagNight > 0,
		number: binary.LittleEndian.Uint64(b[16:]), at: time.Duration(binary.LittleEndian.Uint64(b[24:])),
	}
	s := o.scene
	switch {
	case !s.Kind.Valid() || !s.Next.Valid() || s.Act > scene.TurnRight || !s.Advice.Valid():
		return bad("state")
	case flags > flagWithdraw|flagHushed|flagUnhurried|flagNight:
		return bad("flag")
	case s.Ways > 2*scene.CardFirst-1:
		return bad("way")
	case s.Within > longest || o.at < 0 || o.clock > noClock:
		return bad("time")
	case !langs.MatchString(lang):
		return bad("language")
	}
	return o, nil
}

// words is the clock as it is shown.
func (o order) words() string {
	if o.clock >= noClock {
		return ""
	}
	return fmt.Sprintf("%d:%02d", o.clock/60, o.clock%60)
}

// steady is the kernel's clock that never jumps; parent and child have the same.
func steady() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
