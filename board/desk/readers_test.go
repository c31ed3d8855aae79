package desk_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/board/desk"
	"menshen/board/outbox"
	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
	"menshen/hal/sim"
	"menshen/internal/i18n"
	"menshen/store/audit"
)

// withOSDP puts an OSDP reader, new from the factory, beside the bench's own.
func (b *bench) withOSDP(t *testing.T) (*osdptest.Reader, *osdptest.Line) {
	t.Helper()
	cable, err := sim.NewSerial()
	if err != nil {
		t.Fatal(err)
	}
	far := &osdptest.Reader{Address: 3, Factory: true, Identity: osdp.Identity{Serial: 4711}}
	line := osdptest.NewLine(far)
	var served sync.WaitGroup
	served.Go(func() { line.Serve(cable) })
	t.Cleanup(func() { cable.Close(); served.Wait() })
	ring := osdp.NewRing(filepath.Join(t.TempDir(), "osdp.json"))
	secret := []byte{0x8c, 0x1f, 0x4e, 0x0b, 0x5a, 0x7d, 0x92, 0xd3, 0x6e, 0xe0, 0x41, 0x5f, 0xb7, 0xc8, 0xa9, 0x23}
	ring.Secret("gate", func() ([]byte, error) { return bytes.Clone(secret), nil })
	near, err := osdp.NewLine(osdp.Port(cable.Name(), false), 115200, ring, osdp.Config{Name: "gate", Address: 3})
	if err != nil {
		t.Fatal(err)
	}
	b.Wires.Readers = append(b.Wires.Readers, near.Readers()[0])
	b.Reassemble()
	b.Start()
	return far, line
}

func (b *bench) link(t *testing.T) *desk.Link {
	t.Helper()
	all, err := b.Desk.Readers(t.Context(), b.Staff)
	if err != nil || len(all) != 2 || all[0].Link != nil || all[1].Link == nil {
		t.Fatalf("%+v, %v", all, err)
	}
	return all[1].Link
}

// TestInstallReader: a reader gets its key while an operator lets it, is told of what keeps it from
// that, and the log has begin and end.
func TestInstallReader(t *testing.T) {
	b := newBench(t)
	far, line := b.withOSDP(t)
	b.Eventually("the reader has no key", func() bool { return strings.Contains(b.link(t).Why, "no key yet") })
	line.Do(func() {
		if far.Sessions > 0 {
			t.Error("a session under the default key with no install open")
		}
	})
	var steps []string
	tell := func(s desk.Step) { steps = append(steps, s.Text) }
	if err := b.Desk.InstallReader(t.Context(), b.Staff, "gate", tell); err != nil {
		t.Fatal(err)
	}
	l := b.link(t)
	if !l.Secure || !l.Installs.IsZero() || !l.Proven || l.Address != 3 || !strings.Contains(l.Device, "4711") {
		t.Errorf("%+v", l)
	}
	if len(steps) == 0 || !strings.Contains(steps[0], "cable") {
		t.Errorf("steps: %q", steps)
	}
	if b.Count(audit.InstallBegun) != 1 || b.Count(audit.InstallEnded) != 1 {
		t.Errorf("%d begun, %d ended", b.Count(audit.InstallBegun), b.Count(audit.InstallEnded))
	}
	id := b.Someone(1)
	step := func(desk.Step) { line.Do(func() { far.Tap(26, 1, 2, 3, 0x40) }) }
	if _, err := b.Desk.AssignCard(t.Context(), b.Staff, id, "fob", step); err != nil {
		t.Error(err)
	}
}

