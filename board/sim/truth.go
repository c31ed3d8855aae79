package sim

import (
	"slices"
	"time"

	"menshen/policy"
)

// person is a person of the world, with what is true of them whether the unit knows it or not.
type person struct {
	life
	n      int
	name   string
	id     policy.PersonID
	card   uint64 // 0: none
	lost   []uint64
	cardID string
	pin    string
	base   face
	blocks [][]byte // the stored bytes of their face, to look for after its end

	known    bool // the unit has them on record
	blocked  bool
	consent  bool
	enrolled bool
	chose    bool      // they consented once
	taken    face      // what the camera saw of them when their face was taken
	ended    time.Time // when the face ended last
	ends     int       // how many faces of theirs were erased

	withdrawn int  // how often their face was withdrawn or refused
	gone      bool // staff erased them
	unsure    bool // other doors told of them what this one may know a part of
	mayEnd    bool // their face may end by what another door told, perhaps before it was taken here
}

// begun reports whether their lease has begun.
func (p *person) begun(at time.Time) bool { return !at.Before(p.begins) }

// over reports whether their lease is over.
func (p *person) over(at time.Time) bool { return !p.until.IsZero() && !at.Before(p.until) }

// holder is whose card a number is.
func (w *world) holder(card uint64) (*person, bool) {
	for _, p := range w.people {
		if p.known && (p.card == card || slices.Contains(p.lost, card)) {
			return p, p.card == card
		}
	}
	return nil, false
}

// lockedDown reports whether an order to lock the door down counts now.
func (w *world) lockedDown() bool {
	return !w.model.emergency() && (w.model.lockdown || w.siteLocked())
}

// outcome is what must come of an attempt.
type outcome struct {
	grant  bool
	reason policy.Reason
}

// expectCard says what a card comes to now.
func (w *world) expectCard(card uint64, at time.Time) outcome {
	p, current := w.holder(card)
	switch {
	case w.lockedDown():
		return outcome{reason: policy.ReasonLockdown}
	case p == nil:
		return outcome{reason: policy.ReasonUnknown}
	case !current:
		return outcome{reason: policy.ReasonRevoked}
	}
	return w.withFace(p, at, w.expectPerson(p, at, policy.ReasonCard))
}

// expectPerson says what a credential of a person that works comes to.
func (w *world) expectPerson(p *person, at time.Time, by policy.Reason) outcome {
	return w.withSecond(p, at, w.mayEnter(p, at, by))
}

// mayEnter is the same at a door that one person opens.
func (w *world) mayEnter(p *person, at time.Time, by policy.Reason) outcome {
	switch {
	case p.blocked:
		return outcome{reason: policy.ReasonBlocked}
	case !p.begun(at):
		return outcome{reason: policy.ReasonLeaseAhead}
	case p.over(at):
		return outcome{reason: policy.ReasonLeaseOver}
	case !w.inHours(p.group, at):
		return outcome{reason: policy.ReasonHours}
	}
	return outcome{true, by}
}

// hours are the site's, as people read them on the notice board: days by the first two letters,
// "ho" for a holiday, and minutes since midnight. door.go writes the same for the unit.
var hours = map[string][]span{
	"residents": {{"mo tu we th fr sa su ho", 0, 1440}},
	"staff":     {{"mo tu we th fr sa", 7 * 60, 19 * 60}},
	"cleaners":  {{"mo tu we th fr", 6 * 60, 9 * 60}, {"sa", 22 * 60, 2 * 60}},
	"night":     {{"mo tu we th fr sa su", 22 * 60, 2*60 + 30}},
	"visitors":  {{"mo tu we th fr sa su ho", 7 * 60, 23 * 60}},
}

var holidays = []string{"01-01", "04-06", "05-01", "10-03", "12-25", "12-26"}

const workedSunday = "2026-03-29" // counts as a Wednesday

type span struct {
	days     string
	from, to int
}

// inHours reports whether a group may come in, by the clock on the wall.
func (w *world) inHours(group string, at time.Time) bool {
	return w.inSpans(w.hoursOf(group), at)
}

