package unit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/board/config"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eye"
	"menshen/recognizer/fusion"
	"menshen/recognizer/index"
	"menshen/store"
)

// faces is what the loop knows of faces: who is enrolled, and who stands there.
type faces struct {
	index      *index.Index
	gallery    gallery // the index, and what a card carried
	scores     *calibration.Calibration
	strangerIn float64 // at most one stranger in so many attempts
	conf       fusion.Config
	at         calibration.Operating
	visit      *fusion.Visit
	mode       eye.Mode
	fresh      bool          // a visit begins: what the eye saw before does not count
	seen       time.Time     // the last face
	came       time.Duration // since when, by Unit.steady, the face of the visit is before the camera
	missed     policy.First  // whose face was refused last after their card, and when
	card       *tapped       // whose card waits for its owner's face
	asks       scene.Act     // what the person at the door is asked to do
	taking     *enrolment    // a person's face is being taken
	aiming     bool          // staff see the picture, also of a face being taken; none is recognised meanwhile
	// whose face was taken out of the index, to be erased; enrolling them again ends it
	dropped map[policy.PersonID]bool
	growth

	unusable error // what is wrong with the files that faces need, of Parts.NoFaces; set once
}

// configure sets the thresholds by the configuration and by the number of people enrolled.
func (f *faces) configure(c *config.Config) {
	f.conf = fusion.Defaults()
	f.conf.LiveMin, f.conf.FramesMin, f.conf.Window = c.Faces.LiveMin, c.Faces.Frames, c.Faces.DecideWithin.D()
	f.conf.Challenge, f.conf.Infrared = fusion.When(c.Challenge()), c.Infrared.Source != ""
	f.strangerIn = float64(c.Faces.StrangerIn)
	f.visit = fusion.NewVisit(f.conf, &f.gallery)
	f.recalibrate()
}

// recalibrate moves the thresholds after a person was enrolled or erased.
func (f *faces) recalibrate() {
	f.at = f.scores.Identify(f.index.Len(), f.strangerIn)
	f.conf.Threshold, f.conf.Margin = f.at.Threshold, f.at.Margin
	f.conf.Verify = f.scores.Verify(f.strangerIn).Threshold
	f.visit.Configure(f.conf)
}

// inForce is the operating point that decides at this door: among all enrolled people, or after the
// card against its owner alone.
func (f *faces) inForce(withCard bool) calibration.Operating {
	if withCard {
		return f.scores.Verify(f.strangerIn)
	}
	return f.at
}

// observe takes what the eye says of one frame, and overwrites it.
func (u *Unit) observe(o *recognizer.Observation) {
	defer o.Wipe()
	now := u.now()
	if o.Faces > 0 {
		u.faces.seen = now
	}
	if u.faces.taking != nil {
		u.faces.taking.add(o, now)
		u.retaken()
		return
	}
	if u.faces.aiming {
		return
	}
	if u.cfg.Faces.WithCard && u.faces.card == nil {
		return // faces are not searched for at this door
	}
	u.faces.crowd = u.faces.crowd || o.Faces > 1
	verdict, frame := u.faces.visit.Add(o.Frame(), now), u.inUnitTime(o.At)
	if u.faces.visit.Came().Equal(now) {
		u.faces.came = u.steadyAt(frame)
	}
	u.takeVerdict(verdict, now, frame)
}

// takeVerdict does what a verdict asks for: a decision, or an act by the person at the door. frame
// is when the last frame was taken.
func (u *Unit) takeVerdict(v fusion.Verdict, now, frame time.Time) {
	if v.Due {
		u.decideFace(v, now, frame)
	}
	if v.Act != u.faces.asks {
		if u.faces.asks = v.Act; v.Act != scene.NoAct {
			u.signals.say(signalFor[v.Act])
		}
	}
}

// signalFor is how lamp and buzzer ask for an act: a door may have nothing to show words on
// (a scene has them). The sign at the camera explains it.
var signalFor = map[scene.Act]policy.Signal{
	scene.CloseEyes: policy.SignalCloseEyes,
	scene.TurnLeft:  policy.SignalTurnLeft,
	scene.TurnRight: policy.SignalTurnRight,
}

