package policy

import (
	"slices"
	"time"
)

// UnitFacts is the real state of a unit, as store counted it and board measured it. Review holds
// the rules against it. The zero value knows nothing, and what is not known is not kept: each
// group says when it was counted.
type UnitFacts struct {
	At       time.Time // now
	Seat     bool      // the manager's seat: it has no door
	Bench    bool      // declared a bench or demonstration unit, without data of real people
	Calendar Calendar  // for working days
	Doors    []DoorFacts
	People   PeopleFacts
	Papers   PaperFacts
	Store    StoreFacts
	Staff    StaffFacts
	Machine  MachineFacts
	Duties   DutyFacts
	Waits    WaitFacts
}

// Fresh is how old a count may be. Counts are made once a day and after each change.
const Fresh = 25 * time.Hour

// DoorFacts is what one door has. A device with a fault is not there.
type DoorFacts struct {
	Name  string
	Place Place
	Faces bool // faces are meant to work here

	CardReader, Keypad, StaffedRelease bool
	Withdraw                           bool // one's own card takes consent back here, without staff

	REX, FireInput bool
	ExitByHand     bool      // a handle or a bar opens from inside without current
	SafeState      bool      // where the lock goes without the program is declared
	Tested         time.Time // the installer's self-test passed; zero: never
	Sign           time.Time // staff last saw the sign at the camera; zero: never
}

// PeopleFacts is what Census counts, and what the audit log adds.
type PeopleFacts struct {
	At        time.Time
	WithFace  int // people with a template in the vault
	OnCard    int // people with one on their own card
	FaceOnly  int // of both, without another working way in
	Unequal   int // of both, whom the face would let in now and no credential would
	NoConsent int // of both, without consent to a notice that can be shown: to the face, or to learning it
	Learning  int // of both, who agreed to learning from their visits
	Shared    int // of those with a template, who let it go to other doors
	// of both, who agreed to a notice that has been changed since; of a face from another door,
	// that one counts it
	OldNotice    int
	NoGuardian   int       // of both, under 14 without a guardian's consent
	AfterNo      int       // of both, who said no or withdrew
	Strays       int       // templates of no person on record
	AskedAfterNo int       // times that a person was asked again after a refusal, not yet looked into by a manager
	AskedFirst   time.Time // the first of these
}

// PaperFacts is what is written.
type PaperFacts struct {
	At         time.Time
	Notice     []string // languages in which a notice is in force
	NoticeGaps int      // items of R-NOTICE that a notice leaves empty
	Assessment Assessment
}

// Assessment is a personal-information protection impact assessment.
type Assessment struct {
	At, ValidUntil                     time.Time
	Necessity, Impact, Risks, Measures bool      // these parts are written, and an author stands under them
	Changed                            time.Time // the last change or incident that asks for a new one
	LostEarly                          int       // assessments discarded within three years
}

// StoreFacts is what the store says of itself.
type StoreFacts struct {
	At           time.Time
	Sealed       bool      // every record that was looked at is encrypted
	KeyApart     bool      // the root key does not lie in clear beside the data
	EraseFrom    time.Time // since when the longest-waiting face data should be gone; zero: nothing waits
	EraseFailed  int       // erasures after which a scan found remains
	AuditWhole   bool      // the log verified
	AuditChecked time.Time
	Purged       time.Time // retention last ran
	Overdue      int       // records older than their retention
}

// StaffFacts is about operators' accounts.
type StaffFacts struct {
	At           time.Time
	Operators    int
	OneFactor    int // accounts that open with one factor
	NoCommitment int // accounts without the confidentiality commitment in force
	Secrets      int // passwords that are stored so that they could be used again, or came with the unit
	IdleLogout   time.Duration
	LockOut      bool // wrong tries lock an account for a while
}

// MachineFacts is what runs.
type MachineFacts struct {
	At          time.Time
	Sockets     int      // internet sockets held by the unit's processes
	RemoteTools int      // remote-assistance programs found
	Carrier     bool     // menshen-site is installed, which carries sealed records to other doors
	Confined    bool     // the eye's confinement is in force
	DumpsOff    bool     // a crash writes no memory to disk, and no swap takes it in clear
	Pictures    int      // pictures of people found in the unit's folders
	Models      []string // what each loaded model is for, by the manifest's words
}

