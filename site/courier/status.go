package courier

import (
	"errors"
	"maps"
	"time"

	"menshen/site/post"
)

// Place is with whom the courier is.
type Place string

// Places.
const (
	Connected Place = "connected" // with the hub
	HubAway   Place = "hub-away"
	UnitAway  Place = "unit-away" // the door's own program does not answer
)

// Status is how a courier fares.
type Status struct {
	Door, Site, Hub string
	Place           Place
	Since           time.Time // of the place
	Why             string    `json:",omitempty"` // it is not connected
	Next            time.Time `json:",omitzero"`  // when it tries again
	At              time.Time // when this was written

	Sent, Carried, Taken, Refused uint64 // records, since the courier started
	Doors                         map[string]Door

	carriedCame bool // a record came by another way than its author's
}

// Door is what is known of a door's chain.
type Door struct {
	Have  uint64    // the last record that this unit has
	Heard time.Time `json:",omitzero"` // when anything came of that door
}

func newStatus(t post.Ticket) Status {
	return Status{Door: t.Door.String(), Site: t.Site.String(), Hub: t.Hub.String(), Place: HubAway, Since: time.Now(),
		Doors: map[string]Door{}}
}

// own notes what the unit has.
func (s *Status) own(heads map[post.ID]uint64) {
	for id, n := range heads {
		d := s.Doors[id.String()]
		d.Have = n
		s.Doors[id.String()] = d
	}
}

// heard notes that something came of a door.
func (s *Status) heard(id post.ID) {
	d := s.Doors[id.String()]
	d.Heard = time.Now()
	s.Doors[id.String()] = d
}

// there is the hub again.
func (k *courier) there() {
	k.status.Place, k.status.Since, k.status.Why, k.status.Next = Connected, time.Now(), "", time.Time{}
	k.Log.Info("connected with the hub", "hub", k.status.Hub)
	k.tell()
}

// away: the visit ended, and the next begins after a pause.
func (k *courier) away(err error, pause time.Duration) {
	place := HubAway
	if errors.As(err, new(unitError)) {
		place = UnitAway
	}
	if k.status.Place != place {
		k.status.Place, k.status.Since = place, time.Now()
		k.Log.Warn("not connected", "hub", k.status.Hub, "error", err)
	}
	k.status.Why, k.status.Next = err.Error(), time.Now().Add(pause)
	k.tell()
}

func (k *courier) tell() {
	s := k.status
	s.Doors, s.At = maps.Clone(s.Doors), time.Now()
	k.Tell(s)
}
