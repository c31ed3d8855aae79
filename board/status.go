package board

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"menshen/board/console"
	"menshen/policy"
)

// Status is the unit at one moment.
func (d *Desk) Status(ctx context.Context, s console.Session) (console.Status, error) {
	if _, err := d.allow(s, anybody); err != nil {
		return console.Status{}, err
	}
	people, err := d.u.vault.People()
	if err = d.u.damaged(err); err != nil {
		return console.Status{}, fmt.Errorf("reading the people: %w", err)
	}
	var st console.Status
	err = d.u.do(ctx, func() { st = d.u.status(s.Lang) })
	st.People = len(people)
	return st, err
}

// status puts together how everything is, in the words of a language.
func (u *Unit) status(lang string) console.Status {
	now := u.now()
	st := console.Status{
		At: now, Unit: u.cfg.Unit.Name,
		Door: u.door.State, Unlocked: u.door.Unlocked,
		WithFace:   u.faces.index.Len(),
		Camera:     u.cameraFact(lang),
		Store:      console.Fact{Name: "store", State: words(lang, "in order", "正常"), Fault: u.faults["vault"]},
		Clock:      u.clock(),
		ClockFrom:  u.clockFrom(),
		Uptime:     now.Sub(u.began).Round(time.Second),
		LockedDown: u.site.lockdown(),
	}
	st.FacesOff, st.FacesFix = u.whyFacesOff(lang)
	if st.Door == "" {
		st.Door = policy.Locked
	}
	if st.Store.Fault != "" {
		st.Store.State = ""
	}
	told := map[string]bool{"vault": true, "camera": true} // the faults that have a line of their own
	for _, r := range u.hw.Readers {
		name := "reader " + r.String()
		told[name] = true
		st.Readers = append(st.Readers, console.Fact{Name: name, State: u.readerState(r, lang), Fault: u.faults[name]})
	}
	for _, role := range slices.Sorted(maps.Keys(u.hw.Inputs)) {
		name := "input " + role
		told[name] = true
		active, err := u.hw.Inputs[role].Active()
		f := console.Fact{Name: name, State: words(lang, either(active, "active", "at rest"), either(active, "动作", "静止")), Fault: u.faults[name]}
		if err != nil {
			f.State, f.Fault = "", err.Error()
		}
		st.Others = append(st.Others, f)
	}
	st.Others = append(st.Others, u.faceFacts(now, lang)...)
	st.Others = append(st.Others, u.machine.facts(u.cfg.Unit.Dir, lang)...)
	if n := u.vault.Backlog(); n > 0 {
		st.Others = append(st.Others, console.Fact{Name: "records", State: fmt.Sprintf(words(lang, "%d wait for the disk", "%d 条等待写盘"), n)})
	}
	for _, device := range slices.Sorted(maps.Keys(u.faults)) {
		if !told[device] {
			st.Others = append(st.Others, console.Fact{Name: device, Fault: u.faults[device]})
		}
	}
	return st
}

// readerState is what a reader has read, and what came to nothing.
func (u *Unit) readerState(r fmt.Stringer, lang string) string {
	s := fmt.Sprintf(words(lang, "%d cards", "读卡 %d 次"), u.counts[r.String()])
	if m := u.misreads[r.String()]; m.n > 0 {
		s += fmt.Sprintf(words(lang, ", %d misread", "，误读 %d 次"), m.n)
	}
	return s
}
