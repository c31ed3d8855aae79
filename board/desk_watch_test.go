package board

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/board/console"
	"menshen/board/host"
	"menshen/hal"
	"menshen/recognizer/eye"
	"menshen/store"
)

// seen gathers events as lines.
type seen struct {
	mu    sync.Mutex
	lines []string
}

func (s *seen) add(e console.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf("%s: %s %v", e.Source, e.Text, e.Fault))
}

func (s *seen) has(want string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(strings.Join(s.lines, "\n"), want)
}

func (s *seen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// TestRStrangerWatch: a technician sees what happens as it happens, and neither who nor which card.
func TestRStrangerWatch(t *testing.T) {
	b := newBench(t)
	tom := b.operator("tom", store.Technician)
	b.someone(7)
	b.board = host.Board{Sys: t.TempDir(), Space: func(string) (uint64, uint64, error) { return 1 << 30, 1 << 32, nil }}
	b.run()
	ctx, cancel := context.WithCancel(context.Background())
	var got seen
	ended := make(chan error, 1)
	go func() { ended <- b.desk.Watch(ctx, tom, got.add) }()
	b.eventually("the watcher", func() bool {
		b.watchers.mu.Lock()
		defer b.watchers.mu.Unlock()
		return len(b.watchers.all) == 1
	})
	d := b.tapAtReader(7)
	b.reader.Type("1")
	b.reader.Present(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: errors.New("a frame of 25 bits"), Frame: true})
	b.inputs["rex"].Set(true, b.clock.now())
	for _, want := range []string{"reader outside: a card of 26 bits false", fmt.Sprintf("decision %d: card: opened, %s", d.Seq, d.Reason), "record: relay, ",
		"reader outside: a key false", "reader outside: a frame of 25 bits true", "input rex: active false", "rex: opened"} {
		b.eventually(want+" among\n"+got.String(), func() bool { return got.has(want) })
	}
	time.Sleep(1100 * time.Millisecond) // the first look at the parts
	b.eye.mu.Lock()
	b.eye.cam = eye.CameraBlack
	b.eye.mu.Unlock()
	for _, want := range []string{"camera: black", "faces: off: the camera has a fault"} {
		b.eventually(want, func() bool { return got.has(want) })
	}
	if got.has("Tenant") || got.has("fob") {
		t.Errorf("somebody is named:\n%v", &got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if len(b.watchers.all) != 0 {
		t.Error("the watcher stays behind")
	}
	if err := b.desk.Watch(context.Background(), b.operator("aud", store.Auditor), nil); !errors.Is(err, console.ErrNotAllowed) {
		t.Errorf("an auditor watches: %v", err)
	}
}

// TestWatcherLosesTheOldest: the door never waits for a slow line.
func TestWatcherLosesTheOldest(t *testing.T) {
	var ws watchers
	w := ws.join("en")
	for i := range watched + 10 {
		ws.tell(func(string) console.Event { return console.Event{Text: fmt.Sprint(i)} })
	}
	if e := <-w.events; e.Text != "10" || w.missed() != 10 || w.missed() != 0 {
		t.Errorf("first left is %q", e.Text)
	}
	ws.leave(w)
	ws.tell(func(string) console.Event { t.Error("an event was made for nobody"); return console.Event{} })
}
