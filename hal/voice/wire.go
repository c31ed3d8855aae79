package voice

import (
	"encoding/binary"
	"fmt"
	"regexp"
	"time"

	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine"

	"golang.org/x/sys/unix"
)

// protocol is what the voice's messages look like (package child).
var protocol = child.Protocol{Magic: "Mv", Version: 2, Limits: limits}

const (
	kindConfig  = child.Config  // parent → child: Config
	kindTell    = child.Kind(2) // parent → child: order
	kindReady   = child.Ready   // child → parent: ready, JSON; the card is open
	kindBeat    = child.Kind(4) // child → parent: beat, JSON; a sign of life
	kindFailure = child.Failure // child → parent: why it gives up, text
)

// limits of payloads, in bytes.
var limits = map[child.Kind]int{kindConfig: 16 << 10, kindTell: orderSize, kindReady: 4 << 10, kindBeat: 4 << 10,
	kindFailure: 4 << 10}

// mostMessages is how many a child may send in a second; it sends two.
const mostMessages = 20

// ready is what a child says once it is confined and its card is open.
type ready struct {
	Card     string // with how it plays
	Mixer    turned
	Confined confine.Report
}

// turned is what was done to the card's switches and volumes.
type turned struct {
	Controls int    // that were changed
	Problem  string // the first that could not be set; empty: each could
}

// beat is a child's sign of life, sent by the loop that plays, so that a hang there is noticed.
type beat struct {
	Said      int           // scenes, since the child began
	Took      time.Duration // from the last scene that was said to its first sound at the card
	Talking   bool
	Underruns int    // times that the card had nothing to play in the midst of words
	Problem   string // the last recording that could not be used; empty: each could
}

// beatEvery is the pause between two beats.
const beatEvery = 500 * time.Millisecond

// order is a scene as far as it is said, with the volume.
type order struct {
	scene  scene.Scene   // Kind, Lang, Next, Act, Advice, MayWithdraw and Unhurried of it
	volume int           // 1 to 100
	at     time.Duration // when it was told, by the kernel's clock that never jumps
}

const (
	orderSize = 22
	langSize  = 8

	flagWithdraw, flagUnhurried = 1, 2
)

// bytes are those of the order on the wire: kind, next, act, advice, flags, volume, each one byte;
// the time, 8, little-endian; the language, 8, filled up with zeros.
func (o order) bytes() []byte {
	s := o.scene
	b := make([]byte, orderSize)
	copy(b, []byte{byte(s.Kind), byte(s.Next), byte(s.Act), byte(s.Advice), 0, byte(o.volume)})
	if s.MayWithdraw {
		b[4] |= flagWithdraw
	}
	if s.Unhurried {
		b[4] |= flagUnhurried
	}
	binary.LittleEndian.PutUint64(b[6:], uint64(o.at))
	copy(b[6+8:], s.Lang)
	return b
}

var langs = regexp.MustCompile(`^([a-z]{2}[a-z-]{0,6})?\x00*$`)

// parseOrder reads an order and refuses one that no parent could have given.
func parseOrder(b []byte) (o order, err error) {
	bad := func(what string) (order, error) {
		return order{}, fmt.Errorf("%w: a scene with an impossible %s", child.ErrProtocol, what)
	}
	if len(b) != orderSize {
		return bad("length")
	}
	lang := string(b[orderSize-langSize:])
	s := scene.Scene{Kind: scene.Kind(b[0]), Next: scene.Next(b[1]), Act: scene.Act(b[2]), Advice: scene.Advice(b[3]),
		MayWithdraw: b[4]&flagWithdraw > 0, Unhurried: b[4]&flagUnhurried > 0}
	o = order{s, int(b[5]), time.Duration(binary.LittleEndian.Uint64(b[6:]))}
	switch {
	case !s.Kind.Valid() || !s.Next.Valid() || s.Act > scene.TurnRight || !s.Advice.Valid():
		return bad("state")
	case b[4] > flagWithdraw|flagUnhurried:
		return bad("flag")
	case o.volume < 1 || o.volume > 100:
		return bad("volume")
	case o.at < 0:
		return bad("time")
	case !langs.MatchString(lang):
		return bad("language")
	}
	for n := len(lang); n > 0 && o.scene.Lang == ""; n-- {
		if lang[n-1] != 0 {
			o.scene.Lang = lang[:n]
		}
	}
	return o, nil
}

// words gives what an order says, in its own language or the site's.
func (o order) words(site string) words {
	w := words{lang: o.scene.Lang, slowly: o.scene.Unhurried, volume: o.volume, rank: rankOf(o.scene), at: o.at}
	if w.lang == "" {
		w.lang = site
	}
	if w.rank == alarm {
		w.volume = 100
	}
	for _, p := range o.scene.Spoken() {
		w.ids = append(w.ids, p.ID)
	}
	return w
}

// steady is the kernel's clock that never jumps; parent and child have the same.
func steady() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
