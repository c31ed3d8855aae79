package desk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/board/desk"
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

func (s *seen) add(e desk.Event) {
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
	tom := b.Operator("tom", store.Technician)
	b.Someone(7)
	b.Board = host.Board{Sys: t.TempDir(), Space: func(string) (uint64, uint64, error) { return 1 << 30, 1 << 32, nil }}
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	var got seen
	ended := make(chan error, 1)
	go func() { ended <- b.Desk.Watch(ctx, tom, got.add) }()
	b.Eventually("the watcher", func() bool { return b.Driver.Watchers() == 1 })
	d := b.TapAtReader(7)
	b.Reader.Type("1")
	b.Reader.Present(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside",
		Fault: errors.New("a frame of 25 bits"), Frame: true})
	b.Inputs["rex"].Set(true, b.Clock.Now())
	for _, want := range []string{"reader outside: a card of 26 bits false",
		fmt.Sprintf("decision %d: card: granted, %s", d.Seq, d.Reason), "record: relay, ",
		"reader outside: a button false", "reader outside: a frame of 25 bits true",
		"input rex: active false", "rex: granted"} {
		b.Eventually(want+" among\n"+got.String(), func() bool { return got.has(want) })
	}
	time.Sleep(1100 * time.Millisecond) // the first look at the parts
	b.Eye.SetCamera(eye.CameraBlack)
	for _, want := range []string{"camera: black", "faces: off: the camera has a fault"} {
		b.Eventually(want, func() bool { return got.has(want) })
	}
	if got.has("Tenant") || got.has("fob") {
		t.Errorf("a person is named:\n%v", &got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if b.Driver.Watchers() != 0 {
		t.Error("the watcher stays behind")
	}
	if err := b.Desk.Watch(context.Background(), b.Operator("aud", store.Auditor),
		nil); !errors.Is(err, desk.ErrNotAllowed) {
		t.Errorf("an auditor watches: %v", err)
	}
}
