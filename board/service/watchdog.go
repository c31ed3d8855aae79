package service

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"menshen/board/unit"
	"menshen/hal"
)

// The watchdog. systemd starts the unit again when it gets no sign of life for a while
// (WatchdogSec). It gets one only while each vital part really answers:
//
//   - the event loop, by a call through its queue of calls;
//   - the store, by an empty transaction that is made durable: one a minute, which spares the
//     flash, and never a second while the first waits. A disk that answers with an error is alive:
//     the fault is shown and recorded, and a new start would only take the door from those whose
//     cards still open it. A disk that hangs for a minute is dead;
//   - readers and inputs, by their own sign of life (hal.Heartbeat): a loop that comes round at
//     least every ten seconds. That of an unplugged device comes round too, since it waits for the
//     device; its fault is shown, and nothing is started again.
//
// A device whose loop never came round since the start does not count. A new start would not mend a
// device that hangs right after it, and the rest of the door works meanwhile: a broken device must
// not restart the door again and again.
type watchdog struct {
	u      *unit.Unit
	log    *slog.Logger
	notify func(state string) // to systemd

	feed                time.Duration // between two signs of life; 0: systemd does not watch
	loop, store, device time.Duration // without an answer for so long, a part is dead
	askStore            time.Duration // between two questions to the store

	silent, said string // what is dead now; the status said last

	mu    sync.Mutex
	asked map[string]time.Time // of the loop and the store: since when a question waits; zero: it was answered
}

// Limits in service.
const (
	loopDead   = 10 * time.Second
	storeDead  = time.Minute
	deviceDead = 30 * time.Second // three times the longest wait of hal.KeepOpen
	askStore   = time.Minute
)

// Watch tells systemd that the unit is ready, that it lives, what it does and that it stops, until
// ctx ends. Without systemd it does nothing.
func Watch(ctx context.Context, u *unit.Unit, log *slog.Logger) { newWatchdog(u, log).run(ctx) }

func newWatchdog(u *unit.Unit, log *slog.Logger) *watchdog {
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("systemd's watchdog is not used", "error", err)
	}
	return &watchdog{u: u, log: log, feed: every / 3, loop: loopDead, store: storeDead, device: deviceDead,
		askStore: askStore, asked: map[string]time.Time{},
		notify: func(state string) {
			if _, err := daemon.SdNotify(false, state); err != nil {
				log.Warn("systemd was not told", "state", state, "error", err)
			}
		}}
}

func (w *watchdog) run(ctx context.Context) {
	if w.ask(ctx, "loop", func() error { return w.u.PingLoop(ctx) }) != nil {
		return // it ended before it began
	}
	w.notify(daemon.SdNotifyReady)
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { w.askLoop(ctx) })
	all.Go(func() { w.askTheStore(ctx) })
	every := w.feed
	if every <= 0 {
		every = 10 * time.Second // the status is said all the same
	}
	for t := time.NewTicker(every); ; {
		w.checkParts(ctx)
		select {
		case <-ctx.Done():
			t.Stop()
			w.notify(daemon.SdNotifyStopping)
			return
		case <-t.C:
		}
	}
}

// ask puts a question to a part, and notes since when it waits for the answer.
func (w *watchdog) ask(ctx context.Context, part string, question func() error) error {
	note := func(at time.Time) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked[part] = at
	}
	note(time.Now())
	answer := make(chan error, 1)
	go func() { answer <- question() }() // which may hang for ever
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-answer:
		note(time.Time{})
		return err
	}
}

func (w *watchdog) askLoop(ctx context.Context) {
	for ctx.Err() == nil {
		if w.ask(ctx, "loop", func() error { return w.u.PingLoop(ctx) }) != nil {
			return // the unit stops
		}
		pause(ctx, time.Second)
	}
}

// askTheStore asks the store, and shows its error as a fault.
func (w *watchdog) askTheStore(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.ask(ctx, "store", w.u.PingVault)
		if ctx.Err() != nil {
			return
		}
		_ = w.u.ReportVault(ctx, err) // the unit stops: there is no loop to tell
		pause(ctx, w.askStore)
	}
}

// checkParts checks every part, and tells systemd that the unit lives if all do.
func (w *watchdog) checkParts(ctx context.Context) {
	now := strings.Join(w.deadParts(time.Now()), ", ")
	was := w.silent
	w.silent = now
	if now != was && now != "" {
		w.log.Error("a part of the unit does not answer; systemd is not told that it lives", "part", now)
	}
	if now == "" && w.feed > 0 {
		w.notify(daemon.SdNotifyWatchdog)
	}
	w.tell(ctx, now)
}

// deadParts names the parts that answered once and do not any more.
func (w *watchdog) deadParts(now time.Time) (parts []string) {
	w.mu.Lock()
	for part, limit := range map[string]time.Duration{"loop": w.loop, "store": w.store} {
		if at := w.asked[part]; !at.IsZero() && now.Sub(at) > limit {
			parts = append(parts, part)
		}
	}
	w.mu.Unlock()
	for name, device := range w.u.Devices() {
		if l, ok := device.(hal.Heartbeat); ok && !l.Alive().IsZero() && now.Sub(l.Alive()) > w.device {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts)
	return parts
}

// tell says in one line how the unit is, when that has changed.
func (w *watchdog) tell(ctx context.Context, silent string) {
	status := "no answer from " + silent
	if silent == "" {
		ctx, cancel := context.WithTimeout(ctx, w.loop)
		defer cancel()
		state, err := w.u.State(ctx)
		if err != nil {
			return
		}
		status = oneLine(state)
	}
	if status != w.said {
		w.said = status
		w.notify("STATUS=" + status)
	}
}

// oneLine is the unit's state for systemctl status.
func oneLine(s unit.State) string {
	faces := "on"
	if off := s.Faces.Off; off.Is() {
		faces = "off (" + off.String() + ")"
	}
	line := fmt.Sprintf("%s; faces %s", s.Door, faces)
	if s.Storeless {
		line = fmt.Sprintf("%s; no vault: exit, fire and staff only", s.Door)
	}
	if n := len(s.Faults); n > 0 {
		line += fmt.Sprintf("; %d faults, see the console", n)
	}
	return line
}
