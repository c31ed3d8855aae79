package unit

import (
	"context"
	"fmt"
	"time"

	"menshen/hal/scene"
	"menshen/policy"
)

// front is what the door tells whoever stands before it, besides lamp and buzzer (decision 56):
// the scene of the last event for its time, and otherwise that of the door's state (scenes.go). It
// is the loop's own.
type front struct {
	posts []*post
	last  scene.Scene // of the last event
	until time.Duration
	fresh bool // it was not told yet
	told  scene.Scene
	heard map[policy.PersonID]time.Duration // when it was said last to whom how a face is taken back
	guide guide
	bell  bell

	atOnce bool // a Driver's word: without posts
}

// Manner is how a person is spoken with, and all that a scene may know of them.
type Manner struct {
	Lang      string // as policy.Person.Lang; empty: the site's
	Unhurried bool   // they need more time
}

// MannerOf gives that of a person.
func MannerOf(p policy.Person) Manner { return Manner{p.Lang, p.LongOpen} }

// scene gives a scene in this manner.
func (m Manner) scene(s scene.Scene) scene.Scene {
	s.Lang, s.Unhurried = m.Lang, m.Unhurried
	return s
}

// patience gives a time in this manner: twice as long for who needs more.
func (m Manner) patience(d time.Duration) time.Duration {
	if m.Unhurried {
		return 2 * d
	}
	return d
}

// lasting is how long the scene of an event is told, unless the next comes first.
var lasting = map[scene.Kind]time.Duration{
	scene.Waiting: 5 * time.Second, scene.Refused: 6 * time.Second, scene.Code: pressPause,
	scene.Lockdown: 6 * time.Second, scene.Broken: 6 * time.Second,
	scene.Stored: 15 * time.Second, scene.NotStored: 8 * time.Second, scene.Grown: 5 * time.Second,
	scene.Carried: 15 * time.Second, scene.Erased: 10 * time.Second, scene.NotErased: 15 * time.Second,
	scene.Nobody: 20 * time.Second,
}

// tell says a word with lamp and buzzer, and a scene for its time.
func (u *Unit) tell(w policy.Signal, s scene.Scene) {
	u.signals.say(w)
	u.show(s, Manner{Unhurried: s.Unhurried}.patience(lasting[s.Kind]))
}

// show tells the scene of an event for so long.
func (u *Unit) show(s scene.Scene, lasts time.Duration) {
	f := &u.front
	f.last, f.until, f.fresh = s, u.steady()+lasts, true
}

// noLongerWaits ends "one moment", where what was waited for has come.
func (f *front) noLongerWaits() {
	if f.last.Kind == scene.Waiting {
		f.until = 0
	}
}

// present hands the scene of this moment to the presenters, where it is another or the same
// happened again.
func (u *Unit) present(now time.Time) {
	f := &u.front
	if len(f.posts) == 0 {
		return
	}
	s := u.scene(now)
	again := f.fresh && s == f.last
	f.fresh = false
	if s == f.told && !again {
		return
	}
	f.told = s
	for _, p := range f.posts {
		if u.driven || f.atOnce {
			p.to.Present(s)
		} else {
			p.put(s)
		}
	}
}

// post takes scenes to one presenter, in a goroutine of its own: it may hang, and the loop does not
// notice.
type post struct {
	to   scene.Presenter
	next chan scene.Scene // the newest alone
}

func posts(to []scene.Presenter) (all []*post) {
	for _, p := range to {
		all = append(all, &post{p, make(chan scene.Scene, 1)})
	}
	return all
}

// put leaves a scene in the place of one that was not taken yet. It never waits, and is called by
// the loop alone.
func (p *post) put(s scene.Scene) {
	select {
	case <-p.next:
	default:
	}
	p.next <- s
}

// carry hands over until ctx ends. A presenter that panics is a fault of the unit's, and gets the
// next scene.
func (p *post) carry(ctx context.Context, report func(context.Context, string, error) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-p.next:
			if err := p.deliver(s); err != nil {
				_ = report(ctx, "presenter", err) // where the loop has ended nobody asks
			}
		}
	}
}

func (p *post) deliver(s scene.Scene) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it does not take scenes: %v", r)
		}
	}()
	p.to.Present(s)
	return nil
}
