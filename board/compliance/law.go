package compliance

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer/eye"
)

// How often the unit is held against the rules: at the start, each day as a whole, the machine
// every ten minutes, and whatever an act can have changed within a second of the act.
const (
	countEvery = 24 * time.Hour
	lookEvery  = 10 * time.Minute
	agedEvery  = time.Hour // leases begin and end without an act
	readEvery  = time.Second
)

// Report takes a fault of a part, or its end when err is nil. It may wait for the loop.
type Report func(ctx context.Context, part string, err error) error

// Run counts, holds the rules and removes what is overdue, until ctx ends. What fails is reported
// as a fault of "rules", "retention" or "notice"; what may keep people in, as one of "exit": faces
// off would make no exit safer (R-SAFE).
func (k *Keeper) Run(ctx context.Context, report Report) {
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { k.retain(ctx, report) })
	k.keepCounted(ctx, report)
}

func (k *Keeper) keepCounted(ctx context.Context, report Report) {
	for r := new(Round); ctx.Err() == nil; pause(ctx, readEvery) {
		k.Round(ctx, r, report)
	}
}

// Round is when the unit was counted last, as a whole and in parts. The zero value: never.
type Round struct {
	all, looked, aged time.Time
	noticed           bool
}

// Round does one round of [Keeper.Run]: it counts what is due by now.
func (k *Keeper) Round(ctx context.Context, r *Round, report Report) {
	if k.vault.Waits() {
		return // there is nothing to count, and faces stay off
	}
	if !r.noticed {
		err := k.EnsureNotices()
		r.noticed = err == nil
		_ = report(ctx, "notice", err)
	}
	var err error
	switch now := k.now(); {
	case r.all.IsZero() || now.Sub(r.all) >= countEvery || now.Before(r.all):
		err = k.CountAll(ctx)
		r.all, r.looked, r.aged = now, now, now
	case now.Sub(r.looked) >= lookEvery:
		err = k.lookAgain()
		r.looked = now
	case now.Sub(r.aged) >= agedEvery || k.acted():
		err = k.Recount(ctx)
		r.aged = now
	default:
		return
	}
	if ctx.Err() != nil {
		return
	}
	_ = report(ctx, "rules", err)
	_ = report(ctx, "exit", k.exitFault())
}

// exitFault is what may keep people in (R-SAFE); nil: nothing does.
func (k *Keeper) exitFault() error {
	for _, f := range policy.Review(k.factsNow()) {
		if f.Rule.ID == policy.RuleSafe && f.State == policy.Broken {
			p := f.Problems[0]
			return i18n.E("compliance.exit-fault", "%v %v", p.Message(), p.Remedy())
		}
	}
	return nil
}

// acted reports whether an act since the last count can have changed it.
func (k *Keeper) acted() bool {
	k.counted.one.Lock()
	defer k.counted.one.Unlock()
	if err := k.counted.log.read(k.vault); err != nil {
		return true // the count will say what is wrong
	}
	changed := k.counted.log.changed
	k.counted.log.changed = false
	return changed
}

// Review holds all rules against the unit's state, and gives both. It may be called from any
// goroutine. Of a unit that was not counted yet it counts.
func (k *Keeper) Review() ([]policy.Finding, policy.UnitFacts) {
	if !k.wasCounted() {
		_ = k.CountAll(context.Background()) // what could not be counted is a broken rule
	}
	f := k.factsNow()
	return policy.Review(f), f
}

func (k *Keeper) wasCounted() bool {
	k.counted.mu.Lock()
	defer k.counted.mu.Unlock()
	return !k.counted.facts.People.At.IsZero()
}

// factsNow joins what was counted with what is so at this moment.
func (k *Keeper) factsNow() policy.UnitFacts {
	k.counted.mu.Lock()
	f, m, file := k.counted.facts, k.counted.machine, k.counted.file
	f.Doors = append([]policy.DoorFacts(nil), k.counted.now.doors...)
	k.counted.mu.Unlock()
	f.At, f.Bench, f.Seat = k.now(), k.cfg.Unit.Bench, k.cfg.Seat()
	for i := range f.Doors {
		d := &f.Doors[i]
		d.Sign, d.Tested, d.ExitByHand = file.Signs[d.Name], file.Tested, file.ExitByHand
	}
	confined, noDump, noSwap := k.eyeHeld()
	f.Machine.Confined = confined
	f.Machine.DumpsOff = m.DumpsOff && noDump && (len(m.ClearSwap) == 0 || m.Locked && noSwap)
	return f
}

// eyeHeld reports what holds the process that sees faces, by its own word. Without that
// process no program sees faces.
func (k *Keeper) eyeHeld() (confined, noDump, noSwap bool) {
	s, there := k.eye()
	if !there || s.State != eye.Running {
		return true, true, true
	}
	return s.Confined.Holds(), s.Confined.NoDump, s.Confined.NoSwap
}

// Publish takes how the door is at this moment. It waits for nothing.
func (k *Keeper) Publish(door policy.DoorFacts, down []policy.CredentialKind) {
	k.counted.mu.Lock()
	defer k.counted.mu.Unlock()
	if now := &k.counted.now; len(now.doors) == 0 || now.doors[0] != door || !slices.Equal(now.down, down) {
		k.counted.now = moment{doors: []policy.DoorFacts{door}, down: down}
		k.counted.version++
	}
}

// verdict is what the last review came to, and what it was a review of.
type verdict struct {
	at      time.Time
	version uint64
	held    [3]bool // what holds the eye
	broken  policy.RuleID
}

// Broken is the rule of the law that switches faces off now; empty: none does. It is not known
// before the unit was counted. The loop asks it at each event: while nothing changed, the rules are
// held against the facts once a second, for what time alone breaks.
func (k *Keeper) Broken() (broken policy.RuleID, known bool) {
	now := verdict{at: k.now()}
	now.held[0], now.held[1], now.held[2] = k.eyeHeld()
	k.counted.mu.Lock()
	now.version = k.counted.version
	known = !k.counted.facts.People.At.IsZero()
	k.counted.mu.Unlock()
	if !known {
		return "", false
	}
	was := k.verdict
	if age := now.at.Sub(was.at); was.version == now.version && was.held == now.held && age >= 0 &&
		age < time.Second && !was.at.IsZero() {
		return was.broken, true
	}
	now.broken = policy.FacesOff(policy.Review(k.factsNow()))
	k.verdict = now
	return now.broken, true
}

// Why says in a language what is wrong with a rule that is broken, and what to do.
func (k *Keeper) Why(rule policy.RuleID, lang i18n.Language) (why, fix string) {
	for _, f := range policy.Review(k.factsNow()) {
		for _, p := range f.Problems {
			if f.Rule.ID == rule && !p.Soon {
				return strings.TrimRight(lang.Say(p.Message()), ".。"), lang.Say(p.Remedy())
			}
		}
	}
	return "", ""
}
