package wiring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"menshen/hal/gpio"
)

// TestRSafeOpensWhenUdevIsReady: at boot a device without its group, or not made yet, is waited
// for, so that exit and fire work by themselves; another fault, or this one later, is told at once.
func TestRSafeOpensWhenUdevIsReady(t *testing.T) {
	booting := func() bool { return true }
	running := func() bool { return false }
	denied := fmt.Errorf("open line: %w", fs.ErrPermission)
	for name, x := range map[string]struct {
		boots func() bool
		errs  []error // of the tries, the last one for ever
		tries int
		want  error
	}{
		"udev sets the group":  {booting, []error{denied, denied, nil}, 3, nil},
		"the chip comes later": {booting, []error{gpio.ErrNoLine, fs.ErrNotExist, gpio.ErrGone, nil}, 4, nil},
		"refused by the board": {booting, []error{errors.ErrUnsupported}, 1, errors.ErrUnsupported},
		"denied an hour later": {running, []error{denied}, 1, fs.ErrPermission},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			err := whileBooting(context.Background(), x.boots, time.Microsecond, func() error {
				tries++
				return x.errs[min(tries, len(x.errs))-1]
			})
			if !errors.Is(err, x.want) || tries != x.tries {
				t.Errorf("%v after %d tries", err, tries)
			}
		})
	}
}

// TestBootEndsWithTheService: a stop while devices are waited for ends the waiting.
func TestBootEndsWithTheService(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	boots := func() bool { stop(); return true }
	err := whileBooting(ctx, boots, time.Hour, func() error { return fs.ErrPermission })
	if !errors.Is(err, fs.ErrPermission) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if on, err := sincePowerOn(); err != nil || on <= 0 {
		t.Errorf("on since %v, %v", on, err)
	}
}
