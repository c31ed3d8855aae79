package unit

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/index"
	"menshen/store"
	"menshen/store/audit"
)

// What is added to a stored face at the door (decision 44): once more after the owner's card, where
// they agreed to be asked (retaken), and what is learnt from a certain visit, where they agreed to
// that (considerLearning). Policy says whether; the card has opened the door before, and nothing
// here makes anyone wait.

const (
	askAfter   = 1500 * time.Millisecond // after the door said "come in"
	askedEvery = 20 * time.Hour
	lookWithin = 8 * time.Second // for the pictures; nobody else's face is recognised meanwhile
	closedIn   = 2 * time.Minute // after a visit that is learnt from
)

// growth is what the loop knows of faces that may be added to. The channel leads to the goroutine
// that stores.
type growth struct {
	invited *invitation
	asked   map[policy.PersonID]time.Time // when the door asked them to look once more
	crowd   bool                          // more than one face was in view since the card
	quiet   bool                          // the door was closed and locked when the card came
	lesson  *addition                     // to be learnt from, if the door closes in peace
	waiting chan addition
}

type invitation struct {
	person policy.PersonID
	manner Manner
	from   time.Time
}

// addition is one more template of a person's face, on its way to the vault.
type addition struct {
	person   policy.PersonID
	manner   Manner
	occasion policy.Occasion
	template []float32
	like     float64          // what it must score with what was not learnt: as much as a face without a card
	visit    policy.CardVisit // of one that is learnt
	tooLike  func(score float64) bool
}

func newGrowth() growth {
	return growth{asked: map[policy.PersonID]time.Time{}, waiting: make(chan addition, 4)}
}

// forgetGrowth forgets what is about to be added to a face.
func (g *growth) forgetGrowth(id policy.PersonID) {
	delete(g.asked, id)
	if g.invited != nil && g.invited.person == id {
		g.invited = nil
	}
	if g.lesson != nil && g.lesson.person == id {
		g.forgetLesson()
	}
}

func (g *growth) forgetLesson() {
	if g.lesson != nil {
		clear(g.lesson.template)
		g.lesson = nil
	}
}

func (g *growth) wipe() {
	g.forgetLesson()
	for len(g.waiting) > 0 {
		a := <-g.waiting
		clear(a.template)
	}
}

// hand hands an addition over to be stored. Where too many wait, it is left out.
func (g *growth) hand(a addition) {
	select {
	case g.waiting <- a:
	default:
		clear(a.template)
	}
}

// growFaces does what was due by now.
func (u *Unit) growFaces(now time.Time) {
	f := &u.faces
	if f.invited != nil && !now.Before(f.invited.from) {
		who := *f.invited
		f.invited = nil
		u.retake(who, now)
	}
	if f.lesson == nil {
		return
	}
	switch since := now.Sub(f.lesson.occasion.At); {
	case u.doorQuiet():
		f.lesson.visit.Quiet = true
		f.hand(*f.lesson)
		f.lesson = nil
	case since < 0, since > closedIn, u.door.Blind, u.unlockedForAll(),
		u.door.State == policy.Held, u.door.State == policy.Forced:
		f.forgetLesson()
	}
}

// doorQuiet reports whether the door is closed and locked, as far as it can be known.
func (u *Unit) doorQuiet() bool {
	d := &u.door
	return u.doorConf.HasContact && !d.Blind && d.State == policy.Locked && !d.Unlocked && !u.unlockedForAll()
}

func (u *Unit) unlockedForAll() bool { return u.door.Fire || u.door.Evacuation || u.door.Free }

// invite remembers that a person who was let in with their own card agreed to be asked to look once
// more. A person is asked once a day.
func (u *Unit) invite(a policy.Attempt, d policy.Decision) {
	f := &u.faces
	p, card := a.Person, d.Means == policy.ByCard || d.Means == policy.ByCardFace
	if u.eye == nil || p == nil || !card || u.unlockedForAll() {
		return
	}
	ago := d.At.Sub(f.asked[p.ID])
	if policy.MayAdd(*p, policy.Occasion{At: d.At, How: policy.TakenAtDoor}) != nil || ago >= 0 && ago < askedEvery {
		return
	}
	f.invited = &invitation{p.ID, MannerOf(*p), d.At.Add(askAfter)}
}

// retake asks a person to look once more, and takes their face.
func (u *Unit) retake(who invitation, now time.Time) {
	f, id := &u.faces, who.person
	if f.taking != nil || f.aiming || u.facesOff().Is() || f.dropped[id] {
		return
	}
	f.asked[id] = now
	e := newEnrolment(who.manner)
	e.owner = &id
	f.endCard()
	u.beginTaking(e, now.Add(lookWithin))
	u.signals.say(policy.SignalLook)
}

