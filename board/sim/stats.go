package sim

import (
	"time"

	"menshen/policy"
)

// Stats are the figures of a run, or of several.
type Stats struct {
	Door       time.Duration // simulated
	Steps      int
	Reasons    map[policy.Reason]Traffic
	Hourly     [24]Traffic // by the hour on the wall
	Daily      []Traffic   // by the day of the history
	Waits      map[policy.Means]*Waits
	Openings   []policy.Wait // by the unit's log
	Weeks      []policy.Week // of each history
	Happened   map[Kind]int
	Faults     map[Kind]int
	Writes     int // transactions of the vault
	FalseYes   int // faces taken for another person's, as often as the model's scores say
	GoodPhoto  int // photos that looked alive
	PhotoIn    int // of those, let in
	Replayed   int // decisions made again from the log
	Unreplayed int // those about people who were erased since
	Visits     int // of staff at the console
	LeftOpen   int // of those, without a log-out
	Garage     int // how often the garage was opened
	GarageOnly int // of those, while the door stayed closed

	Doors []Stats // of each door of a site; none: a door alone
	Site  Tally
}

// Traffic is what there was at the door.
type Traffic struct{ Granted, Denied, Faults int }

func (t *Traffic) add(u Traffic) {
	t.Granted += u.Granted
	t.Denied += u.Denied
	t.Faults += u.Faults
}

// Waits counts simulated times by steps of waitStep; the last has all that were longer.
type Waits [400]int

const waitStep = 25 * time.Millisecond

func (w *Waits) note(d time.Duration) { w[min(max(0, int(d/waitStep)), len(w)-1)]++ }

func (w *Waits) count() (n int) {
	for _, x := range w {
		n += x
	}
	return n
}

// within gives the time in which this share of all was over, rounded up to a step.
func (w *Waits) within(share float64) time.Duration {
	left := share * float64(w.count())
	for i, n := range w {
		if left -= float64(n); left <= 0 {
			return time.Duration(i+1) * waitStep
		}
	}
	return time.Duration(len(w)) * waitStep
}

func newStats(days int) Stats {
	return Stats{Reasons: map[policy.Reason]Traffic{}, Daily: make([]Traffic, days), Waits: map[policy.Means]*Waits{},
		Happened: map[Kind]int{}, Faults: map[Kind]int{}}
}

// day gives the day of the history; what comes after its end counts as its last.
func (w *world) day() *Traffic {
	day := int(w.clock.now.Sub(w.plan.Begin) / (24 * time.Hour))
	return &w.Daily[min(max(0, day), len(w.Daily)-1)]
}

// note counts a decision.
func (w *world) note(d policy.Decision) {
	one := either(d.Grant, Traffic{Granted: 1}, Traffic{Denied: 1})
	sum := w.Reasons[d.Reason]
	sum.add(one)
	w.Reasons[d.Reason] = sum
	w.Hourly[w.clock.now.In(w.plan.Zone).Hour()].add(one)
	w.day().add(one)
	if w.Waits[d.Means] == nil {
		w.Waits[d.Means] = new(Waits)
	}
	w.Waits[d.Means].note(w.waited(d))
}

// waited is how long a decision took: from the first pulse of the card or of the last button, from
// the first picture of the face, from the press of another button.
func (w *world) waited(d policy.Decision) time.Duration {
	switch d.Means {
	case policy.ByCard, policy.ByPIN, policy.ByPass:
		return w.clock.running() - w.door.reader.begun
	case policy.ByFace, policy.ByCardFace:
		return w.clock.now.Sub(w.walkedUp)
	}
	return w.unitTime().Sub(d.At)
}

// noteFaults counts the faults that came since it was called last.
func (w *world) noteFaults() {
	all := 0
	for _, n := range w.Faults {
		all += n
	}
	w.day().Faults += all - w.faults
	w.faults = all
}

// add adds the figures of another run.
func (s *Stats) add(o Stats) {
	s.Door += o.Door
	s.Steps += o.Steps
	s.Writes += o.Writes
	s.FalseYes += o.FalseYes
	s.GoodPhoto += o.GoodPhoto
	s.PhotoIn += o.PhotoIn
	s.Replayed += o.Replayed
	s.Unreplayed += o.Unreplayed
	s.Visits += o.Visits
	s.LeftOpen += o.LeftOpen
	s.Garage += o.Garage
	s.GarageOnly += o.GarageOnly
	for reason, t := range o.Reasons {
		t.add(s.Reasons[reason])
		s.Reasons[reason] = t
	}
	for i, t := range o.Hourly {
		s.Hourly[i].add(t)
	}
	for i, t := range o.Daily {
		s.Daily[i].add(t)
	}
	s.Openings, s.Weeks = append(s.Openings, o.Openings...), append(s.Weeks, o.Weeks...)
	for means, all := range o.Waits {
		if s.Waits[means] == nil {
			s.Waits[means] = new(Waits)
		}
		for i, n := range all {
			s.Waits[means][i] += n
		}
	}
	for i, d := range o.Doors {
		if i == len(s.Doors) {
			s.Doors = append(s.Doors, newStats(len(s.Daily)))
		}
		s.Doors[i].add(d)
	}
	s.Site.add(o.Site)
	addAll(s.Happened, o.Happened)
	addAll(s.Faults, o.Faults)
}

func addAll(to, from map[Kind]int) {
	for k, n := range from {
		to[k] += n
	}
}
