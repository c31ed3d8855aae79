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
// matters most for recognising somebody later (one picture 97.6% at 1e-4, the mean of three 99.65%).
const (
	picturesWanted = 5
	pictureEvery   = 200 * time.Millisecond // so that five pictures are five moments
	enrolWithin    = time.Minute
	samePerson     = 0.5 // cosine with the mean of the pictures so far
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
	liveMin  float64
	advice   recognizer.Advice
	steps    chan console.Step // the newest only
	lang     string
	done     chan enrolled // buffered
}

type enrolled struct {
	face *face
	err  error
}

// takeFace lets the loop take somebody's face, and passes on how far it is.
func (u *Unit) takeFace(ctx context.Context, lang string, step console.Progress) (*face, error) {
	e := &enrolment{liveMin: u.cfg.Faces.LiveMin, lang: lang, steps: make(chan console.Step, 1), done: make(chan enrolled, 1)}
	busy, off := false, ""
	err := u.do(ctx, func() {
		busy, off = u.faces.taking != nil, u.facesOff()
		if !busy && off == "" {
			e.until = u.now().Add(enrolWithin)
			u.faces.taking = e
			u.faces.visit.Forget()
		}
	})
	switch {
	case err != nil:
		return nil, err
	case busy:
		return nil, problem(errors.New("somebody else's face is being taken"), "wait until that is done")
	case off != "":
		return nil, problem(errors.New("faces are off: "+off), "see 'status' for what to do")
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
		return
	}
	if o.Embedding == nil || o.Quality.Advice != recognizer.Fine {
		e.say(o.Quality.Advice)
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
		e.finish()
	}
}

// finish hands the mean over, or says why it is not good enough.
func (e *enrolment) finish() {
	if e.live/picturesWanted < e.liveMin {
		e.wipe()
		e.done <- enrolled{err: problem(errors.New("this does not look like a living face"), "take away glass and glare, and let the person stand there themselves")}
		return
	}
	n := e.norm()
	f := &face{template: make([]float32, recognizer.Dim), pictures: e.pictures}
	for i, x := range e.sum {
		f.template[i] = float32(x / n)
	}
	e.done <- enrolled{face: f}
}

// tick ends an enrolment that takes too long.
func (e *enrolment) tick(now time.Time) {
	if now.After(e.until) && len(e.done) == 0 {
		e.until = now.Add(time.Hour)
		e.done <- enrolled{err: problem(errors.New("no good picture within a minute"), e.advice.Text(e.lang))}
	}
}

// say tells the session how far it is, or what would help; an older word that was not read gives way.
func (e *enrolment) say(a recognizer.Advice) {
	e.advice = a
	select {
	case <-e.steps:
	default:
	}
	e.steps <- console.Step{Text: a.Text(e.lang), Done: e.pictures, Wanted: picturesWanted}
}

func (e *enrolment) wipe() {
	clear(e.sum[:])
	e.pictures, e.live = 0, 0
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
