package unit

import (
	"cmp"
	"context"
	"math"
	"time"

	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/index"
	"menshen/store"
)

// Enrolment takes several pictures and keeps only the mean of what was computed from them: three or
// more matter most for recognising the person later (one picture 97.6% at 1e-4, the mean of three
// 99.65%). Then comes a trial pass: the person steps out of the picture, walks up as they will
// every day, and must be recognised. Only then anything is stored.
const (
	picturesWanted = 5
	pictureEvery   = 200 * time.Millisecond // so that five pictures are five moments
	enrolWithin    = time.Minute            // for the pictures, and again for the trial
	samePerson     = 0.5                    // cosine with the mean of the pictures so far
	awayFor        = time.Second            // out of the picture, before the trial
)

// Face is a template about to be stored. Wipe it.
type Face struct {
	Template []float32
	Pictures int // that it was made of
}

// Wipe overwrites it.
func (f *Face) Wipe() { clear(f.Template) }

// Step is how far an enrolment is.
type Step struct {
	Kind         StepKind
	Advice       scene.Advice // what would help, in Taking and Trying
	Done, Wanted int          // pictures
}

// StepKind is what the person whose face is taken has to do.
type StepKind int

const (
	Stand   StepKind = iota // before the camera
	Taking                  // pictures are taken
	StepOut                 // the pictures are taken: leave the picture for a moment
	WalkUp                  // as every day
	Trying                  // they walk up
)

// Why a face was not taken.
var (
	ErrTaking     = i18n.E("unit.taking-another-face", "another person's face is being taken")
	ErrNotLive    = i18n.E("unit.not-living", "this does not look like a living face")
	ErrNotTheirs  = i18n.E("unit.not-their-face", "this face is not like the stored one of that person")
	ErrNotAlone   = i18n.E("unit.not-alone", "another face was in the picture")
	ErrLikeOthers = i18n.E("unit.like-others", "this face is too much like another person's")
)

// OffError says that faces are off.
type OffError struct{ Off Off }

func (e OffError) Error() string { return "faces are off: " + e.Off.String() }

// LateError says that an enrolment took too long.
type LateError struct {
	Trial  bool // the face was taken and not recognised when its owner came back
	Advice scene.Advice
}

func (e LateError) Error() string {
	if e.Trial {
		return "the face was not recognised when its owner came back, so nothing was stored"
	}
	return "no good picture within a minute"
}

// enrolment is the taking of a person's face. It belongs to the loop; its channels
// lead to the session that asked.
type enrolment struct {
	sum      [recognizer.Dim]float64
	pictures int
	last     time.Time
	until    time.Time
	live     float64 // sum
	need     needed
	face     *Face     // taken, to be tried
	away     time.Time // since when no face is in the picture; zero: one is
	trying   bool      // they were away and come back
	agreed   int       // frames of the trial that recognised them
	advice   scene.Advice
	at       Step          // told last
	manner   Manner        // of whose face it is
	steps    chan Step     // the newest only
	done     chan enrolled // buffered
	ended    bool          // what came of it was handed over

	by    store.Actor       // who takes it; empty: the door
	over  chan struct{}     // closed when TakeFace has ended
	like  func(*Face) error // asked of a face before its trial; nil: any will do
	owner *policy.PersonID  // whom the door itself asked, see again.go: without a trial, and alone in the picture
}

type enrolled struct {
	face *Face
	err  error
}

// needed is what a face must reach at this door.
type needed struct {
	live, score float64
	frames      int
}

// TakeFace lets the loop take a person's face for an operator, and passes on how far it is. With an
// owner it must be like the face that is stored of them. The door tells the steps too, in the
// person's manner. Errors: ErrTaking, ErrNotLive,
// ErrNotTheirs, OffError, LateError, ErrStopped.
func (u *Unit) TakeFace(
	ctx context.Context, by store.Actor, with Manner, owner *policy.PersonID, step func(Step),
) (*Face, error) {
	e := newEnrolment(with)
	e.by = by
	defer close(e.over)
	if owner != nil {
		e.like = func(f *Face) error { return u.likeStored(*owner, f) }
	}
	var refused error
	err := u.do(ctx, func() {
		switch off := u.facesOff(); {
		case u.faces.taking != nil:
			refused = ErrTaking
		case off.Is():
			refused = OffError{off}
		default:
			u.beginTaking(e, u.now().Add(with.patience(enrolWithin)))
		}
	})
	if err = cmp.Or(err, refused); err != nil {
		return nil, err
	}
	defer func() {
		_ = u.do(context.WithoutCancel(ctx), func() {
			u.faces.taking = nil
			e.wipe()
			u.lead(scene.Scene{Kind: scene.Waiting}, with, lasting[scene.Waiting]) // for what comes of it
		})
	}()
	step(Step{Kind: Stand, Wanted: picturesWanted})
	for {
		select {
		case s := <-e.steps:
			step(s)
		case r := <-e.done:
			return r.face, r.err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-u.stopped:
			return nil, ErrStopped
		}
	}
}

func newEnrolment(m Manner) *enrolment {
	return &enrolment{manner: m, at: Step{Kind: Stand, Wanted: picturesWanted},
		steps: make(chan Step, 1), done: make(chan enrolled, 1), over: make(chan struct{})}
}

// beginTaking takes a face instead of recognising one.
func (u *Unit) beginTaking(e *enrolment, until time.Time) {
	e.until = until
	e.need = needed{u.cfg.Faces.LiveMin,
		either(u.cfg.Faces.WithCard, u.faces.conf.Verify, u.faces.conf.Threshold), u.cfg.Faces.Frames}
	u.faces.taking = e
	u.front.noLongerWaits()
	u.faces.endCard()
	u.faces.visit.Forget()
}