// DutyFacts is what the handler owes to others.
type DutyFacts struct {
	At         time.Time
	AskedSince time.Time // the longest-waiting request of a person about their data; zero: none waits
	Incidents  []Incident
	SiteFaces  int       // people with a face over all doors of the site, each counted once
	ReachedAt  time.Time // when SiteFaces reached FilingAt; zero: never
	Filed      bool      // filed, and each later change as well
}

// Incident is a suspected leak.
type Incident struct {
	At            time.Time
	People        int
	ToldPeople    time.Time // zero: not yet
	ToldAuthority time.Time
}

// Place is what a door leads to.
type Place string

// The places that a configuration may name. Private ones are not allowed (R-NOPRIVATE).
const (
	PlaceBuilding Place = "building entrance"
	PlaceFloor    Place = "floor or corridor"
	PlaceOffice   Place = "office"
	PlaceShared   Place = "shared room" // laundry, gym, bicycle store
	PlaceService  Place = "service room"

	PlaceGuestRoom Place = "guest room"
	PlaceBathroom  Place = "bathroom"
	PlaceChanging  Place = "changing room"
	PlaceToilet    Place = "toilet"
)

// Places are all of them.
var Places = []Place{PlaceBuilding, PlaceFloor, PlaceOffice, PlaceShared, PlaceService, PlaceGuestRoom, PlaceBathroom,
	PlaceChanging, PlaceToilet}

// Public reports whether faces may be used at such a place (FRT 13).
func (p Place) Public() bool {
	return slices.Contains([]Place{PlaceBuilding, PlaceFloor, PlaceOffice, PlaceShared, PlaceService}, p)
}

// Census counts what the people's records say. templates are the people with a stored face; notices
// are the notice texts that the unit can still show, by hash, and whether each is in force; asAt is
// an attempt of the moment, with its time, door and site.
func Census(people []Person, templates map[PersonID]bool, notices map[[32]byte]bool, asAt Attempt) PeopleFacts {
	n := PeopleFacts{At: asAt.At, Strays: len(templates)}
	for i := range people {
		p := &people[i]
		switch {
		case templates[p.ID]:
			n.Strays--
			n.WithFace++
		case p.Face.State == FaceEnrolled && p.Face.OnCard:
			n.OnCard++
		default:
			continue
		}
		current, shown := notices[p.Face.Notice]
		asAt.Person = p
		otherWay, _ := hasOtherWay(asAt)
		count(&n.FaceOnly, !otherWay)
		count(&n.Unequal, unequal(asAt, Decide))
		_, told := notices[p.Face.Learns.Notice]
		count(&n.NoConsent, p.Face.State != FaceEnrolled || !shown || p.HasLearnt() && !told)
		count(&n.Shared, len(p.Face.Doors) > 0)
		count(&n.Learning, !p.Face.Learns.At.IsZero())
		count(&n.OldNotice, shown && !current && !p.Face.FromElsewhere())
		count(&n.NoGuardian, p.LacksGuardian())
		count(&n.AfterNo, p.Face.State == FaceRefused || p.Face.State == FaceWithdrawn)
	}
	return n
}

func count(n *int, hit bool) {
	if hit {
		*n++
	}
}

// unequal reports whether a person's face, at its best, would open the door now while none of their
// credentials would, or would open it for longer. Lockouts are left out on both sides.
func unequal(a Attempt, decide func(Attempt) Decision) bool {
	a.Means, a.CredentialID = ByFace, ""
	a.Face = &Face{Score: 1, RunnerUp: -1, Live: 1, Frames: 1}
	a.Site.FacesOff, a.Site.Durable, a.Site.FaceLockout, a.Site.KeypadLockout = "", true, 0, 0
	face := decide(a)
	if !face.Grant {
		return false
	}
	a.Site.FacesOff = "not asked for" // who keeps their face to themselves
	for _, k := range a.Person.Credentials {
		a.Means, a.CredentialID = ByCard, k.ID
		if k.Kind == PINKind {
			a.Means = ByPIN
		}
		if d := decide(a); d.Grant && d.Release >= face.Release {
			return false
		}
	}
	return true
}
