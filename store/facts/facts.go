// Package facts keeps what a decision was made of, beside the decision in the audit log, so that it
// can be made again on any later day (docs/decisions/0042).
//
// [Of] takes from an attempt what the questions of [policy.Decide] look at. [Facts.Attempt] gives
// an attempt that Decide answers in the same way. Names, numbers and handles of people are not
// kept: of another person only whether it was the same one.
//
// Of a person whom the unit had no right to recognise (a face that was refused before consent was
// found), nothing is kept but the answers that the trace shows too. Figures of a face have three
// places, as in the trace.
package facts

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"

	"menshen/policy"
)

// version changes with every member that a decision may depend on.
const version = 1

// Errors of Decode.
var (
	ErrVersion = errors.New("the facts are of a later version: use a later program")
	ErrForm    = errors.New("the facts are not in the recorded form")
)

// Facts are what one decision was made of, besides what its record says anyway: door and means.
type Facts struct {
	Version       uint     `cbor:"0,keyasint"`
	Settings      ID       `cbor:"1,keyasint"` // in force
	Now           instant  `cbor:"2,keyasint"` // that the decision used
	Offset        int      `cbor:"3,keyasint,omitempty"`
	State         state    `cbor:"4,keyasint,omitempty"`
	FacesOff      string   `cbor:"5,keyasint,omitempty"`
	FaceLockout   uint     `cbor:"6,keyasint,omitempty"` // seconds, rounded up
	KeypadLockout uint     `cbor:"7,keyasint,omitempty"`
	Down          []string `cbor:"8,keyasint,omitempty"`
	LastEntry     *instant `cbor:"9,keyasint,omitempty"`
	First         *first   `cbor:"10,keyasint,omitempty"`
	Missed        *instant `cbor:"11,keyasint,omitempty"` // this person's face was refused then
	Face          *face    `cbor:"12,keyasint,omitempty"`
	Person        *person  `cbor:"13,keyasint,omitempty"`
}

// state are the yes-or-no facts of the unit, one bit each.
type state uint

const (
	trusted state = 1 << iota
	durable
	noVault
	lockdown
	evacuation
	fire
	interlock
	carried // the card carried its owner's face
)

// instant is a time: seconds since 1970, and nanoseconds.
type instant struct {
	_  struct{} `cbor:",toarray"`
	S  int64
	NS uint32
}

func instantOf(t time.Time) instant { return instant{S: t.Unix(), NS: uint32(t.Nanosecond())} }

// unlessZero gives nil for the zero time, which means that there is no limit, or no event.
func unlessZero(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	i := instantOf(t)
	return &i
}

func (i *instant) time() time.Time {
	if i == nil {
		return time.Time{}
	}
	return time.Unix(i.S, int64(i.NS)).UTC()
}

// first is the first of two people, when one had asked.
type first struct {
	_    struct{} `cbor:",toarray"`
	At   instant
	Same bool // it was the one who asks now
}

// face is policy.Face in units of 1/1024: its figures have three places, and every comparison among
// them has the answer that it had at the door.
type face struct {
	_                 struct{} `cbor:",toarray"`
	Score, Threshold  int
	Lead, Margin      int
	Live, LiveMin     int
	Frames, FramesMin int
	Quality           string
}

// person is what a decision looks at of a person.
type person struct {
	Is     marks        `cbor:"0,keyasint,omitempty"`
	From   *instant     `cbor:"1,keyasint,omitempty"`
	Until  *instant     `cbor:"2,keyasint,omitempty"`
	Groups []string     `cbor:"3,keyasint,omitempty"`
	Face   string       `cbor:"4,keyasint,omitempty"` // policy.FaceState
	Holds  []credential `cbor:"5,keyasint,omitempty"`
	Showed uint         `cbor:"6,keyasint,omitempty"` // which of these, from 1; 0: none of them
}

// marks are the yes-or-no facts of a person, one bit each.
type marks uint

const (
	unnamed marks = 1 << iota // known, but not by right: only the bits of consent are kept
	blocked
	longOpen
	minor
	guardian
	cardRequired
	notice
	onCard // their face lies on their card
)

// credential is what a decision looks at of a credential.
type credential struct {
	Kind  string   `cbor:"0,keyasint"`
	Is    traits   `cbor:"1,keyasint,omitempty"`
	From  *instant `cbor:"2,keyasint,omitempty"`
	Until *instant `cbor:"3,keyasint,omitempty"`
	Uses  int      `cbor:"4,keyasint,omitempty"`
	Used  int      `cbor:"5,keyasint,omitempty"`
}

// traits are the yes-or-no facts of a credential, one bit each.
type traits uint

const (
	revoked traits = 1 << iota
	duress
	elsewhere // for another door
	aes
)