func (w *world) inSpans(spans []span, at time.Time) bool {
	l := at.In(w.plan.Zone)
	minute := l.Hour()*60 + l.Minute()
	today, yesterday := w.dayName(l, 0), w.dayName(l, -1)
	for _, s := range spans {
		switch {
		case s.from < s.to && contains(s.days, today) && minute >= s.from && minute < s.to,
			s.from > s.to && contains(s.days, today) && minute >= s.from,
			s.from > s.to && contains(s.days, yesterday) && minute < s.to:
			return true
		}
	}
	return false
}

func (w *world) dayName(l time.Time, off int) string {
	d := time.Date(l.Year(), l.Month(), l.Day()+off, 12, 0, 0, 0, time.UTC)
	switch {
	case d.Format("2006-01-02") == workedSunday:
		return "we"
	case slices.Contains(holidays, d.Format("01-02")):
		return "ho"
	}
	return []string{"su", "mo", "tu", "we", "th", "fr", "sa"}[d.Weekday()]
}

func contains(days, day string) bool {
	for i := 0; i+2 <= len(days); i += 3 {
		if days[i:i+2] == day {
			return true
		}
	}
	return false
}

// model is the door as it must be, computed from what happened and not from the unit.
type model struct {
	open             bool
	fire, evacuation bool
	lockdown         bool
	until            time.Time // of the release
	because          string    // of the release
	ended            time.Time // when the last release ended
	heldAt           time.Time
	alarms           map[string]bool
}

const (
	heldAfter = 30 * time.Second
	shunt     = 2 * time.Second
	release   = 5 * time.Second
	longer    = 15 * time.Second
)

func newModel() model { return model{alarms: map[string]bool{}} }

func (m *model) emergency() bool { return m.fire || m.evacuation }

// unlocked is whether the relay must be on.
func (m *model) unlocked(now time.Time) bool { return m.emergency() || now.Before(m.until) }

// pass lets time go by.
func (m *model) pass(now time.Time) {
	if !m.until.IsZero() && !now.Before(m.until) {
		m.ended, m.until = m.until, time.Time{}
	}
	if m.open && !m.heldAt.IsZero() && !now.Before(m.heldAt) {
		m.heldAt = time.Time{}
		delete(m.alarms, "forced") // one state of the door at a time
		m.alarms["held"] = true
	}
}

func (m *model) grant(at time.Time, length time.Duration, why policy.Reason) {
	m.pass(at)
	if until := at.Add(length); until.After(m.until) {
		m.until = until
	}
	m.because = string(why)
	if m.alarms["held"] {
		delete(m.alarms, "held")
	}
	if m.open && !m.emergency() && !m.alarms["forced"] {
		m.heldAt = at.Add(max(heldAfter, length))
	}
}

func (m *model) setOpen(open bool, at time.Time) {
	m.pass(at)
	if m.open == open {
		return
	}
	m.open = open
	if !open {
		delete(m.alarms, "forced")
		delete(m.alarms, "held")
		m.heldAt, m.until, m.ended = time.Time{}, time.Time{}, time.Time{}
		return
	}
	lately := !m.ended.IsZero() && at.Sub(m.ended) < shunt
	switch {
	case !m.unlocked(at) && !lately:
		m.alarms["forced"] = true
	case !m.emergency():
		m.heldAt = at.Add(max(heldAfter, m.until.Sub(at)))
	}
}

func (m *model) setEmergency(what *bool, name string, on bool, at time.Time) {
	m.pass(at)
	if *what = on; on {
		m.alarms[name] = true
		delete(m.alarms, "forced")
		delete(m.alarms, "held")
		m.heldAt = time.Time{}
		return
	}
	delete(m.alarms, name)
	if !m.unlocked(at) {
		m.ended = at
	}
	if m.open && !m.emergency() {
		m.heldAt = at.Add(heldAfter)
	}
}

// next is when the model has something to do; zero: nothing.
func (m *model) next() time.Time {
	switch {
	case m.heldAt.IsZero() || !m.until.IsZero() && m.until.Before(m.heldAt):
		return m.until
	}
	return m.heldAt
}