// retaken takes what the door itself took, once that is over; it reports whether it was.
func (u *Unit) retaken() bool {
	e := u.faces.taking
	if e.owner == nil || len(e.done) == 0 {
		return false
	}
	r := <-e.done
	u.faces.taking = nil
	var late LateError
	switch {
	case r.err == nil:
		u.faces.hand(addition{person: *e.owner, manner: e.manner, template: r.face.Template, like: u.faces.at.Threshold,
			occasion: policy.Occasion{At: u.now(), How: policy.TakenAtDoor}, tooLike: u.faces.at.TooSimilar})
	case errors.As(r.err, &late): // they walked on, which is their right
	default:
		u.refuseOccasion(*e.owner, e.manner, r.err)
	}
	return true
}

// refuseOccasion tells at the door and on record that a face was not added.
func (u *Unit) refuseOccasion(id policy.PersonID, m Manner, why error) {
	word := "not stored"
	for err, w := range map[error]string{ErrNotTheirs: "another face", ErrNotAlone: "not alone",
		ErrNotLive: "not live", ErrLikeOthers: "like another's"} {
		if errors.Is(why, err) {
			word = w
		}
	}
	u.Record(store.Entry{Kind: audit.OccasionRefused, Person: id, Detail: map[string]string{"why": word}})
	u.tell(policy.SignalRefused, m.scene(scene.Scene{Kind: scene.NotStored}))
}

// considerLearning keeps the face of a granted visit until the door has closed, where policy may
// have it learnt.
func (u *Unit) considerLearning(a policy.Attempt, d policy.Decision) {
	f := &u.faces
	o := policy.Occasion{At: d.At, How: policy.TakenLearnt}
	if !u.cfg.Faces.Learn || f.crowd || !f.quiet || policy.MayAdd(*a.Person, o) != nil {
		return
	}
	f.forgetLesson()
	if t := f.visit.Template(); t != nil {
		f.lesson = &addition{person: a.Person.ID, occasion: o, template: t, like: f.at.Threshold,
			tooLike: f.at.TooSimilar,
			visit: policy.CardVisit{Decision: d, Face: *a.Face, Among: f.at.Threshold, Margin: f.at.Margin,
				Alone: true}}
	}
}

// addOccasions stores what is added, until ctx ends.
func (u *Unit) addOccasions(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-u.faces.waiting:
			u.addOccasion(ctx, a)
		}
	}
}

// addOccasion stores one more occasion, if the face is its owner's for certain.
func (u *Unit) addOccasion(ctx context.Context, a addition) {
	defer clear(a.template)
	err := u.judge(&a)
	if err == nil {
		err = u.vault.AddOccasion(store.Door, a.person, a.occasion, a.template)
	}
	_ = u.do(ctx, func() {
		if err == nil {
			err = u.relearn(a.person)
		}
		switch {
		case a.occasion.How == policy.TakenLearnt: // in silence: nobody waits for it
		case err == nil:
			u.tell(policy.SignalTaken, a.manner.scene(scene.Scene{Kind: scene.Grown}))
		default:
			u.refuseOccasion(a.person, a.manner, err)
		}
	})
}

// judge gives an error if a template must not be added to a person's face: ErrNotTheirs, by what
// was not learnt, and for a visit where it was not certain; ErrLikeOthers, where the door would
// take the face for another's with it.
func (u *Unit) judge(a *addition) error {
	return u.vault.Face(a.person, func(p policy.Person, stored [][]float32) error {
		var taken [][]float32
		for i, o := range p.Occasions {
			if o.How != policy.TakenLearnt {
				taken = append(taken, stored[i])
			}
		}
		own, with := recognizer.Join(taken), recognizer.Join(append(slices.Clone(stored), a.template))
		defer clear(own)
		defer clear(with)
		a.visit.Own = cosine(own, a.template)
		a.visit.Other = u.nearestOther(a.template, a.person)
		switch {
		case a.visit.Own < a.like, a.occasion.How == policy.TakenLearnt && !a.visit.Certain():
			return ErrNotTheirs
		case a.tooLike(a.visit.Other), a.tooLike(u.nearestOther(with, a.person)):
			return ErrLikeOthers
		}
		return nil
	})
}

// nearestOther is the best score of a template with another enrolled person; -1 when there is none.
func (u *Unit) nearestOther(template []float32, id policy.PersonID) float64 {
	for _, hit := range u.faces.index.Search(template, 2) {
		if hit.ID != index.ID(id) {
			return hit.Score
		}
	}
	return -1
}

// cosine is that of two templates; -1 where there is none.
func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range min(len(a), len(b)) {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if !(aa > 0 && bb > 0) {
		return -1
	}
	return ab / math.Sqrt(aa*bb)
}
