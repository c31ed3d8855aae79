package board

import (
	"bytes"
	"context"
	"errors"
	"image"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"menshen/board/console"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
)

// aiming begins to aim and gives what is shown; end ends it and gives its error.
func (b *bench) aiming(s console.Session) (shown chan *console.Picture, end func() error) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	shown, done := make(chan *console.Picture), make(chan error, 1)
	go func() {
		done <- b.desk.Aim(ctx, s, func(p *console.Picture) { shown <- p; shown <- nil })
	}()
	b.eventually("the eye aims", func() bool { return b.eye.Mode() == eye.Aim })
	return shown, func() error { cancel(); return <-done }
}

// marked is a picture whose pixels are found again wherever they are.
func marked() eye.Picture {
	return eye.Picture{Width: 64, Height: 4, Grey: bytes.Repeat([]byte("an aimed picture"), 16), Box: image.Rect(10, 0, 20, 3), Zone: image.Rect(0, 0, 64, 4),
		Quality: recognizer.Quality{Height: 61, Sharpness: 44, Advice: recognizer.ComeCloser}}
}

// TestRStrangerAiming: the camera is aimed with its lamp on, under a record made before; nobody is recognised meanwhile, cards work, and of the
// pictures nothing is left in memory or on disk.
func TestRStrangerAiming(t *testing.T) {
	b := newBench(t)
	lamp := &haltest.Output{Name: "camera"}
	b.Unit.outputs.camera = lamp
	b.enrolled(7)
	b.run()
	zh := b.staff
	zh.Lang = "zh"
	shown, end := b.aiming(zh)
	if !lamp.On() {
		t.Error("the camera's lamp is dark")
	}
	p := marked()
	b.eye.pics <- p
	got := <-shown
	if b.count("aiming begun") != 1 {
		t.Error("a picture was shown before there was a record of it")
	}
	if got.Width != 64 || got.Face != p.Box || got.Good || got.Advice != "请靠近一些" || !strings.HasPrefix(got.Figures, "高 61 px") || got.Gray[0] != 'a' {
		t.Errorf("shown: %d wide, face %v, good %v, %q, %q", got.Width, got.Face, got.Good, got.Advice, got.Figures)
	}
	<-shown
	b.eye.pics <- marked() // taken once the first is done with
	if !bytes.Equal(p.Grey, make([]byte, len(p.Grey))) {
		t.Error("a picture that was shown is not overwritten")
	}
	<-shown
	<-shown
	st, err := b.desk.Status(context.Background(), b.staff)
	if err != nil || st.FacesOff != string(offAiming) || st.FacesFix == "" {
		t.Errorf("meanwhile the status says faces %q, %q, %v", st.FacesOff, st.FacesFix, err)
	}
	var problem *console.Problem
	if err := b.desk.Aim(context.Background(), b.staff, nil); !errors.As(err, &problem) {
		t.Errorf("a second aiming: %v", err)
	}
	n := b.count("decision")
	for range 20 {
		b.eye.seen <- look(7)
		b.clock.advance(200 * time.Millisecond)
	}
	if b.count("decision") != n {
		t.Error("somebody was recognised while the camera was aimed")
	}
	if d := b.tapAtReader(7); !d.Grant {
		t.Errorf("a card while the camera is aimed: %+v", d)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	b.eventually("the lamp dark", func() bool { return !lamp.On() && b.eye.Mode() != eye.Aim })
	for _, e := range b.entries() {
		if e.Kind == "aiming ended" && (e.Detail["pictures"] != "2" || e.Actor == store.Door) {
			t.Errorf("recorded as %+v", e)
		}
	}
	files, err := b.vault.Files()
	if err != nil {
		t.Fatal(err)
	}
	if found, err := store.Scan(files, [][]byte{marked().Grey}); err != nil || len(found.Hits) != 0 || found.Files == 0 || found.Sought == 0 {
		t.Errorf("on disk: %+v, %v", found, err)
	}
}

// TestRStrangerAimingNeedsLampAndRight: without the lamp that the unit has, or for who may not, nothing is shown.
func TestRStrangerAimingNeedsLampAndRight(t *testing.T) {
	b := newBench(t)
	aud := b.operator("aud", store.Auditor)
	b.Unit.outputs.camera = &haltest.Output{Name: "camera", Err: errors.New("wire cut")}
	b.run()
	show := func(*console.Picture) { t.Error("a picture was shown") }
	if err := b.desk.Aim(context.Background(), b.staff, show); err == nil || !strings.Contains(err.Error(), "lamp does not work") {
		t.Errorf("without its lamp: %v", err)
	}
	if err := b.desk.Aim(context.Background(), aud, show); !errors.Is(err, console.ErrNotAllowed) {
		t.Errorf("an auditor: %v", err)
	}
	if b.eye.Mode() == eye.Aim || b.count("aiming begun") != 0 {
		t.Error("the camera was aimed all the same")
	}
}

// TestRStrangerAimingEndsByItself: after its longest time the camera is shown no more, also where the line hangs on which it was shown.
func TestRStrangerAimingEndsByItself(t *testing.T) {
	b := newBench(t)
	lamp := &haltest.Output{Name: "camera"}
	b.Unit.outputs.camera = lamp
	b.run()
	b.desk.longestAim = 50 * time.Millisecond
	hangs, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- b.desk.Aim(context.Background(), b.staff, func(p *console.Picture) {
			if p.Left <= 0 || p.Left > b.desk.longestAim {
				t.Errorf("the picture says that %v are left", p.Left)
			}
			<-hangs
		})
	}()
	b.eye.pics <- marked()
	b.eventually("the lamp dark while the line hangs", func() bool { return !lamp.On() && b.eye.Mode() != eye.Aim && b.count("aiming ended") == 1 })
	close(hangs)
	var problem *console.Problem
	if err := <-done; !errors.As(err, &problem) || !strings.Contains(err.Error(), "shown for 50ms") {
		t.Errorf("it ended with %v", err)
	}
	if n := b.count("aiming ended"); n != 1 {
		t.Errorf("its end was recorded %d times", n)
	}
}

