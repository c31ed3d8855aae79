package desk

import (
	"slices"

	"menshen/internal/i18n"
	"menshen/store"
)

// Role is what an operator is for (R-OPERATOR).
type Role = store.Role

// The roles.
const (
	Installer  = store.Installer  // wires and checks the unit; sees no person
	Technician = store.Technician // keeps the unit working; sees status, events and decisions, no names
	Manager    = store.Manager    // people, credentials, consent, faces, the door
	Auditor    = store.Auditor    // reads everything, changes nothing
)

// Roles are all there are.
func Roles() []Role { return []Role{Installer, Technician, Manager, Auditor} }

// Right is what a role may do. The zero value is what every role may do.
type Right int

const (
	SeesStatus   Right = iota // see the status, the rules, the notice
	KeepsPeople               // change people, their credentials and faces, papers, staff
	ReadsPeople               // see who there is
	ReadsRecords              // see decisions
	OpensDoor                 // open the door, override it, watch it, aim its camera
	TakesFaces                // ask for consent to a face, and take it
	ReadsHours                // see who may come in at this door when
	SetsHours
	OrdersSite // lock down or evacuate all doors of a site
	SetsTime
	UnlocksFaces
	EndsFaults
	UpdatesUnit // install another system from a stick
	CarriesSite // carry sealed records between the doors of a site
)

// rolesWith say which roles have which right. The desk checks each call by it, and the console
// shows each role its commands by it.
var rolesWith = map[Right][]Role{
	SeesStatus:   {Installer, Technician, Manager, Auditor},
	KeepsPeople:  {Manager},
	ReadsPeople:  {Manager, Auditor},
	ReadsRecords: {Technician, Manager, Auditor},
	OpensDoor:    {Installer, Technician, Manager},
	TakesFaces:   {Manager},
	ReadsHours:   {Manager, Auditor},
	SetsHours:    {Manager},
	OrdersSite:   {Installer, Technician, Manager},
	SetsTime:     {Technician, Manager},
	UnlocksFaces: {Technician, Manager},
	EndsFaults:   {Technician, Manager},
	UpdatesUnit:  {Technician, Manager},
	CarriesSite:  {Technician, Manager},
}

// ofDoor are the rights that nobody has at the manager's seat.
var ofDoor = []Right{OpensDoor, TakesFaces, ReadsHours, SetsHours, UnlocksFaces}

// Of reports whether a role has the right.
func (r Right) Of(role Role) bool { return slices.Contains(rolesWith[r], role) }

// ErrSeat means that something of a door was asked of the manager's seat.
var ErrSeat = i18n.E("desk.seat", "this is the manager's seat, and it has no door")

// May reports whether the operator of the session has the right here: at a seat nobody has those of
// a door.
func (s Session) May(r Right) bool { return r.Of(s.Role) && !(s.Seat && slices.Contains(ofDoor, r)) }
