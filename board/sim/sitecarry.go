package sim

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/store"
)

// carrier brings the doors' records to each other, and loses, repeats, mixes and delays them. Each
// door is cut off now and then, for days.
type carrier struct {
	rnd   *rand.Rand
	tally Tally
}

// Tally is what the carrier did, and what came of what is for all doors.
type Tally struct {
	Records  int // applied, at all doors
	Lost     int // on their way
	Again    int // brought again
	Late     int // brought some hours later
	Closed   int // that could not be opened, and were asked for again
	CutOff   int // times that a door was cut off for days
	Acts     int // changes of people that were made at one door and heard at the others
	Erased   int // of those, erasures and withdrawals
	Orders   int // to lock all doors down
	Passes   int // for all doors
	Openings int // by them
}

// add adds what was in another run.
func (t *Tally) add(o Tally) {
	t.Records += o.Records
	t.Lost += o.Lost
	t.Again += o.Again
	t.Late += o.Late
	t.Closed += o.Closed
	t.CutOff += o.CutOff
	t.Acts += o.Acts
	t.Erased += o.Erased
	t.Orders += o.Orders
	t.Passes += o.Passes
	t.Openings += o.Openings
}

// goRound lets each door send to some others, and do what it does beside the door.
func (s *site) goRound() {
	s.cutOff()
	s.visitorsCome()
	for _, from := range s.doors {
		for _, to := range s.doors {
			if from != to && from.reached(s.carried) && to.reached(s.carried) && s.rnd.IntN(2) == 0 {
				s.bring(from, to, true)
			}
		}
	}
	for _, d := range s.doors {
		d.undergo(func() { d.keepSite() })
	}
}

// cutOff draws, once a day, which door hears nothing for how long.
func (s *site) cutOff() {
	if s.carried.Sub(s.began) < 24*time.Hour {
		return
	}
	s.began = s.carried
	for _, d := range s.doors {
		if s.plan.faults && s.rnd.IntN(8) == 0 && d.reached(s.carried) {
			d.away = s.carried.Add(time.Duration(1+s.rnd.IntN(24*6)) * time.Hour)
			s.tally.CutOff++
			d.tell("the door is cut off from the others")
		}
	}
}

func (d *siteDoor) reached(now time.Time) bool { return !d.away.After(now) }

// bring brings one door what it lacks and another has. weather: not all of it, and
// some of it twice.
func (s *site) bring(from, to *siteDoor, weather bool) (applied int) {
	if !to.atRest() {
		return 0
	}
	records := append(to.late, s.lacking(from, to)...)
	to.late = nil
	if weather {
		records = s.roughly(to, records)
	}
	if len(records) == 0 {
		return 0
	}
	to.answers.learn(from.answers, from.clock.now)
	to.undergo(func() {
		done, err := to.door.Unit.ApplySite(context.Background(), records)
		if err != nil {
			to.fail(siteHeard, "%v", err)
		}
		applied = done.Records
		s.tally.Records += done.Records
		s.tally.Closed += done.Closed
		for _, r := range done.Refused {
			if errors.Is(r.Why, store.ErrNoMember) {
				continue // it was not told yet that this door is one of the site
			}
			to.fail(siteHeard, "record %d is refused: %v", r.Seq, r.Why)
		}
		if err := to.door.Unit.EraseTold(context.Background()); err != nil {
			to.fail(siteHeard, "%v", err)
		}
		s.adopt(to, done.Closed == 0)
		to.settle()
	})
	return applied
}

// lacking gives the records that one door has and another lacks, chain by chain.
func (s *site) lacking(from, to *siteDoor) (all [][]byte) {
	have, err := from.door.vault.SiteHeads()
	known, err2 := to.door.vault.SiteHeads()
	if err != nil || err2 != nil {
		from.fail(siteHeard, "%v, %v", err, err2)
	}
	for _, door := range slices.SortedFunc(maps.Keys(have), func(a, b fact.DoorID) int {
		return bytes.Compare(a[:], b[:])
	}) {
		if have[door] <= known[door] {
			continue
		}
		some, err := from.door.vault.SiteRecords(door, known[door]+1, 1<<30)
		if err != nil {
			from.fail(siteHeard, "%v", err)
		}
		all = append(all, some...)
	}
	return all
}

