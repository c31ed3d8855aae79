package desk_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
)

// aiming begins to aim and gives what is shown; end ends it and gives its error.
func (b *bench) aiming(s desk.Session) (shown chan *desk.Picture, end func() error) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	shown, done := make(chan *desk.Picture), make(chan error, 1)
	go func() {
		done <- b.Desk.Aim(ctx, s, func(p *desk.Picture) { shown <- p; shown <- nil })
	}()
	b.Eventually("the eye aims", func() bool { return b.Eye.Mode() == eye.Aim })
	return shown, func() error { cancel(); return <-done }
}

// marked is a picture whose pixels are found again wherever they are.
func marked() eye.Picture {
	return eye.Picture{Width: 64, Height: 4, Grey: bytes.Repeat([]byte("an aimed picture"), 16),
		Box: image.Rect(10, 0, 20, 3), Zone: image.Rect(0, 0, 64, 4),
		Quality: recognizer.Quality{Height: 61, Sharpness: 44, Advice: scene.ComeCloser}}
}

// TestRStrangerAiming: the camera is aimed with its lamp on, under a record made before; no face is
// recognised meanwhile, cards work, and of the pictures nothing is left in memory or on disk.
func TestRStrangerAiming(t *testing.T) {
	b := newBench(t)
	lamp := &haltest.Output{Name: "camera"}
	b.Wires.Signals["camera"] = lamp
	b.Reassemble()
	b.Enrolled(7)
	b.Start()
	zh := b.Staff
	zh.Lang = catalogue.In("zh")
	shown, end := b.aiming(zh)
	if !lamp.On() {
		t.Error("the camera's lamp is dark")
	}
	p := marked()
	b.Eye.Pics <- p
	got := <-shown
	if b.Count("aiming begun") != 1 {
		t.Error("a picture was shown before there was a record of it")
	}
	if got.Width != 64 || got.Face != p.Box || got.Good || got.Advice != "请靠近一些" ||
		!strings.HasPrefix(got.Figures, "高 61 px") || got.Gray[0] != 'a' {
		t.Errorf("shown: %d wide, face %v, good %v, %q, %q", got.Width, got.Face, got.Good, got.Advice, got.Figures)
	}
	<-shown
	b.Eye.Pics <- marked() // taken once the first is done with
	if !bytes.Equal(p.Grey, make([]byte, len(p.Grey))) {
		t.Error("a picture that was shown is not overwritten")
	}
	<-shown
	<-shown
	st, err := b.Desk.Status(context.Background(), b.Staff)
	if err != nil || st.FacesOff != string(unit.OffAiming) || st.FacesFix == "" {
		t.Errorf("meanwhile the status says faces %q, %q, %v", st.FacesOff, st.FacesFix, err)
	}
	var problem *i18n.Error
	if err := b.Desk.Aim(context.Background(), b.Staff, nil); !errors.As(err, &problem) {
		t.Errorf("a second aiming: %v", err)
	}
	n := b.Count("decision")
	for range 20 {
		b.Eye.Seen <- boardtest.Look(7)
		b.Clock.Advance(200 * time.Millisecond)
	}
	if b.Count("decision") != n {
		t.Error("a face was recognised while the camera was aimed")
	}
	if d := b.TapAtReader(7); !d.Grant {
		t.Errorf("a card while the camera is aimed: %+v", d)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	b.Eventually("the lamp dark", func() bool { return !lamp.On() && b.Eye.Mode() != eye.Aim })
	for _, e := range b.Entries() {
		if e.Kind == "aiming ended" && (e.Detail["pictures"] != "2" || e.Actor == store.Door) {
			t.Errorf("recorded as %+v", e)
		}
	}
	files, err := b.Vault.Files()
	if err != nil {
		t.Fatal(err)
	}
	if found, err := store.Scan(files, [][]byte{marked().Grey}); err != nil || len(found.Hits) != 0 ||
		found.Files == 0 || found.Sought == 0 {
		t.Errorf("on disk: %+v, %v", found, err)
	}
}

// TestRStrangerAimingNeedsLampAndRight: without the camera's lamp, or without
// the right, nothing is shown.
func TestRStrangerAimingNeedsLampAndRight(t *testing.T) {
	b := newBench(t)
	b.Wires.Signals["camera"] = &haltest.Output{Name: "camera", Err: errors.New("wire cut")}
	b.Reassemble()
	aud := b.Operator("aud", store.Auditor)
	b.Start()
	show := func(*desk.Picture) { t.Error("a picture was shown") }
	if err := b.Desk.Aim(context.Background(), b.Staff, show); err == nil ||
		!strings.Contains(err.Error(), "lamp does not work") {
		t.Errorf("without its lamp: %v", err)
	}
	if err := b.Desk.Aim(context.Background(), aud, show); !errors.Is(err, desk.ErrNotAllowed) {
		t.Errorf("an auditor: %v", err)
	}
	if b.Eye.Mode() == eye.Aim || b.Count("aiming begun") != 0 {
		t.Error("the camera was aimed all the same")
	}
}

// TestRStrangerAimingEndsByItself: after its longest time the camera is shown no more, also where
// the line hangs on which it was shown.
func TestRStrangerAimingEndsByItself(t *testing.T) {
	b := newBench(t)
	lamp := &haltest.Output{Name: "camera"}
	b.Wires.Signals["camera"] = lamp
	b.Reassemble()
	b.Start()
	const longest = 300 * time.Millisecond
	desk.AimFor(b.Desk, longest)
	hangs, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- b.Desk.Aim(context.Background(), b.Staff, func(p *desk.Picture) {
			if p.Left <= 0 || p.Left > longest {
				t.Errorf("the picture says that %v are left", p.Left)
			}
			<-hangs
		})
	}()
	b.Eye.Pics <- marked()
	b.Eventually("the lamp dark while the line hangs", func() bool {
		return !lamp.On() && b.Eye.Mode() != eye.Aim && b.Count("aiming ended") == 1
	})
	close(hangs)
	var problem *i18n.Error
	if err := <-done; !errors.As(err, &problem) || !strings.Contains(err.Error(), "shown for 300ms") {
		t.Errorf("it ended with %v", err)
	}
	if n := b.Count("aiming ended"); n != 1 {
		t.Errorf("its end was recorded %d times", n)
	}
}