// tapped is a card whose owner is now looked at.
type tapped struct {
	person       policy.PersonID
	credentialID string
	manner       Manner
}

// lookAfterCard begins to compare the person at the door with the card's owner alone (1:1). carried
// is the template that the card carried; nil: it is in the index.
func (u *Unit) lookAfterCard(p policy.Person, credentialID string, carried []float32, at time.Time) {
	u.faces.endCard()
	u.faces.gallery.owner, u.faces.gallery.template = index.ID(p.ID), carried
	u.faces.card = &tapped{p.ID, credentialID, MannerOf(p)}
	u.hand.by(p.ID)
	u.hand.decided = true
	u.faces.visit.Against(index.ID(p.ID), at)
	if p.LongOpen {
		u.faces.visit.GiveTime()
	}
	u.faces.crowd, u.faces.quiet = false, u.doorQuiet()
	u.faces.fresh = true
	u.signals.say(policy.SignalLook)
	u.lookAround(at)
}

// frameAge is how old the frame of a decision may be.
const frameAge = 2 * time.Second

// decideFace decides on a verdict that is due. The attempt is dated by its last frame, or by now
// when that frame is older than frameAge.
func (u *Unit) decideFace(v fusion.Verdict, now, frame time.Time) {
	if now.Sub(frame) > frameAge {
		frame = now
	}
	a := u.attempt(policy.ByFace, frame)
	a.Face = &v.Face
	card := u.faces.card
	if card != nil {
		a.Means, a.CredentialID = policy.ByCardFace, card.credentialID
		u.faces.endCard()
	}
	if v.Known {
		switch p, err := u.vault.Person(policy.PersonID(v.Candidate)); {
		case errors.Is(err, store.ErrUnknown): // erased at another door a moment ago
		case err != nil:
			u.vaultFault(err)
		default:
			a.Person = &p
		}
	}
	d := u.conclude(a)
	if card != nil && d.Grant {
		u.considerLearning(a, d)
		u.explainWithdrawal(a)
	}
	u.faces.visit.Decided(d.Moves(), now)
	u.faces.fresh = true
	if card != nil && !d.Moves() {
		u.faces.missed = policy.First{Person: card.person, At: d.At}
	}
}

// lookAround lets time pass for the visit, and sets the eye's mode: off when no face could open the
// door, idle while no person is there, and full rate while one is.
func (u *Unit) lookAround(now time.Time) {
	if u.eye == nil {
		return
	}
	f := &u.faces
	mode := eye.Idle
	switch off := u.facesOff(); {
	case f.taking != nil:
		f.taking.tick(now)
		mode = either(f.aiming, eye.EnrolShown, eye.Enrol)
		if u.retaken() {
			mode = eye.Idle
		}
	case f.aiming:
		f.visit.Forget()
		f.endCard()
		mode = eye.Aim
	case off.Is() && !off.recoverable(), f.index.Len() == 0 && f.gallery.template == nil:
		f.visit.Forget()
		f.endCard()
		mode = eye.Off
	case f.card != nil, !u.cfg.Faces.WithCard && now.Sub(f.seen) < f.conf.GoneAfter:
		mode = eye.Looking
	case u.cfg.Faces.WithCard:
		mode = eye.Off // until a card asks for it
	}
	if mode != f.mode || f.fresh {
		f.mode, f.fresh = mode, false
		u.eye.SetMode(mode)
	}
	if mode == eye.Looking {
		u.takeVerdict(f.visit.Tick(now), now, now)
	}
}

// Learn puts a new face into the index.
func (u *Unit) Learn(ctx context.Context, id policy.PersonID, f *Face) error {
	var err error
	doErr := u.do(ctx, func() {
		delete(u.faces.dropped, id)
		err = u.faces.index.Insert(index.ID(id), f.Template)
		u.faces.recalibrate()
	})
	if err = errors.Join(doErr, err); err != nil {
		return fmt.Errorf("taking the face into the index: %w", err)
	}
	return nil
}

// Relearn takes a face into the index anew, after an occasion was added or erased. One that was
// taken out meanwhile stays out.
func (u *Unit) Relearn(ctx context.Context, id policy.PersonID) error {
	var err error
	doErr := u.do(ctx, func() { err = u.relearn(id) })
	if err = errors.Join(doErr, err); err != nil {
		return fmt.Errorf("taking the face into the index again: %w", err)
	}
	return nil
}

