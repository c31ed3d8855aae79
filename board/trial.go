package board

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/board/slots"
	"menshen/board/unit"
	"menshen/board/update"
	"menshen/hal"
	"menshen/internal/screen"
	"menshen/store"
	"menshen/store/audit"
)

// How often a system that has just started is looked at, and how long everything must work.
const (
	trialEvery  = 5 * time.Second
	trialSteady = time.Minute
)

// trial tells root that the running system works: one on trial is then kept, and for any other the
// starts are counted from 0 again. The test moves nothing: the relay's line must be held without a
// fault, the vault must take records, readers and inputs must live, the camera must give pictures.
type trial struct {
	updates       desk.Updates
	state         func(context.Context) (unit.State, error)
	ping          func() error // the vault
	devices       func() map[string]any
	record        func(store.Entry)
	every, steady time.Duration
	log           *slog.Logger

	is    update.State // of the two systems, as this one started
	since time.Time    // everything works
	said  string       // to root: why it does not
}

// run looks until the running system was found in order, or ctx ends.
func (t *trial) run(ctx context.Context) {
	if !t.begin(ctx) {
		return
	}
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	for !t.look(ctx, time.Now()) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// begin learns what this start is. It reports whether there is something to look at.
func (t *trial) begin(ctx context.Context) bool {
	var err error
	if t.is, err = t.updates.State(); err != nil {
		if !errors.Is(err, slots.ErrOneSystem) {
			t.log.Error("the state of the two systems is not known", "why", screen.OneLine(err))
		}
		return false
	}
	t.tellTakenBack(ctx, t.is)
	return true
}

// look looks once, at a time of a clock that is not set. It reports whether that was the last time:
// the running system was found in order, or the unit is stopping.
func (t *trial) look(ctx context.Context, now time.Time) (done bool) {
	switch why, err := t.trouble(ctx, t.is); {
	case err != nil:
		return true // the unit is stopping
	case why != "":
		t.since = time.Time{}
		if t.is.OnTrial && why != t.said && t.ask(ctx, update.Request{Do: update.Unhealthy, Why: why}) {
			t.said = why
		}
	case t.since.IsZero():
		t.since = now
		// What only took its time to start is no reason, should the system stop later.
		if t.said != "" && t.ask(ctx, update.Request{Do: update.Unhealthy}) {
			t.said = ""
		}
	default:
		return now.Sub(t.since) >= t.steady && t.finish(ctx, t.is)
	}
	return false
}

// tellTakenBack puts on record, once, that an update was taken back.
func (t *trial) tellTakenBack(ctx context.Context, s update.State) {
	if s.TakenBack == "" || s.Newest == nil || s.Newest.Told {
		return
	}
	t.record(store.Entry{Kind: audit.UpdateTakenBack, Detail: map[string]string{"version": string(s.Newest.Version),
		"why": strings.TrimSuffix(string(s.TakenBack)+": "+s.Newest.Why, ": ")}})
	t.ask(ctx, update.Request{Do: update.Told})
}

// trouble says what does not work now that worked before the update; empty: nothing.
func (t *trial) trouble(ctx context.Context, s update.State) (string, error) {
	now, err := t.state(ctx)
	if err != nil {
		return "", err
	}
	all := desk.Troubles(now)
	if err := t.ping(); err != nil && all["store"] == "" {
		all["store"] = err.Error()
	}
	for name, device := range t.devices() {
		if l, tells := device.(hal.Heartbeat); tells && l.Alive().IsZero() && all[name] == "" {
			all[name] = "no sign of life"
		}
	}
	if s.OnTrial && s.Newest != nil {
		for _, device := range s.Newest.Faulty {
			delete(all, device)
		}
	}
	if !s.OnTrial {
		// It is no trial: a reader that is broken must not bring the other system.
		maps.DeleteFunc(all, func(device, _ string) bool { return device != "store" && device != "relay" })
	}
	var parts []string
	for _, device := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, fmt.Sprintf("%s: %s", device, all[device]))
	}
	return strings.Join(parts, "; "), nil
}

// finish tells root, and reports whether it has done its part.
func (t *trial) finish(ctx context.Context, s update.State) bool {
	if !s.OnTrial {
		return t.ask(ctx, update.Request{Do: update.Healthy})
	}
	if !t.ask(ctx, update.Request{Do: update.Keep}) {
		return false
	}
	t.record(store.Entry{Kind: audit.UpdateKept, Detail: map[string]string{"version": string(s.Version)}})
	t.log.Info("the update is kept", "version", s.Version)
	return true
}

// ask asks root, and reports whether that was done.
func (t *trial) ask(ctx context.Context, r update.Request) bool {
	a, err := t.updates.Do(ctx, r, nil)
	if err == nil && a.Refused != "" {
		err = fmt.Errorf("%w: %s", a.Refused, a.Detail)
	}
	if err != nil && ctx.Err() == nil {
		t.log.Error("the service for updates did not do its part", "asked", r.Do, "why", screen.OneLine(err))
	}
	return err == nil
}
