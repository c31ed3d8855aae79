package unit

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store"
)

// Anti-passback of a site ([site] passback_site). Each door gives the others a note of who came in
// there within that time, and holds theirs in memory until it is over. It is best effort: a door
// that has not heard lets a person in. Where a clock is wrong, or the program was started again,
// less is refused and never more. A visitor's pass counts as a person.

const (
	noteWait  = 20 * time.Second // how long Note waits
	noteEvery = time.Second      // the least time between two changes that are told
)

// notes is what the loop knows of notes. Times are by Unit.steady.
type notes struct {
	own    map[policy.PersonID]ownEntry
	tells  int           // people whom the present note names
	due    bool          // a change is to be told
	at     time.Duration // when the last one was
	change uint64        // the number by which a change is known; 0: there was none
	last   uint64        // the number of the last note that was made
	news   chan struct{} // closed at the next change
	heard  map[fact.DoorID]heardNote
}

// ownEntry is a person who came in here.
type ownEntry struct {
	at    time.Time     // as in site.entered
	since time.Duration // when the loop noticed
}

// heardNote is the latest note of another door.
type heardNote struct {
	number  uint64
	entered map[policy.PersonID]time.Duration
}

func newNotes() notes {
	return notes{own: map[policy.PersonID]ownEntry{}, news: make(chan struct{}), heard: map[fact.DoorID]heardNote{}}
}

// passbackSite is how long a person who came in at another door may not come in here; 0: no such
// rule.
func (u *Unit) passbackSite() time.Duration { return u.cfg.Site.PassbackSite.D() }

// keepNotes drops what is over, and lets whoever waits know that who came in here has changed.
func (u *Unit) keepNotes(now time.Time) {
	n, span := &u.notes, u.passbackSite()
	if span == 0 {
		return
	}
	changed := false
	for id, at := range u.site.entered {
		if !n.own[id].at.Equal(at) && !id.IsZero() {
			n.own[id], changed = ownEntry{at, u.steady()}, true
		}
	}
	maps.DeleteFunc(n.own, func(id policy.PersonID, _ ownEntry) bool { return u.site.entered[id].IsZero() })
	tells := len(u.enteredHere())
	n.due = n.due || changed || tells == 0 && n.tells > 0
	if n.due && (n.change == 0 || u.steady()-n.at >= noteEvery) {
		n.due, n.at, n.tells, n.change = false, u.steady(), tells, max(n.change+1, millis(now))
		close(n.news)
		n.news = make(chan struct{})
	}
	for _, h := range n.heard {
		maps.DeleteFunc(h.entered, func(_ policy.PersonID, at time.Duration) bool { return u.steady()-at >= span })
	}
}

// millis is a time as the number of a note; before 1970 it is 0.
func millis(t time.Time) uint64 { return uint64(max(0, t.UnixMilli())) }

// enteredHere gives who came in within the time, the last ones first. A part of a second counts as
// a whole one.
func (u *Unit) enteredHere() (who []record.Entered) {
	now := u.steady()
	for id, e := range u.notes.own {
		if ago := now - e.since; ago < u.passbackSite() {
			who = append(who, record.Entered{Person: id, Ago: uint32((ago + time.Second - 1) / time.Second)})
		}
	}
	slices.SortFunc(who, func(a, b record.Entered) int { return cmp.Compare(a.Ago, b.Ago) })
	return who
}

// Note waits until who came in here has changed since the change with the number told, and gives a
// note of it for the other doors, with the number of that change. After 20 s without one, and where
// there is no such rule or no other door, note is nil.
func (u *Unit) Note(ctx context.Context, told uint64) (note []byte, change uint64, err error) {
	ctx, stop := context.WithTimeout(ctx, noteWait)
	defer stop()
	for {
		var who []record.Entered
		var number uint64
		var news chan struct{}
		err := u.do(ctx, func() {
			n := &u.notes
			if change, news = n.change, n.news; change != told {
				n.last = max(n.last+1, millis(u.now()))
				who, number = u.enteredHere(), n.last
			}
		})
		if err != nil {
			return nil, told, either(errors.Is(err, context.DeadlineExceeded), nil, err)
		}
		if change != told {
			if change > 0 { // else who was told is one that ran before
				note, err = u.vault.SiteNote(number, who)
			}
			if errors.Is(err, store.ErrNoSite) {
				err = nil
			}
			return note, change, err
		}
		select {
		case <-news:
		case <-ctx.Done():
			return nil, told, nil
		}
	}
}

// HearNote takes another door's note. One that is not newer than what was heard changes nothing.
// Errors: as of [store.Vault.OpenNote].
func (u *Unit) HearNote(ctx context.Context, raw []byte) error {
	if u.passbackSite() == 0 {
		return nil
	}
	head, who, err := u.vault.OpenNote(raw)
	if err != nil {
		return err
	}
	return u.do(ctx, func() { u.noteHeard(head, who) })
}

// noteHeard counts from now, or from when the other door says that it made the note, where that is
// earlier.
func (u *Unit) noteHeard(head record.NoteHead, who []record.Entered) {
	if head.At <= u.notes.heard[head.Door].number {
		return
	}
	entered := map[policy.PersonID]time.Duration{}
	late := max(0, u.now().Sub(time.UnixMilli(int64(head.At))))
	for _, e := range who {
		ago := time.Duration(e.Ago) * time.Second
		if late < u.passbackSite() && ago+late < u.passbackSite() {
			entered[e.Person] = u.steady() - ago - late
		}
	}
	u.notes.heard[head.Door] = heardNote{head.At, entered}
}

// fill tells an attempt what the site's rules need.
func (u *Unit) fill(a *policy.Attempt) {
	u.site.fill(a)
	if a.Person != nil {
		a.LastEntry = later(a.LastEntry, u.elsewhere(a.Person.ID, a.At))
	}
}

// elsewhere gives when a person came in last at another door, as counts at a moment; zero: not
// within the time, or it is not known.
func (u *Unit) elsewhere(id policy.PersonID, at time.Time) (last time.Time) {
	for _, h := range u.notes.heard {
		since, is := h.entered[id]
		if ago := max(0, u.steadyAt(at)-since); is && ago < u.passbackSite() {
			last = later(last, at.Add(-ago))
		}
	}
	return last
}

// entered gives when each person came in last, here or at another door, as counts at a moment.
func (u *Unit) entered(at time.Time) map[policy.PersonID]time.Time {
	all := maps.Clone(u.site.entered)
	for _, h := range u.notes.heard {
		for id := range h.entered {
			all[id] = later(all[id], u.elsewhere(id, at))
		}
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
