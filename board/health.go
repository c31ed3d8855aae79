package board

import (
	"context"
	"errors"
	"time"

	"menshen/board/desk"
	"menshen/board/host"
)

// How often the board's health is looked at, and how long a trouble must be away to be over: a
// supply that dips at each opening of the lock, or a display that fails again and again, gives one
// record and not hundreds.
const (
	healthEvery = 30 * time.Second
	healthOver  = 10 * time.Minute
	besideOver  = 2 * time.Minute // of what is beside the unit
)

// The troubles of a board, by the device that a record names. None of them stops the door.
var troubles = []struct {
	device string
	is     func(now, before host.Health) bool
	err    error
}{
	{"power", func(now, before host.Health) bool {
		return now.Power.LowVoltage || now.Power.WasLow && before.Power.Supply && !before.Power.WasLow
	}, errors.New("the supply's voltage is too low: use a stronger supply, or a shorter or thicker cable")},
	{"processor", func(now, _ host.Health) bool { return now.Power.Slowed || now.Hot() },
		errors.New("the processor is slowed down: give the unit air and shade, and look at its supply")},
	{"storage", func(now, _ host.Health) bool { return now.NearlyFull() || now.WornOut() },
		errors.New("the storage is nearly full or worn out: see the status")},
}

// health keeps the troubles of the board, and of what is beside the unit, as the unit's faults.
type health struct {
	look   func() host.Health // which may be slow
	report func(ctx context.Context, device string, err error) error

	before host.Health
	beside desk.Beside
	last   map[string]time.Time // by device: when it was in trouble last
}

// run looks until ctx ends.
func (h *health) run(ctx context.Context) {
	t := time.NewTicker(healthEvery)
	defer t.Stop()
	for {
		if h.once(ctx) != nil {
			return // the unit is stopping
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// once looks once, and reports what has begun and what is over.
func (h *health) once(ctx context.Context) error {
	now := h.look()
	defer func() { h.before = now }()
	for _, t := range troubles {
		var trouble error
		if t.is(now, h.before) {
			trouble = t.err
		}
		if err := h.keep(ctx, t.device, trouble, healthOver); err != nil {
			return err
		}
	}
	for device, look := range h.beside {
		_, trouble := look()
		if err := h.keep(ctx, device, trouble, besideOver); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// keep reports a trouble that has begun, or has been away for so long.
func (h *health) keep(ctx context.Context, device string, trouble error, over time.Duration) error {
	since, was := h.last[device]
	if trouble != nil {
		h.last[device] = time.Now()
		if !was {
			return h.report(ctx, device, trouble)
		}
		return nil
	}
	if !was || time.Since(since) < over {
		return nil
	}
	delete(h.last, device)
	return h.report(ctx, device, nil)
}