var (
	encMode = must(cbor.CoreDetEncOptions().EncMode())
	decMode = must(cbor.DecOptions{MaxNestedLevels: 6, MaxArrayElements: 1 << 12, MaxMapPairs: 32,
		DupMapKey: cbor.DupMapKeyEnforcedAPF, UTF8: cbor.UTF8DecodeInvalid,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options above are constants
	}
	return v
}

// Of encodes the facts of the decision d on a, made under the settings with that id. Nil where they
// cannot be encoded: the decision is then recorded without.
func Of(a policy.Attempt, d policy.Decision, under ID) []byte {
	s := a.Site
	f := Facts{Version: version, Settings: under, Now: instantOf(d.At), FacesOff: s.FacesOff,
		FaceLockout: seconds(s.FaceLockout), KeypadLockout: seconds(s.KeypadLockout),
		LastEntry: unlessZero(a.LastEntry), Face: faceOf(a), Person: personOf(a, d),
		State: bit(trusted, a.Clock.Trusted) | bit(durable, s.Durable) | bit(noVault, s.NoVault) |
			bit(lockdown, s.Lockdown) | bit(evacuation, s.Evacuation) | bit(fire, s.Fire) |
			bit(interlock, s.Interlock) | bit(carried, a.Carried)}
	if s.Calendar.Zone != nil {
		_, f.Offset = d.At.In(s.Calendar.Zone).Zone()
	}
	for _, k := range s.Down {
		f.Down = append(f.Down, string(k))
	}
	if !s.First.Person.IsZero() {
		f.First = &first{At: instantOf(s.First.At), Same: s.First.Person == a.CountsAs()}
	}
	if a.Person != nil && s.Missed.Person == a.Person.ID {
		f.Missed = unlessZero(s.Missed.At)
	}
	if f.Person != nil && f.Person.Is&unnamed != 0 {
		f.LastEntry, f.First, f.Missed = nil, nil, nil
	}
	b, err := encMode.Marshal(&f)
	if err != nil {
		return nil
	}
	return b
}

// bit is b where yes, and otherwise nothing.
func bit[T ~uint](b T, yes bool) T {
	if yes {
		return b
	}
	return 0
}

func seconds(d time.Duration) uint { return uint(max(0, d+time.Second-1) / time.Second) }

func faceOf(a policy.Attempt) *face {
	if a.Face == nil || a.Means != policy.ByFace && a.Means != policy.ByCardFace {
		return nil
	}
	in := a.Face
	f := face{Frames: in.Frames, FramesMin: in.FramesMin, Quality: in.Quality}
	f.Score, f.Threshold = compared(in.Score, in.Threshold)
	f.Lead, f.Margin = compared(in.Score-in.RunnerUp, in.Margin)
	f.Live, f.LiveMin = compared(in.Live, in.LiveMin)
	return &f
}

// unit is what figures of a face are counted in: fractions that are exact in a float64.
const unit = 1.0 / 1024

// compared gives both figures in units, so that v >= limit has the same answer as before.
func compared(v, limit float64) (int, int) {
	n, m := units(v), units(limit)
	switch {
	case v >= limit:
		n = max(n, m)
	default:
		n = min(n, m-1)
	}
	return n, m
}

// Rounded gives a figure as facts hold it, to compare with others of theirs.
func Rounded(v float64) float64 { return float64(units(v)) * unit }

// units rounds to units. What is not a number is 0.
func units(v float64) int {
	if v != v {
		return 0
	}
	return int(max(-1<<20, min(v/unit+0.5, 1<<20))+1<<21) - 1<<21 // rounds down, also below 0
}

func personOf(a policy.Attempt, d policy.Decision) *person {
	p := a.Person
	if p == nil {
		return nil
	}
	consent := bit(minor, p.Face.Minor) | bit(guardian, p.Face.Guardian != "") |
		bit(notice, p.Face.Notice != [32]byte{})
	switch {
	case a.Means != policy.ByFace || !d.Person.IsZero():
	case d.Reason == policy.ReasonNoGuardian: // the consent itself is there
		return &person{Is: unnamed | minor | notice, Face: string(policy.FaceEnrolled)}
	default:
		return &person{Is: unnamed}
	}
	out := person{Is: consent | bit(blocked, p.Blocked) | bit(longOpen, p.LongOpen) |
		bit(cardRequired, p.Face.CardRequired) | bit(onCard, p.Face.OnCard), From: unlessZero(p.From),
		Until: unlessZero(p.Until), Groups: p.Groups, Face: string(p.Face.State)}
	for i, c := range p.Credentials {
		if out.Showed == 0 && c.ID == a.CredentialID {
			out.Showed = uint(i + 1)
		}
		out.Holds = append(out.Holds, credential{Kind: string(c.Kind), From: unlessZero(c.From),
			Until: unlessZero(c.Until), Uses: c.Uses, Used: c.Used, Is: bit(revoked, c.Revoked) |
				bit(duress, c.Duress) | bit(elsewhere, c.Door != "" && c.Door != a.Door) | bit(aes, c.AES)})
	}
	return &out
}

// Decode reads facts, and refuses any that Of would not have made. [ErrVersion], [ErrForm].
func Decode(b []byte) (Facts, error) {
	var v struct {
		Version uint `cbor:"0,keyasint"`
	}
	if err := cbor.Unmarshal(b, &v); err == nil && v.Version > version {
		return Facts{}, ErrVersion
	}
	var f Facts
	if err := decMode.Unmarshal(b, &f); err != nil || f.Version != version {
		return Facts{}, ErrForm
	}
	again, err := encMode.Marshal(&f)
	if err != nil || !bytes.Equal(again, b) {
		return Facts{}, ErrForm
	}
	return f, nil
}

// At is when the decision was made, on the site's wall clock.
func (f Facts) At() time.Time { return f.Now.time().In(time.FixedZone("", f.Offset)) }

// Unnamed reports whether a person was like the face, and was not recognised by right: nothing of
// them was kept.
func (f Facts) Unnamed() bool { return f.Person != nil && f.Person.Is&unnamed != 0 }

// The handles of an attempt that is made again. They name nobody.
var (
	somebody = policy.PersonID{1}
	another  = policy.PersonID{2}
)

// Attempt gives the attempt at a door, by its means and under its settings, as Decide needs it.
// Handles in it name nobody.
func (f Facts) Attempt(door string, by policy.Means, set Settings) policy.Attempt {
	a := policy.Attempt{At: f.At(), Clock: policy.Clock{Trusted: f.State&trusted != 0}, Door: door, Means: by,
		LastEntry: f.LastEntry.time(), Carried: f.State&carried != 0, Site: policy.Site{FacesOff: f.FacesOff,
			Durable: f.State&durable != 0, NoVault: f.State&noVault != 0, Lockdown: f.State&lockdown != 0,
			Evacuation: f.State&evacuation != 0, Fire: f.State&fire != 0, Interlock: f.State&interlock != 0,
			FaceLockout:   time.Duration(f.FaceLockout) * time.Second,
			KeypadLockout: time.Duration(f.KeypadLockout) * time.Second}}
	a.Site.Calendar.Zone = a.At.Location()
	set.Apply(&a.Site)
	for _, k := range f.Down {
		a.Site.Down = append(a.Site.Down, policy.CredentialKind(k))
	}
	if f.Person != nil {
		a.Person, a.CredentialID = f.Person.made(door)
	}
	if f.First != nil {
		a.Site.First = policy.First{Person: another, At: f.First.At.time()}
		if f.First.Same {
			a.Site.First.Person = a.CountsAs()
		}
	}
	if f.Missed != nil {
		a.Site.Missed = policy.First{Person: somebody, At: f.Missed.time()}
	}
	if g := f.Face; g != nil {
		a.Face = &policy.Face{Score: float64(g.Score) * unit, RunnerUp: float64(g.Score-g.Lead) * unit,
			Threshold: float64(g.Threshold) * unit, Margin: float64(g.Margin) * unit, Live: float64(g.Live) * unit,
			LiveMin: float64(g.LiveMin) * unit, Frames: g.Frames, FramesMin: g.FramesMin, Quality: g.Quality}
	}
	return a
}

// made gives a person with these facts, and the id of the credential presented.
func (p *person) made(door string) (*policy.Person, string) {
	out := &policy.Person{ID: somebody, From: p.From.time(), Until: p.Until.time(), Groups: slices.Clone(p.Groups),
		Blocked: p.Is&blocked != 0, LongOpen: p.Is&longOpen != 0,
		Face: policy.FaceConsent{State: policy.FaceState(p.Face), Minor: p.Is&minor != 0,
			CardRequired: p.Is&cardRequired != 0, OnCard: p.Is&onCard != 0}}
	if p.Is&guardian != 0 {
		out.Face.Guardian = "guardian"
	}
	if p.Is&notice != 0 {
		out.Face.Notice[0] = 1
	}
	for i, c := range p.Holds {
		made := policy.Credential{ID: strconv.Itoa(i + 1), Kind: policy.CredentialKind(c.Kind),
			Revoked: c.Is&revoked != 0, Duress: c.Is&duress != 0, From: c.From.time(), Until: c.Until.time(),
			Uses: c.Uses, Used: c.Used, AES: c.Is&aes != 0}
		if c.Is&elsewhere != 0 {
			made.Door = "not " + door
		}
		out.Credentials = append(out.Credentials, made)
	}
	if p.Showed > 0 {
		return out, strconv.Itoa(int(p.Showed))
	}
	return out, "none of these"
}