// roughly loses, repeats, delays and mixes records.
func (s *site) roughly(to *siteDoor, records [][]byte) (out [][]byte) {
	for _, r := range records {
		switch s.rnd.IntN(12) {
		case 0:
			s.tally.Lost++
		case 1:
			s.tally.Late++
			to.late = append(to.late, r)
		case 2:
			s.tally.Again++
			out = append(out, r, r)
		default:
			out = append(out, r)
		}
	}
	s.rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// keepSite is what the unit's other goroutines do for the site.
func (w *world) keepSite() (told bool) {
	ctx := context.Background()
	told, err := w.door.vault.CatchUp()
	if err == nil {
		err = w.door.vault.TellPasses()
	}
	if err == nil {
		err = w.door.Unit.KeepTrust(ctx)
	}
	if err == nil {
		err = w.door.Unit.KeepOrders(ctx)
	}
	if err != nil {
		w.fail(siteHeard, "%v", err)
	}
	w.settle()
	return told
}

// answers is the latest that a door can know of each other's time, and what those could know of
// others' by then.
type answers struct {
	here int
	of   [][]time.Time // of[a][b]: the time of b that a knew of, by what is known here
}

func newAnswers(here, n int, now time.Time) answers {
	a := answers{here: here}
	for range n {
		a.of = append(a.of, slices.Repeat([]time.Time{now}, n))
	}
	return a
}

// learn takes in all that another door can know at a time.
func (a *answers) learn(b answers, now time.Time) {
	b.of[b.here][b.here] = now
	for x := range a.of {
		for y, t := range b.of[x] {
			if x != a.here && t.After(a.of[x][y]) {
				a.of[x][y] = t
			}
		}
	}
	for y := range a.of {
		for _, row := range b.of {
			if y != a.here && row[y].After(a.of[a.here][y]) {
				a.of[a.here][y] = row[y]
			}
		}
	}
}

// last is the latest time of this door that another may have answered.
func (a *answers) last() (t time.Time) {
	for x, row := range a.of {
		if x != a.here && row[a.here].After(t) {
			t = row[a.here]
		}
	}
	return t
}

// faceTrust is for how long faces open at a door of a site that no other answers.
const faceTrust = 3 * 24 * time.Hour

// comeTogether brings everything to every door, and checks that all are equal then.
func (s *site) comeTogether() {
	for _, d := range s.doors {
		d.disk.cutIn, d.away = 0, time.Time{}
	}
	for quiet := 0; quiet < 3; {
		if s.rounds++; s.rounds > 200 {
			s.doors[0].fail(siteEqual, "the doors do not come to rest")
		}
		busy := false
		for _, d := range s.doors {
			d.undergo(func() { d.passUntil(s.latest().Add(10 * time.Minute)) })
		}
		for _, from := range s.doors {
			for _, to := range s.doors {
				busy = from != to && s.bring(from, to, false) > 0 || busy
			}
		}
		for _, d := range s.doors {
			busy = d.keepSite() || busy
			is, err := d.door.Unit.Answers(context.Background())
			if err != nil {
				d.fail(siteHeard, "%v", err)
			}
			busy = busy || is.Rest // until the next word, a day later at most
		}
		quiet = either(busy, 0, quiet+1)
	}
	s.checkEqual()
}

func (s *site) latest() (t time.Time) {
	for _, d := range s.doors {
		if d.clock.now.After(t) {
			t = d.clock.now
		}
	}
	return t
}

// checkEqual holds the doors against each other, and each erasure against its answers.
func (s *site) checkEqual() {
	s.tally.Acts = len(s.acts)
	for _, a := range s.acts {
		s.tally.Erased += either(a.erased || a.faceEnded, 1, 0)
	}
	for _, d := range s.doors {
		for _, a := range s.acts {
			if !d.heard[a] {
				d.fail(siteEqual, "what was done to %s at door %d is not known", a.is.name, a.door.n+1)
			}
		}
		waits, err := d.door.vault.SiteErasures()
		if err != nil || len(waits) > 0 {
			d.fail(siteAnswered, "%d are not, %v", len(waits), err)
		}
		d.checkPeople()
		s.sameAs(s.doors[0], d)
	}
}

// sameAs holds what two doors have of people against each other, but for what is one door's alone.
func (s *site) sameAs(a, b *siteDoor) {
	people := func(d *siteDoor) map[policy.PersonID]policy.Person {
		all, err := d.door.vault.People()
		if err != nil {
			d.fail(siteEqual, "%v", err)
		}
		out := map[policy.PersonID]policy.Person{}
		for _, p := range all {
			out[p.ID] = p
		}
		return out
	}
	have, has := people(a), people(b)
	if len(have) != len(has) {
		b.fail(siteEqual, "%d people are known, and %d at door %d", len(has), len(have), a.n+1)
	}
	for id, p := range have {
		q, known := has[id]
		works := func(p policy.Person) (ids []string) {
			for _, c := range p.Credentials {
				ids = append(ids, c.ID+either(c.Revoked, " revoked", ""))
			}
			slices.Sort(ids)
			return ids
		}
		if !known || p.Name != q.Name || p.Blocked != q.Blocked || !p.Until.Equal(q.Until) || !p.From.Equal(q.From) ||
			!slices.Equal(p.Groups, q.Groups) || !slices.Equal(works(p), works(q)) {
			b.fail(siteEqual, "a person is another one than at door %d", a.n+1)
		}
	}
}
