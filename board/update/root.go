package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"menshen/board/slots"
	"menshen/internal/screen"
)

// Tools are what root's side does to the machine. Errors are one line.
type Tools interface {
	// Firmware mounts the partition with autoboot.txt, for writing if write is set, and gives its
	// folder. Only one thing is mounted at a time; free unmounts it.
	Firmware(write bool) (dir string, free func() error, err error)
	// Boot mounts a slot's boot partition for writing.
	Boot(s slots.Slot) (dir string, free func() error, err error)
	// Stick mounts the file system of a stick for reading. Errors: NoStick, Sticks, Unknown.
	Stick() (dir string, free func() error, err error)
	// StickToWrite mounts it for writing. Errors: those, OnlyRead, Protected.
	StickToWrite() (dir string, free func() error, err error)
	// Inspect checks a bundle's signature and tells what it holds. Errors: NotSigned, OtherKind.
	Inspect(ctx context.Context, file string) (Bundle, error)
	// Install writes a bundle to the slot that does not run, once [Root.Admit] lets it. Errors:
	// NotSigned, before anything was written, when a part of it is not what was signed.
	Install(ctx context.Context, file string, percent func(int)) error
	// Restart restarts the unit. try has the firmware start the other slot, once.
	Restart(try bool) error
}

// Root is root's side. It serves one request at a time.
type Root struct {
	Folders
	Machine slots.Machine
	Tools   Tools
	// Files gives the folder for what leaves the unit, which the door fills. Errors: StickOff,
	// where the configuration lets no file leave or enter by a stick.
	Files func() (outbox string, err error)

	cut func() // of tests: called before each thing that is written, to end there; nil: nothing
}

func (r Root) setTrial(t slots.Trial) error {
	r.mayCut()
	return r.Machine.Shared.SetTrial(t)
}

func (r Root) setStarts(s slots.Slot, n int) error {
	r.mayCut()
	return r.Machine.Shared.SetStarts(s, n)
}

func (r Root) mayCut() {
	if r.cut != nil {
		r.cut()
	}
}

// Serve takes a request, if there is one, answers it, and leaves the state as it is then.
func (r Root) Serve(ctx context.Context) error {
	path := filepath.Join(r.Asked, requestFile)
	var q Request
	err := read(path, maxAsked, &q)
	if removed := os.Remove(path); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
		return fmt.Errorf("taking the request: %w", removed) // it would be served again and again
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.Publish()
	case err != nil:
		return errors.Join(fmt.Errorf("taking the request: %w", err), r.Publish())
	}
	a := Answer{ID: q.ID}
	if err := r.say(a); err != nil {
		return err
	}
	if err := r.serve(ctx, q, &a); err != nil {
		a.Refused, a.Detail = Failed, screen.OneLine(err)
		var why slots.Refusal
		if errors.As(err, &why) {
			a.Refused = why
			a.Detail = strings.TrimPrefix(strings.TrimPrefix(a.Detail, string(why)), ": ")
		}
	}
	a.Done = true
	if a.Refused == "" && q.Do == Try { // for what is left of this start, the state stays as it was
		return errors.Join(r.say(a), r.Tools.Restart(true))
	}
	return errors.Join(r.Publish(), r.say(a))
}

// Do serves a request at once, for a door in root's own process: a simulated one.
func (r Root) Do(ctx context.Context, q Request, _ func(Answer)) (a Answer, err error) {
	if err := write(filepath.Join(r.Asked, requestFile), 0o600, q); err != nil {
		return a, fmt.Errorf("asking for %q: %w", q.Do, err)
	}
	if err := r.Serve(ctx); err != nil {
		return a, err
	}
	return a, read(filepath.Join(r.Answered, answerFile), maxAnswered, &a)
}

// OpenTaken is [Client.OpenTaken], for that door.
func (r Root) OpenTaken() (io.ReadCloser, error) { return (&Client{Folders: r.Folders}).OpenTaken() }

