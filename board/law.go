package board

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"menshen/policy"
	"menshen/recognizer/eye"
)

// The unit holds the rules of the law (package policy) against its own state, counted in facts.go, and switches faces off for the first broken rule that
// protects people. Cards, codes, exit and fire know nothing of this.
//
// Nothing here blocks the loop: it publishes how the door is, and reads what was counted. Asking what switches faces off costs it 1 µs, and 50 µs once a second
// (go test -bench FacesOff ./board). The first count of 10,000 people with faces and 60,000 entries of the log takes 1.5 s, beside the loop; a count after an act
// 0.25 s (MENSHEN_FIGURES=10000 go test -run TestCountOfManyPeople -v ./board; two cores of a virtual server machine that had other work).
//
// How often the unit is held against the rules: at the start, each day as a whole, the machine every ten minutes, and whatever an act can have changed
// within a second of the act.
const (
	countEvery = 24 * time.Hour
	lookEvery  = 10 * time.Minute
	agedEvery  = time.Hour // leases begin and end without an act
	readEvery  = time.Second
)

// keepLaw counts, until ctx ends.
func (u *Unit) keepLaw(ctx context.Context) {
	var all, looked, aged time.Time
	for ; ctx.Err() == nil; pause(ctx, readEvery) {
		if u.vaultWaits() {
			continue // there is nothing to count, and faces stay off
		}
		var err error
		switch now := u.now(); {
		case all.IsZero() || now.Sub(all) >= countEvery || now.Before(all):
			err = u.countAll(ctx)
			all, looked, aged = now, now, now
		case now.Sub(looked) >= lookEvery:
			err = u.lookAgain()
			looked = now
		case now.Sub(aged) >= agedEvery || u.acted():
			err = u.countAgain(ctx)
			aged = now
		default:
			continue
		}
		if ctx.Err() != nil {
			return
		}
		_ = u.do(ctx, func() {
			if err != nil {
				u.fault("rules", err)
			} else {
				u.recovered("rules")
			}
			u.unsafe()
		})
	}
}

// unsafe raises what may keep somebody in as a fault; faces off would make no exit safer (R-SAFE). It runs on the loop.
func (u *Unit) unsafe() {
	u.publish()
	for _, f := range policy.Review(u.factsNow()) {
		switch {
		case f.Rule.ID != policy.RuleSafe:
		case f.State == policy.Broken:
			u.fault("exit", errors.New(f.Problems[0].Text("en")+" "+f.Problems[0].Remedy("en")))
		default:
			u.recovered("exit")
		}
	}
}

// acted reports whether an act since the last count can have changed it.
func (u *Unit) acted() bool {
	u.counted.one.Lock()
	defer u.counted.one.Unlock()
	if err := u.counted.log.read(u.vault); err != nil {
		return true // the count will say what is wrong
	}
	changed := u.counted.log.changed
	u.counted.log.changed = false
	return changed
}

// Review holds all rules against the unit's state, and gives both. It may be called from any goroutine. Of a unit that was not counted yet it counts.
func (u *Unit) Review() ([]policy.Finding, policy.UnitFacts) {
	if !u.wasCounted() {
		_ = u.countAll(context.Background()) // what could not be counted is a broken rule
	}
	f := u.factsNow()
	return policy.Review(f), f
}

func (u *Unit) wasCounted() bool {
	u.counted.mu.Lock()
	defer u.counted.mu.Unlock()
	return !u.counted.facts.People.At.IsZero()
}

// factsNow joins what was counted with what is so at this moment.
func (u *Unit) factsNow() policy.UnitFacts {
	u.counted.mu.Lock()
	f, m, file := u.counted.facts, u.counted.machine, u.counted.file
	f.Doors = append([]policy.DoorFacts(nil), u.counted.now.doors...)
	u.counted.mu.Unlock()
	f.At, f.Bench, f.Calendar = u.now(), u.cfg.Unit.Bench, u.cfg.Site.Calendar()
	for i := range f.Doors {
		f.Doors[i].Sign, f.Doors[i].Tested, f.Doors[i].ExitByHand = file.Signs[f.Doors[i].Name], file.Tested, file.ExitByHand
	}
	confined, noDump, noSwap := u.eyeHeld()
	f.Machine.Confined = confined
	f.Machine.DumpsOff = m.DumpsOff && noDump && (len(m.ClearSwap) == 0 || m.Locked && noSwap)
	return f
}

// eyeHeld reports what holds the process that sees faces, by its own word. Where no such process is, nobody sees faces.
func (u *Unit) eyeHeld() (confined, noDump, noSwap bool) {
	if u.eye == nil {
		return true, true, true
	}
	s := u.eye.Status()
	if s.State != eye.Running {
		return true, true, true
	}
	return s.Confined.Holds(), s.Confined.NoDump, s.Confined.NoSwap
}

// publish says how the door is at this moment. It runs on the loop.
func (u *Unit) publish() {
	input := func(role string) bool {
		_, wired := u.hw.Inputs[role]
		return wired && u.faults["input "+role] == ""
	}
	card, pin := u.takes(policy.CardKind), u.takes(policy.PINKind)
	door := policy.DoorFacts{
		Name: u.cfg.Unit.Name, Place: policy.Place(u.cfg.Unit.Location), Faces: u.cfg.Faces.Enabled,
		CardReader: card, Keypad: pin, StaffedRelease: input("staff"), Withdraw: card || pin,
		REX: input("rex"), FireInput: input("fire"), SafeState: u.cfg.Relay.Pin != "",
	}
	down := u.down()
	u.counted.mu.Lock()
	defer u.counted.mu.Unlock()
	if now := &u.counted.now; len(now.doors) == 0 || now.doors[0] != door || !slices.Equal(now.down, down) {
		u.counted.now = moment{doors: []policy.DoorFacts{door}, down: down}
		u.counted.version++
	}
}

// verdict is what the last review came to, and what it was a review of.
type verdict struct {
	at      time.Time
	version uint64
	held    [3]bool // what holds the eye
	broken  policy.RuleID
}

// brokenRule is the rule of the law that switches faces off now; empty: none does, or the unit was not counted yet. It is asked at each event: while nothing changed, the rules are held against
// the facts once a second, for what time alone breaks. It runs on the loop.
func (u *Unit) brokenRule() (broken policy.RuleID, counted bool) {
	u.publish()
	now := verdict{at: u.now()}
	now.held[0], now.held[1], now.held[2] = u.eyeHeld()
	u.counted.mu.Lock()
	now.version = u.counted.version
	counted = !u.counted.facts.People.At.IsZero()
	u.counted.mu.Unlock()
	if !counted {
		return "", false
	}
	was := u.verdict
	if age := now.at.Sub(was.at); was.version == now.version && was.held == now.held && age >= 0 && age < time.Second && !was.at.IsZero() {
		return was.broken, true
	}
	now.broken = policy.FacesOff(policy.Review(u.factsNow()))
	u.verdict = now
	return now.broken, true
}

// whyOff says in a language why faces are off, and what to do; off is of facesOff.
func (u *Unit) whyOff(off off, lang string) (why, fix string) {
	if r, known := remedies[off.state]; known {
		return words(lang, string(off.state), r.zh), words(lang, r.fix, r.fixZh)
	}
	for _, f := range policy.Review(u.factsNow()) {
		for _, p := range f.Problems {
			if f.Rule.ID == off.rule && !p.Soon {
				return off.String() + words(lang, ": ", "：") + strings.TrimRight(p.Text(lang), ".。"), p.Remedy(lang)
			}
		}
	}
	return off.String(), ""
}