// TestInstallEnds: with its time, and with whoever opened it; then no reader gets a key.
func TestInstallEnds(t *testing.T) {
	b := newBench(t)
	far, line := b.withOSDP(t)
	line.Do(func() { far.Deaf = true })
	b.Eventually("the reader is silent", func() bool { return strings.Contains(b.link(t).Why, "does not answer") })
	desk.InstallFor(b.Desk, time.Second)
	var e *i18n.Error
	if err := b.Desk.InstallReader(t.Context(), b.Staff, "gate", func(desk.Step) {}); !errors.As(err, &e) ||
		e.Remedy.IsZero() {
		t.Errorf("at the end of its time: %v", err)
	}
	desk.InstallFor(b.Desk, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	if err := b.Desk.InstallReader(ctx, b.Staff, "gate", func(desk.Step) { cancel() }); err != nil {
		t.Errorf("stopped: %v", err)
	}
	line.Do(func() { far.Deaf = false })
	b.Eventually("the reader has no key", func() bool { return strings.Contains(b.link(t).Why, "no key yet") })
	line.Do(func() {
		if far.Sessions > 0 || !far.Factory {
			t.Error("the reader got a key after the end")
		}
	})
	if b.Count(audit.InstallBegun) != 2 || b.Count(audit.InstallEnded) != 2 {
		t.Errorf("%d begun, %d ended", b.Count(audit.InstallBegun), b.Count(audit.InstallEnded))
	}
	for _, name := range []string{"outside", "nowhere"} {
		if err := b.Desk.InstallReader(t.Context(), b.Staff, name, func(desk.Step) {}); !errors.As(err, &e) ||
			e.Remedy.IsZero() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMoveReader: a reader is where the operator wants it, the link says what to write, and the log
// has begin and end; one that refuses is told.
func TestMoveReader(t *testing.T) {
	b := newBench(t)
	far, line := b.withOSDP(t)
	b.Eventually("the reader has no key", func() bool { return strings.Contains(b.link(t).Why, "no key yet") })
	if err := b.Desk.InstallReader(t.Context(), b.Staff, "gate", func(desk.Step) {}); err != nil {
		t.Fatal(err)
	}
	var steps []string
	tell := func(s desk.Step) { steps = append(steps, s.Text) }
	if err := b.Desk.SetReaderAddress(t.Context(), b.Staff, "gate", 9, tell); err != nil {
		t.Fatal(err)
	}
	if l := b.link(t); l.Address != 9 || !strings.Contains(l.Write, "address = 9") || len(steps) != 1 {
		t.Errorf("%+v, %q", l, steps)
	}
	if err := b.Desk.SetReaderSpeed(t.Context(), b.Staff, "gate", 38400, tell); err != nil {
		t.Fatal(err)
	}
	l := b.link(t)
	if !l.Secure || l.Speed != 38400 || !strings.Contains(l.Write, "baud = 38400") || len(steps) != 2 {
		t.Errorf("%+v, %q", l, steps)
	}
	line.Do(func() {
		if far.Baud != 38400 || far.Address != 9 {
			t.Errorf("it is at %d and %d", far.Address, far.Baud)
		}
		far.Fixed = true
	})
	var e *i18n.Error
	for _, err := range []error{
		b.Desk.SetReaderAddress(t.Context(), b.Staff, "gate", 10, tell),
		b.Desk.SetReaderSpeed(t.Context(), b.Staff, "gate", 9600, tell),
		b.Desk.SetReaderAddress(t.Context(), b.Staff, "gate", 300, tell),
		b.Desk.SetReaderSpeed(t.Context(), b.Staff, "gate", 1234, tell),
		b.Desk.SetReaderSpeed(t.Context(), b.Staff, "outside", 9600, tell),
	} {
		if !errors.As(err, &e) || e.Remedy.IsZero() {
			t.Errorf("%v", err)
		}
	}
	if b.Count(audit.ReaderMoveBegun) != 6 || b.Count(audit.ReaderMoveEnded) != 6 {
		t.Errorf("%d begun, %d ended", b.Count(audit.ReaderMoveBegun), b.Count(audit.ReaderMoveEnded))
	}
}

// TestSendReaderFile: a reader gets its firmware from the unit's folder, is looked for when it
// begins again, and forgets what an operator ends.
func TestSendReaderFile(t *testing.T) {
	b := newBench(t)
	far, line := b.withOSDP(t)
	b.Eventually("the reader has no key", func() bool { return strings.Contains(b.link(t).Why, "no key yet") })
	if err := b.Desk.InstallReader(t.Context(), b.Staff, "gate", func(desk.Step) {}); err != nil {
		t.Fatal(err)
	}
	data := bytes.Repeat([]byte("firmware"), 500)
	dir := outbox.Dir(b.Config.Unit.Dir)
	err := os.MkdirAll(dir, 0o700)
	if err := errors.Join(err, os.WriteFile(filepath.Join(dir, "gate.bin"), data, 0o600)); err != nil {
		t.Fatal(err)
	}
	send := func(ctx context.Context, file string, step desk.Progress) error {
		return b.Desk.SendReaderFile(ctx, b.Staff, "gate", desk.ReaderFile{Name: file, Type: 129}, step)
	}
	var e *i18n.Error
	if err := send(t.Context(), "gate.bin", func(desk.Step) {}); !errors.As(err, &e) || e.Remedy.IsZero() ||
		!strings.Contains(err.Error(), "takes no such file") {
		t.Errorf("a reader that takes none: %v", err)
	}
	files := &osdptest.Files{Receives: 512, Says: osdp.FileState{Delay: 60}}
	files.Part = func(p osdp.FilePart) osdp.Reply {
		if int(p.Offset)+len(p.Data) < int(p.Size) {
			return nil
		}
		time.AfterFunc(100*time.Millisecond, func() {
			line.Do(func() { far.Unplug(); far.Identity.Firmware = [3]byte{7, 7, 7} })
		})
		return osdp.FileState{Status: 2}
	}
	line.Do(func() { far.Files = files })
	last := desk.Step{}
	alone := false
	if err := send(t.Context(), "gate.bin", func(s desk.Step) {
		alone = alone || strings.Contains(s.Text, "no cards")
		if s.Wanted > 0 {
			last = s
		}
	}); err != nil {
		t.Fatal(err)
	}
	if last.Done == 0 || !alone || !strings.Contains(b.link(t).Device, "7.7.7") {
		t.Errorf("%+v, alone %v, %s", last, alone, b.link(t).Device)
	}
	line.Do(func() { files.Part, files.Says.Delay, files.Got = nil, 60000, nil })
	ctx, cancel := context.WithCancel(t.Context())
	if err := send(ctx, "gate.bin", func(s desk.Step) {
		if s.Done > 0 {
			cancel()
		}
	}); err != nil {
		t.Errorf("ended: %v", err)
	}
	line.Do(func() {
		if files.Aborts != 3 || len(files.Got) > 0 || files.Type != 129 {
			t.Errorf("%d times ended, %d bytes left, type %d", files.Aborts, len(files.Got), files.Type)
		}
	})
	if err := b.Desk.SendReaderFile(t.Context(), b.Staff, "gate", desk.ReaderFile{Name: "gate.bin", Type: 256},
		func(desk.Step) {}); !errors.As(err, &e) || !strings.Contains(e.Remedy.String(), "1 to 255") {
		t.Errorf("a type of no byte: %v", err)
	}
	if err := send(t.Context(), "nothing.bin", func(desk.Step) {}); !errors.As(err, &e) {
		t.Errorf("no file: %v", err)
	}
	if b.Count(audit.ReaderFileBegun) != 3 || b.Count(audit.ReaderFileEnded) != 3 {
		t.Errorf("%d begun, %d ended", b.Count(audit.ReaderFileBegun), b.Count(audit.ReaderFileEnded))
	}
}