// TestRStrangerAimingAnEnrolment: who takes a person's face sees the camera's picture of it, marked
// and on record as any aiming; nobody else does; and with the enrolment it ends.
func TestRStrangerAimingAnEnrolment(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	b.Tap(1)
	b.Later(time.Minute)
	b.Consent(id)
	other := b.Operator("bert", store.Manager)
	b.Start()
	ctx := context.Background()
	begun := make(chan struct{}, 100)
	enrolled := make(chan error, 1)
	go func() {
		_, err := b.Desk.Enrol(ctx, b.Staff, id, func(desk.Step) { begun <- struct{}{} })
		enrolled <- err
	}()
	<-begun
	if err := b.Desk.Aim(ctx, other, nil); !errors.Is(err, unit.ErrTaking) {
		t.Errorf("another operator looked on: %v", err)
	}
	aimed := make(chan error, 1)
	shown := make(chan *desk.Picture, 1)
	go func() { aimed <- b.Desk.Aim(ctx, b.Staff, func(p *desk.Picture) { shown <- p }) }()
	b.Eventually("the eye enrols and shows", func() bool { return b.Eye.Mode() == eye.EnrolShown })
	p := marked()
	b.Eye.Pics <- p
	if got := <-shown; got.Face != p.Box || b.Count("aiming begun") != 1 {
		t.Errorf("shown: %+v, with %d records", got, b.Count("aiming begun"))
	}
	for n := 0; ; n++ { // before the camera, away, and there again
		o := boardtest.Look(1)
		if n%18 >= 10 {
			o = recognizer.Observation{}
		}
		select {
		case b.Eye.Seen <- o:
			b.Clock.Advance(250 * time.Millisecond)
			continue
		case err := <-enrolled:
			if err != nil {
				t.Error(err)
			}
		}
		break
	}
	if err := <-aimed; err != nil || b.Count("aiming ended") != 1 {
		t.Errorf("with the enrolment the aiming ended with %v, %d records", err, b.Count("aiming ended"))
	}
	if !bytes.Equal(p.Grey, make([]byte, len(p.Grey))) {
		t.Error("a picture that was shown is not overwritten")
	}
	b.Eventually("the eye neither enrols nor shows", func() bool {
		return b.Eye.Mode() != eye.EnrolShown && b.Eye.Mode() != eye.Aim
	})
}
