package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

// Watch shows what happens at the unit: each change of an input; each card, key and misread frame
// of a reader; each decision; each entry of the audit log; and once a second what has changed in
// the state of the parts. It says that a card or a key came, never which one, and no name.
func (d *Desk) Watch(ctx context.Context, s Session, show func(Event)) error {
	if _, err := d.allow(s, OpensDoor); err != nil {
		return err
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	w := d.unit.Watch()
	defer w.Leave()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	before := map[string]string{}
	for {
		select {
		case e := <-w.Events():
			out := shownEvent(e, s.Lang)
			out.Lost = w.Missed()
			show(out)
		case <-look.C:
			health := d.board.Health(d.cfg.Unit.Dir) // beside the loop: the kernel may take its time
			state, err := d.unit.State(ctx)
			if err != nil {
				if ctx.Err() != nil {
					return sessionEnd(ctx)
				}
				return err
			}
			now := d.partStates(state, machineFacts(health, s.Lang), s.Lang)
			for _, part := range slices.Sorted(maps.Keys(now)) {
				if was, known := before[part]; known && was != now[part] {
					show(Event{At: d.now(), Source: part, Text: now[part], Part: true})
				}
			}
			before = now
		case <-ctx.Done():
			return sessionEnd(ctx)
		case <-d.unit.Stopped():
			return unit.ErrStopped
		}
	}
}

// shownEvent is an event in words of lang.
func shownEvent(e unit.Event, lang i18n.Language) Event {
	out := Event{At: e.At, Source: e.Device}
	switch e.Kind {
	case unit.CardRead:
		out.Text = lang.Say(i18n.M("desk.card-bits", "a card of %d bits", e.Bits))
	case unit.CodeRead:
		out.Text = lang.Say(i18n.M("desk.code-read", "a code"))
	case unit.ButtonPressed:
		out.Text = lang.Say(i18n.M("desk.button-pressed", "a button"))
	case unit.Misread:
		out.Text, out.Fault = e.Fault.Error(), true
	case unit.InputChanged:
		out.Text = lang.Say(either(e.Active, active, atRest))
	case unit.Decided:
		out.Source = "decision"
		out.Decision = &Decided{e.Seq, e.Decision.Means, e.Decision.Grant, e.Decision.Reason}
		if e.Seq > 0 { // zero: it is not on disk yet
			out.Source += fmt.Sprintf(" %d", e.Seq)
		}
		outcome := either(e.Decision.Grant, i18n.M("desk.granted", "granted"), i18n.M("desk.denied", "denied"))
		out.Text = string(e.Decision.Means) + ": " + lang.Say(outcome) + ", " + string(e.Decision.Reason)
	case unit.Recorded:
		out.Source, out.Text = "record", shownRecord(e.Record)
		out.Record, out.Reason = e.Record.Kind, e.Record.Reason
		out.Fault = slices.Contains([]audit.Kind{audit.Fault, audit.Alarm, audit.Bell}, e.Record.Kind)
	}
	return out
}

// shownDetails are the details of an entry that hold no name and nothing that a person typed.
var shownDetails = []string{"device", "fault", "to", "of", "lockdown", "evacuation", "why", "pictures", "for", "times",
	"answer", "rings", "output"}

// shownRecord is an entry of the audit log as an event shows it.
func shownRecord(e store.Entry) string {
	text := []string{string(e.Kind)}
	if e.Reason != "" {
		text = append(text, string(e.Reason))
	}
	for _, k := range shownDetails {
		if v := e.Detail[k]; v != "" {
			text = append(text, k+" "+v)
		}
	}
	return strings.Join(text, ", ")
}

// partStates are the states of the parts, without figures that change all the time.
func (d *Desk) partStates(state unit.State, machine []Fact, lang i18n.Language) map[string]string {
	m := map[string]string{"clock": d.clockFrom(), "faces": lang.Say(i18n.M("desk.on", "on"))}
	if off, _ := d.whyOff(state.Faces.Off, lang); off != "" {
		m["faces"] = lang.Say(i18n.M("desk.faces-off-why", "off: %s", off))
	}
	if s := state.Eye; s != nil {
		m["camera"] = strings.TrimSpace(fmt.Sprintf("%s, %s %s", s.Camera, s.Mode, s.Detail))
	}
	for _, f := range machine {
		m[f.Name] = lang.Say(i18n.M("desk.in-order", "in order"))
		if f.Fault != "" {
			m[f.Name] = f.Fault
		}
	}
	return m
}