// TestRNoticeAimingIsShownAtTheDoor: the resting word plays when nothing else does, comes back after a card, and an alarm is not ended by it.
func TestRNoticeAimingIsShownAtTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		green, red := &haltest.Output{Name: "green"}, &haltest.Output{Name: "red"}
		s := newSignals(map[string]hal.Output{"green": green, "red": red})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); s.run(ctx) }()
		ons := func(o *haltest.Output, during time.Duration) (n int) {
			before, was := len(o.Moves()), o.On()
			time.Sleep(during)
			for _, m := range o.Moves()[before:] {
				if m.On && !was {
					n++
				}
				was = m.On
			}
			return n
		}
		time.Sleep(time.Second)
		s.rest(policy.SignalAiming)
		if n := ons(green, 8900*time.Millisecond); n != 6 {
			t.Errorf("%d blips in 9 s of aiming, want 6", n)
		}
		s.say(policy.SignalRefused)
		time.Sleep(2 * time.Second)
		if n := ons(green, 9*time.Second); n != 6 {
			t.Errorf("%d blips in 9 s after a refused card, want 6", n)
		}
		s.say(policy.SignalAlarm)
		time.Sleep(1500 * time.Millisecond)
		s.rest(policy.SignalReady)
		s.rest(policy.SignalAiming)
		if n := ons(red, 4900*time.Millisecond); n != 5 {
			t.Errorf("the alarm beats %d times in 5 s, want 5", n)
		}
		s.say(policy.SignalReady)
		s.rest(policy.SignalReady)
		time.Sleep(time.Second)
		if n := ons(green, 9*time.Second); n != 0 || green.On() {
			t.Errorf("%d blips after the aiming", n)
		}
		cancel()
		<-done
	})
}