// likeStored gives ErrNotTheirs unless a face is as like the one stored of a person as that of a
// card's owner must be.
func (u *Unit) likeStored(id policy.PersonID, f *Face) error {
	if score, ok := u.faces.index.Score(index.ID(id), f.Template); !ok || score < u.faces.conf.Verify {
		return ErrNotTheirs
	}
	return nil
}

// add takes one frame into account.
func (e *enrolment) add(o *recognizer.Observation, now time.Time) {
	defer e.tick(now)
	if o.Faces == 0 {
		e.stepsOut(now)
		return
	}
	e.away = time.Time{}
	if e.owner != nil && o.Faces > 1 {
		e.end(enrolled{err: ErrNotAlone})
	}
	if e.ended {
		return
	}
	if e.face != nil && !e.trying {
		return // not gone yet
	}
	if o.Embedding == nil || o.Quality.Advice != scene.Fine {
		e.say(o.Quality.Advice)
		return
	}
	if e.trying {
		e.try(o)
		return
	}
	if now.Sub(e.last) < pictureEvery || e.pictures == picturesWanted {
		return
	}
	if e.pictures > 0 && e.cosine(o.Embedding) < samePerson {
		e.wipe() // another person stepped before the camera
	}
	for i, x := range o.Embedding {
		e.sum[i] += float64(x)
	}
	e.live += float64(o.Live)
	e.last = now
	e.pictures++
	e.say(scene.Fine)
	if e.pictures == picturesWanted {
		e.taken(now)
	}
}

// stepsOut notices that the person stepped out of the picture, for the trial.
func (e *enrolment) stepsOut(now time.Time) {
	if e.face == nil || e.trying {
		return
	}
	if e.away.IsZero() {
		e.away = now
	}
	if now.Sub(e.away) >= awayFor {
		e.trying = true
		e.tell(Step{Kind: WalkUp, Wanted: e.need.frames})
	}
}

// try compares one frame of the trial with what was taken.
func (e *enrolment) try(o *recognizer.Observation) {
	score := 0.0
	for i, x := range o.Embedding {
		score += float64(x) * float64(e.face.Template[i])
	}
	if score < e.need.score || float64(o.Live) < e.need.live {
		e.say(scene.HoldStill)
		return
	}
	if e.agreed++; e.agreed < e.need.frames {
		e.tell(Step{Kind: Trying, Done: e.agreed, Wanted: e.need.frames})
		return
	}
	f := e.face
	e.face = nil // the session's now
	e.end(enrolled{face: f})
}

// end gives the outcome to the session, and overwrites the rest.
func (e *enrolment) end(r enrolled) {
	e.wipe()
	if !e.ended {
		e.ended = true
		e.done <- r
	}
}

// taken makes the template and asks for the trial, or says why it is not good enough.
func (e *enrolment) taken(now time.Time) {
	if e.live/picturesWanted < e.need.live {
		e.end(enrolled{err: ErrNotLive})
		return
	}
	n := e.norm()
	f := &Face{Template: make([]float32, recognizer.Dim), Pictures: e.pictures}
	for i, x := range e.sum {
		f.Template[i] = float32(x / n)
	}
	if e.like != nil {
		if err := e.like(f); err != nil {
			f.Wipe()
			e.end(enrolled{err: err})
			return
		}
	}
	if e.owner != nil {
		e.end(enrolled{face: f})
		return
	}
	e.face, e.until = f, now.Add(e.manner.patience(enrolWithin))
	e.tell(Step{Kind: StepOut, Done: picturesWanted, Wanted: picturesWanted})
}

// tick ends an enrolment that takes too long.
func (e *enrolment) tick(now time.Time) {
	if !now.After(e.until) || e.ended {
		return
	}
	e.end(enrolled{err: LateError{Trial: e.face != nil, Advice: e.advice}})
}

// say tells the session how far it is, or what would help. It replaces an
// older word that was not read.
func (e *enrolment) say(a scene.Advice) {
	e.advice = a
	if e.trying {
		e.tell(Step{Kind: Trying, Advice: a, Done: e.agreed, Wanted: e.need.frames})
		return
	}
	e.tell(Step{Kind: Taking, Advice: a, Done: e.pictures, Wanted: picturesWanted})
}

// tell hands a step over; only the newest counts.
func (e *enrolment) tell(s Step) {
	select {
	case <-e.steps:
	default:
	}
	e.at = s
	e.steps <- s
}

// scene is the step that the person at the door is told.
func (e *enrolment) scene() scene.Scene {
	kinds := map[StepKind]scene.Kind{Stand: scene.Standing, Taking: scene.Enrolling, StepOut: scene.SteppingOut,
		WalkUp: scene.WalkingUp, Trying: scene.WalkingUp}
	return e.manner.scene(scene.Scene{Kind: kinds[e.at.Kind], Advice: e.at.Advice, Done: e.at.Done,
		Wanted: e.at.Wanted})
}

func (e *enrolment) wipe() {
	clear(e.sum[:])
	e.pictures, e.live = 0, 0
	if e.face != nil {
		e.face.Wipe()
	}
	e.face, e.trying = nil, false
}

func (e *enrolment) norm() float64 {
	s := 0.0
	for _, x := range e.sum {
		s += x * x
	}
	return math.Sqrt(s)
}

func (e *enrolment) cosine(v *recognizer.Embedding) float64 {
	s := 0.0
	for i, x := range v {
		s += float64(x) * e.sum[i]
	}
	return s / e.norm()
}