func (u *Unit) relearn(id policy.PersonID) error {
	err := u.vault.Face(id, func(_ policy.Person, stored [][]float32) error { return u.insert(id, stored) })
	if errors.Is(err, store.ErrUnknown) || errors.Is(err, store.ErrFacesLocked) {
		return nil // erased meanwhile, or taken in when the faces are unlocked
	}
	u.faces.recalibrate()
	return err
}

// insert makes the mean of a person's occasions their one template in the index (decision 44).
func (u *Unit) insert(id policy.PersonID, occasions [][]float32) error {
	if u.faces.dropped[id] {
		return nil
	}
	u.faces.index.Erase(index.ID(id))
	joined := recognizer.Join(occasions)
	if joined == nil {
		return fmt.Errorf("templates of person %s are %w", id, store.ErrCorrupt)
	}
	defer clear(joined)
	return u.faces.index.Insert(index.ID(id), joined)
}

// ForgetFace takes a face out of the index, where it is overwritten; from then on it opens nothing.
func (u *Unit) ForgetFace(ctx context.Context, id policy.PersonID) error {
	return u.do(ctx, func() { u.dropFace(id) })
}

// dropFace forgets what was seen, too. A card that waits for its owner's face goes on waiting for
// that face alone, unless it is the one that is dropped.
func (u *Unit) dropFace(id policy.PersonID) {
	u.faces.dropped[id] = true
	u.faces.forgetGrowth(id)
	delete(u.front.heard, id)
	u.faces.index.Erase(index.ID(id))
	if card := u.faces.card; card != nil && card.person != id {
		u.faces.visit.Against(index.ID(card.person), u.now())
	} else {
		u.faces.endCard()
		u.faces.visit.Forget()
	}
	u.faces.recalibrate()
}

// LooksLike reports whether another person's face is so similar that the two could be taken for one
// another. The search runs beside the loop.
func (u *Unit) LooksLike(ctx context.Context, f *Face, id policy.PersonID) (tooLike bool, score float64, err error) {
	var at calibration.Operating
	if err := u.do(ctx, func() { at = u.faces.at }); err != nil {
		return false, -1, err
	}
	for _, hit := range u.faces.index.Search(f.Template, 2) {
		if hit.ID != index.ID(id) {
			return at.TooSimilar(hit.Score), hit.Score, nil
		}
	}
	return false, -1, nil
}

// LoadFaces takes every face that the vault can open and the index does not hold yet.
func (u *Unit) LoadFaces(ctx context.Context) error {
	var err error
	doErr := u.do(ctx, func() { err = u.fillIndex() })
	return errors.Join(doErr, err)
}

func (u *Unit) fillIndex() error {
	var damaged []error
	err := u.vault.Templates(func(id policy.PersonID, occasions [][]float32) error {
		err := u.insert(id, occasions)
		if errors.Is(err, store.ErrCorrupt) {
			damaged = append(damaged, err)
			return nil
		}
		return err
	})
	err = errors.Join(append(damaged, err)...)
	if errors.Is(err, store.ErrFacesLocked) {
		err = nil // the console says so; cards work
	}
	if err = u.RecordDamage(err); err != nil {
		return fmt.Errorf("loading the templates: %w", err)
	}
	if u.faces.visit != nil {
		u.faces.recalibrate()
	}
	return nil
}

// Comparison is how faces are compared at this door.
type Comparison struct {
	Scores *calibration.Calibration
	Asked  float64 // at most one stranger in so many attempts
	At     calibration.Operating
}

// Compares works out how faces are compared, from calibration and index, which any goroutine may
// ask. False: no face can be known here.
func (u *Unit) Compares() (c Comparison, ok bool) {
	f := &u.faces
	if !u.cfg.Faces.Enabled || f.unusable != nil {
		return c, false
	}
	c = Comparison{Scores: f.scores, Asked: f.strangerIn, At: f.scores.Verify(f.strangerIn)}
	if !u.cfg.Faces.WithCard {
		c.At = f.scores.Identify(f.index.Len(), f.strangerIn)
	}
	return c, true
}
