package board

import (
	"context"
	"errors"
	"math"
	"time"

	"menshen/board/console"
	"menshen/recognizer"
)

// Enrolment takes several pictures and keeps only the mean of what was computed from them: three or more are what
// matters most for recognising somebody later (one picture 97.6% at 1e-4, the mean of three 99.65%). Then comes a trial pass: the person steps out of
// the picture, walks up as they will every day, and must be recognised. Only then anything is stored.
const (
	picturesWanted = 5
	pictureEvery   = 200 * time.Millisecond // so that five pictures are five moments
	enrolWithin    = time.Minute            // for the pictures, and again for the trial
	samePerson     = 0.5                    // cosine with the mean of the pictures so far
	awayFor        = time.Second            // out of the picture, before the trial
)

// face is a template about to be stored. Wipe it.
type face struct {
	template []float32
	pictures int
}

func (f *face) wipe() { clear(f.template) }

// enrolment is somebody whose face is being taken. It belongs to the loop; its channels lead to the session that asked.
type enrolment struct {
	sum      [recognizer.Dim]float64
	pictures int
	last     time.Time
	until    time.Time
	live     float64 // sum
	need     needed
	face     *face     // taken, to be tried
	away     time.Time // since when nobody is in the picture; zero: somebody is
	trying   bool      // they were away and come back
	agreed   int       // frames of the trial that recognised them
	advice   recognizer.Advice
	steps    chan console.Step // the newest only
	lang     string
	done     chan enrolled // buffered
}

type enrolled struct {
	face *face
	err  error
}

// needed is what a face must reach at this door.
type needed struct {
	live, score float64
	frames      int
}

// takeFace lets the loop take somebody's face, and passes on how far it is.
func (u *Unit) takeFace(ctx context.Context, lang string, step console.Progress) (*face, error) {
	e := &enrolment{lang: lang, steps: make(chan console.Step, 1), done: make(chan enrolled, 1)}
	var busy bool
	var off off
	err := u.do(ctx, func() {
		busy, off = u.faces.taking != nil, u.facesOff()
		if !busy && !off.is() {
			e.until = u.now().Add(enrolWithin)
			e.need = needed{u.cfg.Faces.LiveMin, either(u.cfg.Faces.WithCard, u.faces.conf.Verify, u.faces.conf.Threshold), u.cfg.Faces.Frames}
			u.faces.taking = e
			u.faces.visit.Forget()
		}
	})
	switch {
	case err != nil:
		return nil, err
	case busy:
		return nil, problem(errors.New("somebody else's face is being taken"), "wait until that is done")
	case off.is():
		why, remedy := u.whyOff(off, lang)
		return nil, problem(errors.New(words(lang, "faces are off: ", "人脸已停用：")+why), remedy)
	}
	defer func() { _ = u.do(context.WithoutCancel(ctx), func() { u.faces.taking = nil; e.wipe() }) }()
	step(console.Step{Text: words(lang, "stand before the camera", "请站到镜头前"), Wanted: picturesWanted})
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

// add takes one frame into account.
func (e *enrolment) add(o *recognizer.Observation, now time.Time) {
	defer e.tick(now)
	if o.Faces == 0 {
		e.nobody(now)
		return
	}
	e.away = time.Time{}
	if e.face != nil && !e.trying {
		return // not gone yet
	}
	if o.Embedding == nil || o.Quality.Advice != recognizer.Fine {
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
		e.wipe() // somebody else stepped before the camera
	}
	for i, x := range o.Embedding {
		e.sum[i] += float64(x)
	}
	e.live += float64(o.Live)
	e.last = now
	e.pictures++
	e.say(recognizer.Fine)
	if e.pictures == picturesWanted {
		e.taken(now)
	}
}

// nobody notices that the person stepped out of the picture, for the trial.
func (e *enrolment) nobody(now time.Time) {
	if e.face == nil || e.trying {
		return
	}
	if e.away.IsZero() {
		e.away = now
	}
	if now.Sub(e.away) >= awayFor {
		e.trying = true
		e.tell(console.Step{Text: words(e.lang, "now walk up to the door as you will every day", "请像平时一样走近门口"), Wanted: e.need.frames})
	}
}

// try compares one frame of the trial with what was taken.
func (e *enrolment) try(o *recognizer.Observation) {
	score := 0.0
	for i, x := range o.Embedding {
		score += float64(x) * float64(e.face.template[i])
	}
	if score < e.need.score || float64(o.Live) < e.need.live {
		e.say(recognizer.HoldStill)
		return
	}
	if e.agreed++; e.agreed < e.need.frames {
		e.tell(console.Step{Text: recognizer.Fine.Text(e.lang), Done: e.agreed, Wanted: e.need.frames})
		return
	}
	e.done <- enrolled{face: e.face}
	e.face, e.trying = nil, false
	e.until = e.until.Add(time.Hour)
}

// taken makes the template and asks for the trial, or says why it is not good enough.
func (e *enrolment) taken(now time.Time) {
	if e.live/picturesWanted < e.need.live {
		e.wipe()
		e.done <- enrolled{err: problem(errors.New("this does not look like a living face"), "take away glass and glare, and let the person stand there themselves")}
		return
	}
	n := e.norm()
	f := &face{template: make([]float32, recognizer.Dim), pictures: e.pictures}
	for i, x := range e.sum {
		f.template[i] = float32(x / n)
	}
	e.face, e.until = f, now.Add(enrolWithin)
	e.tell(console.Step{Text: words(e.lang, "taken; now step out of the picture for a moment", "已采集。请先离开画面片刻"), Done: picturesWanted, Wanted: picturesWanted, Trial: true})
}

// tick ends an enrolment that takes too long.
func (e *enrolment) tick(now time.Time) {
	if !now.After(e.until) || len(e.done) > 0 {
		return
	}
	e.until = now.Add(time.Hour)
	what := "no good picture within a minute"
	if e.face != nil {
		what = "the face was not recognised when its owner came back, so nothing was stored"
	}
	e.wipe()
	e.done <- enrolled{err: problem(errors.New(what), e.advice.Text(e.lang))}
}

// say tells the session how far it is, or what would help; an older word that was not read gives way.
func (e *enrolment) say(a recognizer.Advice) {
	e.advice = a
	s := console.Step{Text: a.Text(e.lang), Done: e.pictures, Wanted: picturesWanted}
	if e.trying {
		s.Done, s.Wanted = e.agreed, e.need.frames
	}
	e.tell(s)
}

// tell hands a step over; only the newest counts.
func (e *enrolment) tell(s console.Step) {
	select {
	case <-e.steps:
	default:
	}
	e.steps <- s
}

func (e *enrolment) wipe() {
	clear(e.sum[:])
	e.pictures, e.live = 0, 0
	if e.face != nil {
		e.face.wipe()
		e.face, e.trying = nil, false
	}
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

// words picks the language.
func words(lang, en, zh string) string {
	if lang == "zh" {
		return zh
	}
	return en
}