func (r Root) say(a Answer) error { return write(filepath.Join(r.Answered, answerFile), 0o644, a) }

// serve does what is asked.
func (r Root) serve(ctx context.Context, q Request, a *Answer) error {
	switch q.Do {
	case Give:
		return r.give(ctx, q, a)
	case List:
		return r.list(ctx, a)
	case Take:
		if len(q.Names) != 1 {
			return NotPlain
		}
		return r.take(ctx, q.Names[0], q.Limit, a)
	}
	d, err := r.disk()
	if err != nil {
		return err
	}
	switch q.Do {
	case Look:
		return r.withBundle(ctx, func(_ string, b Bundle) error {
			a.Bundle = &b
			_, err := d.Target()
			return errors.Join(err, d.Admits(b.Version))
		})
	case Install:
		return r.withBundle(ctx, func(file string, b Bundle) error {
			if b.Version != q.Version {
				return Changed
			}
			return r.install(ctx, d, file, b, func(percent int) {
				a.Percent = percent
				_ = r.say(*a) // the last answer counts
			})
		})
	case Try:
		if err := d.Tryable(); err != nil {
			return err
		}
		// An operator works with the running system: it can be started when the other one fails.
		if err := r.setStarts(d.Running, 0); err != nil {
			return err
		}
		d.Trial.Stage, d.Trial.Faulty = slots.Begun, q.Faulty
		return r.setTrial(*d.Trial)
	case Keep:
		return r.keep(d)
	case Healthy:
		return r.healthy(d)
	case Unhealthy:
		if d.Keepable() != nil || d.Trial.Why == q.Why {
			return d.Keepable()
		}
		d.Trial.Why = screen.OneLine(errors.New(q.Why))
		return r.setTrial(*d.Trial)
	case Told:
		if d.TakenBack() == "" || d.Trial.Told {
			return nil
		}
		d.Trial.Told = true
		return r.setTrial(*d.Trial)
	}
	return fmt.Errorf("unknown request %.20q", q.Do)
}

// disk reads the two systems. Errors: [slots.ErrOneSystem].
func (r Root) disk() (d slots.Disk, err error) {
	if !r.Machine.TwoSystems() {
		return d, slots.ErrOneSystem
	}
	dir, free, err := r.Tools.Firmware(false)
	if err != nil {
		return d, err
	}
	d, err = r.Machine.Read(filepath.Join(dir, "autoboot.txt"))
	return d, errors.Join(err, free())
}

// withBundle mounts the stick, finds its one bundle, and inspects it.
func (r Root) withBundle(ctx context.Context, use func(file string, b Bundle) error) (err error) {
	dir, free, err := r.Tools.Stick()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, free()) }()
	found, err := filepath.Glob(filepath.Join(dir, "*.raucb"))
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return NoBundle
	case len(found) > 1:
		return Several
	}
	b, err := r.Tools.Inspect(ctx, found[0])
	if err != nil {
		return err
	}
	b.Name = filepath.Base(found[0])
	return use(found[0], b)
}

// install writes a bundle to the other slot, and names the slot to the system in it. RAUC asks
// [Root.Admit] before it writes; from then on, until it is kept, the slot is bad: only the firmware
// starts it, once, to try it.
func (r Root) install(ctx context.Context, d slots.Disk, file string, b Bundle, percent func(int)) error {
	to, err := d.Target()
	if err == nil {
		err = d.Admits(b.Version)
	}
	if err != nil {
		return err
	}
	from, err := r.Machine.Version()
	if err != nil {
		return err
	}
	if err := r.Tools.Install(ctx, file, percent); err != nil {
		return err
	}
	if err := r.nameSlot(to); err != nil {
		return err
	}
	return r.setTrial(slots.Trial{Slot: to, Version: b.Version, From: from, Stage: slots.Written})
}

