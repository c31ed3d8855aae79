package board

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"menshen/board/console"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

var _ console.Watcher = (*Desk)(nil)

// Watch shows what happens at the unit: each change of an input and each card, key and misread frame of a reader, as the drivers hand them over;
// each decision; each line of the audit log; and once a second what has changed in how the parts are. It says that a card or a key came, never
// which, and names nobody.
func (d *Desk) Watch(ctx context.Context, s console.Session, show func(console.Event)) error {
	if _, err := d.allow(s, opensDoor); err != nil {
		return err
	}
	ctx, done := d.within(ctx, s)
	defer done()
	w := d.u.watchers.join(s.Lang)
	defer d.u.watchers.leave(w)
	look := time.NewTicker(time.Second)
	defer look.Stop()
	before := map[string]string{}
	for {
		select {
		case e := <-w.events:
			e.Lost = w.missed()
			show(e)
		case <-look.C:
			var now map[string]string
			machine := machineFacts(d.u.board.Health(d.u.cfg.Unit.Dir), s.Lang) // beside the loop: the kernel may take its time
			if err := d.u.do(ctx, func() { now = d.u.moods(machine, s.Lang) }); err != nil {
				if ctx.Err() != nil {
					return ended(ctx)
				}
				return err
			}
			for _, part := range slices.Sorted(maps.Keys(now)) {
				if was, known := before[part]; known && was != now[part] {
					show(console.Event{At: d.u.now(), Source: part, Text: now[part]})
				}
			}
			before = now
		case <-ctx.Done():
			return ended(ctx)
		case <-d.u.stopped:
			return ErrStopped
		}
	}
}

// watchers are the consoles that watch. The zero value is ready; while nobody watches an event costs a lock.
type watchers struct {
	mu  sync.Mutex
	all []*watcher
}

// watcher is one console. What it has no room for it loses, the oldest first: the door does not wait for a slow line.
type watcher struct {
	lang   string
	events chan console.Event
	mu     sync.Mutex
	lost   int
}

const watched = 256 // events that wait for a line

func (ws *watchers) join(lang string) *watcher {
	w := &watcher{lang: lang, events: make(chan console.Event, watched)}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.all = append(ws.all, w)
	return w
}

func (ws *watchers) leave(w *watcher) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.all = slices.DeleteFunc(ws.all, func(other *watcher) bool { return other == w })
}

// tell hands an event to each watcher, in its language. It never waits.
func (ws *watchers) tell(event func(lang string) console.Event) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		w.put(event(w.lang))
	}
}

func (w *watcher) put(e console.Event) {
	for {
		select {
		case w.events <- e:
			return
		default:
		}
		select {
		case <-w.events:
			w.mu.Lock()
			w.lost++
			w.mu.Unlock()
		default:
		}
	}
}

// missed is how many events were lost since it was asked last.
func (w *watcher) missed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.lost
	w.lost = 0
	return n
}

// tellDevice tells of an event of a driver. A fault that lasts is told by its record.
func (u *Unit) tellDevice(e any) {
	switch e := e.(type) {
	case hal.ReaderEvent:
		if e.Fault != nil && !e.Frame || e.Recovered {
			return
		}
		u.watchers.tell(func(lang string) console.Event {
			out := console.Event{At: e.At, Source: "reader " + e.Reader, Fault: e.Fault != nil}
			switch {
			case e.Fault != nil:
				out.Text = e.Fault.Error()
			case e.Card != nil:
				out.Text = fmt.Sprintf(words(lang, "a card of %d bits", "一张 %d 位的卡"), e.Card.Bits)
			case e.Code != "":
				out.Text = words(lang, "a code", "一个通行码")
			default:
				out.Text = words(lang, "a key", "一次按键")
			}
			return out
		})
	case hal.InputEvent:
		if e.Fault != nil {
			return
		}
		u.watchers.tell(func(lang string) console.Event {
			return console.Event{At: e.At, Source: "input " + e.Input, Text: either(e.Active, words(lang, "active", "动作"), words(lang, "at rest", "静止"))}
		})
	}
}

// tellDecision tells of a decision by its number in the audit log; "why" has the rest.
func (u *Unit) tellDecision(seq uint64, d policy.Decision) {
	u.watchers.tell(func(lang string) console.Event {
		source := "decision"
		if seq > 0 { // zero: it still waits for the disk
			source += fmt.Sprintf(" %d", seq)
		}
		return console.Event{At: d.At, Source: source,
			Text: string(d.Means) + ": " + either(d.Grant, words(lang, "opened", "开门"), words(lang, "refused", "拒绝")) + ", " + string(d.Reason)}
	})
}

// told are the details of a record that name nobody and hold nothing that somebody typed.
var told = []string{"device", "fault", "to", "of", "lockdown", "evacuation", "why", "pictures", "for", "times"}

// tellRecord tells of a line of the audit log.
func (u *Unit) tellRecord(e store.Entry) {
	u.watchers.tell(func(string) console.Event {
		text := []string{string(e.Kind)}
		if e.Reason != "" {
			text = append(text, string(e.Reason))
		}
		for _, k := range told {
			if v := e.Detail[k]; v != "" {
				text = append(text, k+" "+v)
			}
		}
		return console.Event{At: e.At, Source: "record", Text: strings.Join(text, ", "), Fault: e.Kind == audit.Fault || e.Kind == audit.Alarm}
	})
}

// moods are the states of the parts that change now and then, without the figures that change always.
func (u *Unit) moods(machine []console.Fact, lang string) map[string]string {
	m := map[string]string{"clock": u.clockFrom(), "faces": words(lang, "on", "启用")}
	if off, _ := u.whyFacesOff(lang); off != "" {
		m["faces"] = words(lang, "off: ", "停用：") + off
	}
	if u.eye != nil {
		s := u.eye.Status()
		m["camera"] = strings.TrimSpace(fmt.Sprintf("%s, %s %s", s.Camera, s.Mode, s.Detail))
	}
	for _, f := range machine {
		m[f.Name] = words(lang, "in order", "正常")
		if f.Fault != "" {
			m[f.Name] = f.Fault
		}
	}
	return m
}
