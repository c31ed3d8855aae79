package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Status is the unit at one moment.
func (d *Desk) Status(ctx context.Context, s Session) (Status, error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return Status{}, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return Status{}, fmt.Errorf("reading the people: %w", err)
	}
	machine := machineFacts(d.board.Health(d.cfg.Unit.Dir), s.Lang) // beside the loop: the kernel may take its time
	state, err := d.unit.State(ctx)
	if err != nil {
		return Status{}, err
	}
	st := d.status(state, s.Lang)
	st.Others = append(st.Others, machine...)
	st.Others = append(st.Others, d.updateFacts(s.Lang)...)
	facts, orders := d.siteFacts(ctx, s.Lang)
	st.Others, st.Orders = append(st.Others, facts...), orders
	st.People = len(people)
	hours, err := d.hours()
	if err != nil {
		return Status{}, err
	}
	st.Others = append(st.Others, d.hoursFacts(hours, s.Lang)...)
	if shut := d.shutOut(people, hours, s.Lang); shut != "" {
		st.Others = append(st.Others, Fact{Name: "people", Fault: shut})
	}
	st.Others = append(st.Others, d.pinFacts(people, s.Lang)...)
	st.Others = append(st.Others, factOnCards(people, s.Lang)...)
	return st, nil
}

// status puts a state into words of lang.
func (d *Desk) status(s unit.State, lang i18n.Language) Status {
	c := d.vault.Clock()
	st := Status{
		At: s.At, Unit: d.cfg.Unit.Name,
		Door: cmp.Or(s.Door, policy.Locked), Unlocked: s.Unlocked,
		WithFace: s.Faces.People,
		Camera:   cameraFact(s.Eye, lang),
		Store: Fact{Name: "store", State: lang.Say(i18n.M("desk.in-order", "in order")),
			Fault: cmp.Or(s.Faults["store"], s.Faults["vault"])},
		Clock:      policy.Clock{Trusted: c.Trusted, Floor: c.Floor},
		ClockFrom:  d.clockFrom(),
		ClockDoubt: d.clockDoubt(lang),
		Uptime:     s.Up.Round(time.Second),
		LockedDown: s.Lockdown,
		Evacuated:  s.Evacuated,
		Own:        s.Own,

		FacesLocked: d.vault.FacesLocked(),
	}
	if b := s.Bell; b != nil {
		st.Bell = &Bell{b.At, b.Rings, b.Coming}
	}
	st.FacesOff, st.FacesFix = d.whyOff(s.Faces.Off, lang)
	if d.cfg.Seat() {
		st.Door, st.FacesOff, st.FacesFix = NoDoor, "", ""
	}
	if st.Store.Fault != "" {
		st.Store.State = ""
	}
	own := map[string]bool{"store": true, "vault": true, "camera": true} // faults that have a line of their own
	for _, device := range machineDevices {
		own[device] = true
	}
	for _, r := range s.Readers {
		name := "reader " + r.Name
		own[name] = true
		st.Readers = append(st.Readers, Fact{Name: name, State: readerState(r, lang), Fault: s.Faults[name]})
	}
	for _, in := range s.Inputs {
		name := "input " + in.Role
		own[name] = true
		f := Fact{Name: name, State: lang.Say(either(in.Active, active, atRest)), Fault: s.Faults[name]}
		if in.Err != nil {
			f.State, f.Fault = "", in.Err.Error()
		}
		st.Others = append(st.Others, f)
	}
	for _, device := range slices.Sorted(maps.Keys(d.beside)) {
		own[device] = true
		st.Others = append(st.Others, besideFact(device, d.beside[device], s.Faults[device], lang))
	}
	for _, o := range s.Outputs {
		name := "output " + o.Name
		own[name] = true
		st.Others = append(st.Others, Fact{Name: name, State: lang.Say(either(o.On, outputOn, atRest)),
			Fault: s.Faults[name]})
	}
	st.Others = append(st.Others, d.codeFacts(s, lang)...)
	st.Others = append(st.Others, d.faceFacts(s, lang)...)
	if n := d.vault.Backlog(); n > 0 {
		st.Others = append(st.Others, Fact{Name: "records",
			State: lang.Say(i18n.M("desk.records-waiting", "%d wait for the disk", n))})
	}
	for _, device := range slices.Sorted(maps.Keys(s.Faults)) {
		if !own[device] {
			st.Others = append(st.Others, Fact{Name: device, Fault: s.Faults[device]})
		}
	}
	return st
}

// besideFact says how a device beside the unit is, and the fault that is on record where it works
// again only just now.
func besideFact(device string, look func() (i18n.Message, error), fault string, lang i18n.Language) Fact {
	state, trouble := look()
	f := Fact{Name: device, State: lang.Say(state), Fault: fault}
	if trouble != nil {
		f.Fault = lang.Say(i18n.Of(trouble))
	}
	return f
}

// codeFacts says how many wrong codes count now, and whether the keypad is locked out.
func (d *Desk) codeFacts(s unit.State, lang i18n.Language) []Fact {
	if s.Codes.Wrong == 0 {
		return nil
	}
	f := Fact{Name: "codes", State: lang.Say(i18n.M("desk.wrong-codes", "%d wrong codes counted", s.Codes.Wrong))}
	if s.Codes.Lockout > 0 {
		f.State += lang.Say(i18n.M("desk.keypad-locked-out", "; the keypad is locked out until %s, cards still open",
			d.clockTime(s.At.Add(s.Codes.Lockout))))
	}
	if s.Codes.Guessing {
		f.Fault = lang.Say(i18n.M("desk.guessing-codes", "a person is guessing codes: look who stands at the door"))
	}
	return []Fact{f}
}

// clockTime is a time of day at the site.
func (d *Desk) clockTime(t time.Time) string { return t.In(d.cfg.Site.Location()).Format("15:04:05") }

// readerState is what has come to a reader since the start, by kind where it counts them: the first
// kind always, the others once there were any.
func readerState(r unit.ReaderState, lang i18n.Language) string {
	if r.Away != "" {
		return lang.Say(i18n.M("desk.reader-unplugged", "not on the desk now"))
	}
	if r.Counts == nil {
		return lang.Say(i18n.M("desk.cards-misread", "%d cards, %d misread", r.Cards, r.Misread))
	}
	var state []string
	for i, c := range r.Counts {
		if i > 0 && c.N == 0 {
			continue
		}
		state = append(state, lang.Say(i18n.M("desk.counted", "%d %v", c.N, i18n.Word(c.Of))))
	}
	return strings.Join(state, lang.Say(i18n.Comma))
}

// The states of an input, and of an output beside the door.
var (
	outputOn = i18n.M("desk.output-on", "on")
	active   = i18n.M("desk.active", "active")
	atRest   = i18n.M("desk.at-rest", "at rest")
)
