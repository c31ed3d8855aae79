package board

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"menshen/board/slots"
	"menshen/board/unit"
	"menshen/board/update"
	"menshen/store"
	"menshen/store/audit"
)

// rootSide plays root: it notes what is asked.
type rootSide struct {
	is    update.State
	asked []update.Request
	fail  int // so many requests to come fail
}

func (r *rootSide) State() (update.State, error) {
	if r.is.Version == "" {
		return r.is, slots.ErrOneSystem
	}
	return r.is, nil
}

func (r *rootSide) Do(_ context.Context, q update.Request, _ func(update.Answer)) (update.Answer, error) {
	r.asked = append(r.asked, q)
	if r.fail--; r.fail >= 0 {
		return update.Answer{Refused: update.Failed}, nil
	}
	return update.Answer{Done: true}, nil
}

func (r *rootSide) OpenTaken() (io.ReadCloser, error) { return nil, errors.New("nothing was taken") }

// watched runs a trial over states, one each look; after the last the unit stops.
func watched(root *rootSide, states ...unit.State) (entries []store.Entry) {
	t := trial{updates: root, every: time.Millisecond, steady: 0, log: slog.New(slog.DiscardHandler),
		ping: func() error { return nil }, devices: func() map[string]any { return nil },
		record: func(e store.Entry) { entries = append(entries, e) },
		state: func(context.Context) (unit.State, error) {
			if len(states) == 0 {
				return unit.State{}, errors.New("stopped")
			}
			s := states[0]
			states = states[1:]
			return s, nil
		}}
	t.run(context.Background())
	return entries
}

var (
	well   = unit.State{}
	broken = unit.State{Faults: map[string]string{"relay": "line is gone"}}
	deaf   = unit.State{Faults: map[string]string{"reader in": "unplugged"}}
)

func onTrial(faulty ...string) update.State {
	return update.State{Version: "1.1", OnTrial: true, Newest: &slots.Trial{Slot: slots.B, Version: "1.1",
		Stage: slots.Started, Faulty: faulty}}
}

// TestTrialIsKept only by a system in which all works that worked before.
func TestTrialIsKept(t *testing.T) {
	for _, c := range []struct {
		name   string
		is     update.State
		fail   int
		states []unit.State
		want   string // what is asked of root
		kept   bool
	}{
		{"all works", onTrial(), 0, []unit.State{well, well}, "keep", true},
		{"the relay does not", onTrial(), 0, []unit.State{broken, broken, broken}, "unhealthy", false},
		{"a reader does not", onTrial(), 0, []unit.State{deaf, deaf}, "unhealthy", false},
		{"a reader did not before", onTrial("reader in"), 0, []unit.State{deaf, deaf}, "keep", true},
		{"the vault is shut", onTrial(), 0, []unit.State{{Storeless: true}, {Storeless: true}}, "unhealthy", false},
		{"it comes right", onTrial(), 0, []unit.State{broken, well, well}, "unhealthy well keep", true},
		{"root fails once", onTrial(), 1, []unit.State{well, well, well}, "keep keep", true},
		{"no trial", update.State{Version: "1.1"}, 0, []unit.State{well, well}, "healthy", false},
		{"no trial, and a reader is broken", update.State{Version: "1.1"}, 0, []unit.State{deaf, deaf}, "healthy",
			false},
		{"no trial, and no vault", update.State{Version: "1.1"}, 0, []unit.State{{Storeless: true},
			{Storeless: true}}, "",
			false},
		{"one system", update.State{}, 0, []unit.State{well, well}, "", false},
	} {
		root := &rootSide{is: c.is, fail: c.fail}
		entries := watched(root, c.states...)
		var asked []string
		for _, q := range root.asked {
			asked = append(asked, string(q.Do))
			if q.Do == update.Unhealthy && q.Why == "" {
				asked[len(asked)-1] = "well" // the reason is taken back
			}
		}
		kept := len(entries) == 1 && entries[0].Kind == audit.UpdateKept && entries[0].Detail["version"] == "1.1"
		if strings.Join(asked, " ") != c.want || kept != c.kept || !c.kept && len(entries) != 0 {
			t.Errorf("%s: asked for %v, recorded %v", c.name, asked, entries)
		}
	}
}

// TestTakenBackIsOnRecordOnce, with the reason.
func TestTakenBackIsOnRecordOnce(t *testing.T) {
	is := update.State{Version: "1.0", TakenBack: slots.NotHealthy, Newest: &slots.Trial{Version: "1.1",
		Why: "relay: gone"}}
	root := &rootSide{is: is}
	entries := watched(root)
	if len(entries) != 1 || entries[0].Kind != audit.UpdateTakenBack || entries[0].Detail["version"] != "1.1" ||
		entries[0].Detail["why"] != "not healthy: relay: gone" || len(root.asked) != 1 ||
		root.asked[0].Do != update.Told {
		t.Errorf("%+v, %+v", entries, root.asked)
	}
	root.is.Newest.Told, root.asked = true, nil
	if entries := watched(root); len(entries) != 0 || len(root.asked) != 0 {
		t.Errorf("again: %+v", entries)
	}
}
