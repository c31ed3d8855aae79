// Package scene says what a door tells whoever stands before it: a value of states and small
// numbers, of which a display and a voice make theirs. It holds no picture, no name, no card and no
// reason that is nobody else's business: whatever a display or a voice does with it, it has nothing
// else to tell.
//
// The words of each scene are here too (words.go), so that what is shown and what is said is the
// same, and in each language of the catalogue. A scene that is spoken consists of phrases
// (phrase.go), which are recorded when the program is built.
package scene

import "time"

// Scene is what the door tells now. It is comparable: two that are equal look and sound the same.
// The zero value is a door that is ready, with nothing that opens it from outside.
type Scene struct {
	Kind Kind
	// Lang is the language of the person whose card is known, such as "zh"; empty: the site's.
	Lang string
	Ways Ways // what opens this door now, in Ready and Refused
	Next Next // what the person may do next, in Refused and Waiting

	Act Act // asked for, in Acting
	// Advice is what would make the picture better, in Looking, Enrolling and WalkingUp; in Ready
	// to somebody before the camera of whom nothing is known, and who may not care.
	Advice Advice

	// Done of Wanted: pictures of a face, taps of a withdrawal. Both zero: there is nothing to
	// count. In Notice Done is the page that a reader turned to, from 1, and stays at the last;
	// zero: nobody turns them, and they turn by themselves. How many there are the display knows.
	Done, Wanted int
	// Within is how long the person has in all, in Asking, Consent and Writing; zero: no limit.
	Within time.Duration

	// MayWithdraw: the card just read may begin, or has begun, the gesture that takes its owner's
	// face back (policy.Withdrawal). Its owner is told how: from the first tap in Opened, from the
	// second in every kind. Where Done counts the taps it is said as well as shown.
	MayWithdraw bool
	// Hushed: nothing of this scene is said. It is not meant for who hears it, or was said before.
	Hushed bool
	// Unhurried: the person needs more time. What is shown stays, and is said more slowly.
	Unhurried bool
}

// Presenter is whoever tells scenes: a display, a voice.
type Presenter interface {
	// Present tells the scene from now on. It never waits; of scenes that come too fast the last
	// one counts. It is called from one goroutine, and again with an equal scene where the same
	// happened again: a second card is refused.
	Present(Scene)
}

// Kind is the state that a scene tells. The order is no rank.
type Kind uint8

// The kinds. Their numbers travel between processes of the same binary only.
const (
	Ready      Kind = iota // a card, a code, or a face by choice
	Looking                // look at the camera
	Acting                 // one act: close your eyes, turn your head
	Waiting                // one moment
	Code                   // now type your code
	Second                 // now a second person
	Opened                 // come in
	Refused                // not opened; Next says what to do
	Exit                   // opened from inside, or by staff
	Free                   // the door stands unlocked by schedule
	Closing                // close the door, please
	Alarm                  // held or forced
	Fire                   // leave now; the door is unlocked
	Evacuation             // the same, ordered by staff
	Lockdown               // no credential opens; exit does
	Broken                 // out of order; whom to call
	SetUp                  // not set up yet
	Staff                  // staff work at this door

	Notice    // the notice, a page of it
	Consent   // tap your own card to agree; nothing happens if you do not
	Standing  // an enrolment: stand before the camera
	Enrolling // pictures are taken
	SteppingOut
	WalkingUp // come again as every day
	Stored    // your face is stored
	NotStored // nothing was stored
	Grown     // your face was taken once more

	Asking    // tap once more to take your face back
	Erased    // your face is erased
	NotErased // the erasing goes on; staff can tell

	Called // the bell: somebody was called
	Coming // and comes
	Nobody // and does not

	Writing // hold your own card to the reader, until it carries your face
	Carried // it does

	kinds // how many there are
)

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k < kinds }

// Kinds gives each kind, in order.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Ways are what a person can open this door with now.
type Ways uint8

// The ways. Resting stands in for Face at a door that has faces, while they do not work.
const (
	ByCard Ways = 1 << iota
	ByCode
	ByPass // a visitor's code on a phone or on paper, held to the camera
	ByFace
	Resting
	ByBell // help can be called
	// CardFirst: a face, or a code, counts only after its owner's card
	CardFirst
)

// Has reports whether all of w are there.
func (ways Ways) Has(w Ways) bool { return ways&w == w }

// Next is what somebody who was not let in may do. It never says why: who stands behind them reads
// it too.
type Next uint8

// What to do next.
const (
	Nothing    Next = iota
	TapCard         // tap your card, or type your code
	LookAgain       // look at the camera again
	TapAgain        // hold the card still for a moment
	TryLater        // too many tries: in a few minutes
	OtherHour       // not at this time
	AskStaff        // ask whoever runs this door, or ring the bell
	CloseOther      // the other door must close first
)

// Valid reports whether n is one of them.
func (n Next) Valid() bool { return int(n) < len(nexts) }