// nameSlot writes the slot into its command line.
func (r Root) nameSlot(s slots.Slot) (err error) {
	dir, free, err := r.Tools.Boot(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, free()) }()
	path := filepath.Join(dir, "cmdline.txt")
	line, err := os.ReadFile(path)
	if err == nil {
		line, err = slots.NameSlot(line, s)
	}
	if err != nil {
		return fmt.Errorf("naming the slot: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("naming the slot: %w", err)
	}
	r.mayCut()
	_, err = f.WriteAt(line, 0)
	return errors.Join(err, f.Sync(), f.Close())
}

// keep makes the running system the one that starts. What comes after the one sector is done again
// by the next Healthy, if power fails between.
func (r Root) keep(d slots.Disk) error {
	if err := d.Keepable(); err != nil {
		return err
	}
	dir, free, err := r.Tools.Firmware(true)
	if err != nil {
		return err
	}
	// First: the first root gives the storage back from a slot that is bad.
	if err := r.setStarts(d.Running, 0); err != nil {
		return errors.Join(err, free())
	}
	d.Starts[d.Running] = 0
	r.mayCut()
	err = slots.Commit(filepath.Join(dir, "autoboot.txt"), d.Running)
	if err := errors.Join(err, free()); err != nil {
		return err
	}
	d.Committed = d.Running
	return r.healthy(d)
}

// healthy notes that the system that starts is in order. What is noted already is not written
// again.
func (r Root) healthy(d slots.Disk) error {
	if d.OnTrial() {
		return slots.RefusedOnTrial
	}
	version, err := r.Machine.Version()
	if err != nil {
		return err
	}
	if d.Starts[d.Running] != 0 {
		err = r.setStarts(d.Running, 0)
	}
	r.mayCut()
	err = errors.Join(err, r.Machine.Shared.RaiseFloor(version))
	if t := d.Trial; t != nil && t.Slot == d.Running && t.Stage != slots.Kept {
		t.Stage, t.Why = slots.Kept, ""
		err = errors.Join(err, r.setTrial(*t))
	}
	return err
}

// Publish leaves the state for the door. At the start of a trial it notes that the system came so
// far; at the start after one that was taken back, that its slot is not to be started.
func (r Root) Publish() error {
	var s State
	d, err := r.disk()
	if errors.Is(err, slots.ErrOneSystem) {
		return nil
	}
	if err == nil {
		err = r.note(&d)
	}
	if err == nil {
		s.Version, err = r.Machine.Version()
	}
	s.Slot, s.OnTrial, s.Floor, s.Newest = d.Running, d.OnTrial(), d.Floor, d.Trial
	s.TakenBack = d.TakenBack()
	if _, refused := d.Target(); refused != nil {
		errors.As(refused, &s.Refused)
	}
	if err != nil {
		s = State{Err: screen.OneLine(err)}
	}
	return errors.Join(r.giveLog(), write(filepath.Join(r.Answered, stateFile), 0o644, s))
}

// note keeps what this start tells about the newest update.
func (r Root) note(d *slots.Disk) error {
	switch {
	case d.Keepable() == nil && d.Trial.Stage == slots.Begun:
		d.Trial.Stage = slots.Started
		return r.setTrial(*d.Trial)
	case d.TakenBack() != "" && d.Starts[d.Trial.Slot] < slots.Bad:
		d.Starts[d.Trial.Slot] = slots.Bad
		return r.setStarts(d.Trial.Slot, slots.Bad)
	}
	return nil
}

// Expire ends a trial whose time is over: the unit restarts into the system before. It is called by
// a timer of root's, since the door's program may not work at all; it is told then that it did not.
func (r Root) Expire() error {
	d, err := r.disk()
	if err != nil || !d.OnTrial() {
		return err
	}
	if d.Keepable() == nil && d.Trial.Why == "" {
		d.Trial.Why = "the door did not work for a minute before the time was over"
		err = r.setTrial(*d.Trial)
	}
	return errors.Join(err, r.Tools.Restart(false))
}
