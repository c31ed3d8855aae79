package wiring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/config"
	"menshen/board/profile"
	"menshen/hal"
	"menshen/hal/gpio"
)

const (
	// settled is how long after power-on udev may still be making devices and setting their groups.
	settled = 90 * time.Second
	// tryEvery is the time between two tries. Nothing is opened in between.
	tryEvery = 200 * time.Millisecond
)

// OpenAtBoot is [Open] for a program that starts with the machine: while it boots, a device that is
// missing, or that still belongs to root, is tried again until it is there or ctx ends. Any other
// error is returned at once.
func OpenAtBoot(ctx context.Context, c *config.Config, boots func() bool) (
	wires *hal.Wires, warnings []profile.Finding, err error) {
	err = whileBooting(ctx, boots, tryEvery, func() (err error) {
		wires, warnings, err = Open(c)
		return err
	})
	return wires, warnings, err
}

// whileBooting calls open until it succeeds, or fails for another reason than a device that udev
// has not made ready.
func whileBooting(ctx context.Context, boots func() bool, every time.Duration, open func() error) error {
	for {
		err := open()
		if err == nil || !notReady(err) || !boots() {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(every):
		}
	}
}

func notReady(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) ||
		errors.Is(err, gpio.ErrNoLine) || errors.Is(err, gpio.ErrGone)
}

// Booting reports whether the machine was switched on so short a time ago that udev may still be
// making devices and setting their groups.
func Booting() bool {
	on, err := sincePowerOn()
	return err == nil && on <= settled
}

// sincePowerOn is the time since the kernel started.
func sincePowerOn() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, fmt.Errorf("reading the time since power-on: %w", err)
	}
	return time.Duration(t.Nano()), nil
}
