package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/board/desk"
	"menshen/hal/camera"
	"menshen/hal/scene"
	"menshen/hal/sim"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// story has the chapters. Each acts on the world and then prints what the unit recorded.
type story struct {
	*world
	*narrator
	wei, grace *actor
	stranger   camera.Scene
	fire       bool   // the line is on
	shown      string // the status line
}

var errOtherwise = errors.New("the door did not act as it should")

func (s *story) tellAll(ctx context.Context) error {
	for _, chapter := range []func(context.Context) error{
		s.newUnit, s.twoPeople, s.cardsOpen, s.faceOpens, s.otherFace, s.strangerComes, s.photo, s.withdraw,
		s.visitor, s.rex, s.bell, s.proof,
	} {
		if err := chapter(ctx); err != nil {
			return fmt.Errorf("step %d: %w", s.step, err)
		}
	}
	return nil
}

func (s *story) newUnit(ctx context.Context) error {
	s.begin("A new unit is set up: keys, first operator, notice")
	n, err := s.desk.Notice(ctx, s.staff, "en")
	if err != nil {
		return err
	}
	if err := s.tell(); err != nil {
		return err
	}
	s.say("the notice in force, version %s: %q …", n.Version, firstLine(n.Text))
	return s.onFile(ctx)
}

func (s *story) twoPeople(ctx context.Context) error {
	s.begin("Two people get cards; one asks for face entry and consents to the notice")
	for _, p := range []*actor{s.wei, s.grace} {
		added, err := s.desk.AddPerson(ctx, s.staff,
			desk.Details{Name: policy.Private(p.name), Apartment: policy.Private(p.apartment), Lang: p.lang})
		if err != nil {
			return err
		}
		p.id = added.ID
		if _, err := s.desk.AssignCard(ctx, s.staff, p.id, "card", s.tapWhenAsked(p.card)); err != nil {
			return err
		}
	}
	words, err := s.consent(ctx)
	if err != nil {
		return err
	}
	s.say("the notice was shown in the person's language: %q", words)
	return s.tell()
}

// consent shows Wei the notice; Wei consents by tapping their own card. It
// gives the notice's first line.
func (s *story) consent(ctx context.Context) (string, error) {
	n, err := s.desk.Notice(ctx, s.staff, s.wei.lang)
	if err != nil {
		return "", err
	}
	yes := desk.ConsentGiven{Person: s.wei.id, Notice: n.Hash, Lang: n.Lang}
	return firstLine(n.Text), s.desk.Consent(ctx, s.staff, yes, s.tapWhenAsked(s.wei.card))
}

// enrol enrols Wei's face at the camera. It gives the number of pictures.
func (s *story) enrol(ctx context.Context) (int, error) {
	if err := s.show(s.wei.enrolledOn); err != nil {
		return 0, err
	}
	tried := false
	e, err := s.desk.Enrol(ctx, s.staff, s.wei.id, func(step desk.Step) {
		if step.Trial && !tried { // away and back again, as on any day
			tried = true
			go func() {
				_ = s.leave()
				_ = s.show(s.wei.enrolledOn)
			}()
		}
	})
	return e.Pictures, errors.Join(err, s.leave())
}

// tapWhenAsked holds a card to the reader when the unit says that it waits for one, and the person
// has read that.
func (s *story) tapWhenAsked(card uint16) desk.Progress {
	return func(desk.Step) {
		go func() {
			time.Sleep(300 * time.Millisecond)
			s.door.Tap(facility, card)
		}()
	}
}

func (s *story) cardsOpen(ctx context.Context) error {
	s.begin("Both cards open; then the face is enrolled, from several pictures taken in one visit to the camera")
	for _, p := range []*actor{s.wei, s.grace} {
		if err := s.tap(ctx, p, true); err != nil {
			return err
		}
	}
	pictures, err := s.enrol(ctx)
	if err != nil {
		return err
	}
	s.say("template made of %d pictures, none of which is kept", pictures)
	return s.tell()
}

// tap taps a card and prints the decision. A person who is let in walks through the door.
func (s *story) tap(ctx context.Context, p *actor, opens bool) error {
	s.door.Tap(facility, p.card)
	e, err := s.await(ctx, decision(policy.ByCard))
	if err != nil {
		return err
	}
	if e.Grant != opens {
		return fmt.Errorf("card of apartment %s: %w", p.apartment, errOtherwise)
	}
	return errors.Join(s.walkThrough(ctx), s.tell())
}

// walkThrough opens the unlocked door, closes it, and waits until it is locked.
func (s *story) walkThrough(ctx context.Context) error {
	time.Sleep(100 * time.Millisecond)
	if err := s.door.Push(); err != nil {
		return err
	}
	time.Sleep(200 * time.Millisecond)
	s.door.Shut()
	_, err := s.await(ctx, func(e store.Entry) bool {
		return e.Kind == audit.Relay && e.Detail["to"] == string(policy.DoLock)
	})
	return err
}

// walkUp puts a scene before the camera until the unit has decided, and takes it away again. After
// a slow disk the door refuses faces for some seconds; the person then waits, and walks up again.
func (s *story) walkUp(ctx context.Context, sc camera.Scene) (store.Entry, error) {
	e, err := s.comeBefore(ctx, sc)
	for range 3 {
		if err != nil || e.Reason != policy.ReasonNotDurable {
			break
		}
		if err := errors.Join(s.leave(), s.tell(), s.trusted(ctx)); err != nil {
			return e, err
		}
		e, err = s.comeBefore(ctx, sc)
	}
	if err != nil {
		return e, err
	}
	if e.Grant {
		if err := s.walkThrough(ctx); err != nil {
			return e, err
		}
	}
	return e, errors.Join(s.leave(), s.tell())
}

// comeBefore puts a scene before the camera until the unit has decided.
func (s *story) comeBefore(ctx context.Context, sc camera.Scene) (store.Entry, error) {
	if err := s.show(sc); err != nil {
		return store.Entry{}, err
	}
	return s.await(ctx, decision(policy.ByFace))
}

// trusted waits until the unit relies on the disk, for half a minute at most.
func (s *story) trusted(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		st, err := s.unit.Unit.State(ctx)
		if err != nil || st.Faults["vault"] == "" {
			return err
		}
		rest(ctx, 100*time.Millisecond)
	}
}

func (s *story) faceOpens(ctx context.Context) error {
	s.begin("The consenting person walks up: another picture than the enrolled one, other light, pose and distance")
	scene := s.wei.met
	scene.Seed, scene.Light = 7, 80
	e, err := s.walkUp(ctx, scene)
	return otherwise(err, e.Grant && e.Person == s.wei.id)
}

func (s *story) rex(ctx context.Context) error {
	s.begin("A person inside presses the exit button")
	s.door.Press("REX", 100*time.Millisecond)
	e, err := s.await(ctx, decision(policy.ByREX))
	if err := otherwise(err, e.Grant); err != nil {
		return err
	}
	return errors.Join(s.walkThrough(ctx), s.tell())
}

// bell is a courier without a credential, and somebody who reads the notice by themselves.
func (s *story) bell(ctx context.Context) error {
	s.begin("Somebody rings; staff say that they come, and open. Then somebody reads the notice at the keypad")
	s.door.Press(sim.Bell, 100*time.Millisecond)
	if _, err := s.await(ctx, func(e store.Entry) bool { return e.Kind == audit.Bell }); err != nil {
		return err
	}
	for _, a := range []desk.BellAnswer{desk.BellComing, desk.BellOpen} {
		time.Sleep(300 * time.Millisecond)
		if _, err := s.desk.AnswerBell(ctx, s.staff, a); err != nil {
			return err
		}
	}
	if err := errors.Join(s.walkThrough(ctx), s.tell()); err != nil {
		return err
	}
	s.door.Type("0#")
	if err := s.tells(ctx, scene.Notice); err != nil {
		return err
	}
	s.door.Type("*")
	return s.tells(ctx, scene.Ready)
}

// tells waits until the door tells something, and prints it.
func (s *story) tells(ctx context.Context, k scene.Kind) error {
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		switch st, err := s.unit.Unit.State(ctx); {
		case err != nil:
			return err
		case st.Scene.Kind == k:
			time.Sleep(50 * time.Millisecond) // for its presenter
			return s.tell()
		case time.Now().After(until):
			return fmt.Errorf("the door tells %q: %w", st.Scene.Title().String(), errOtherwise)
		}
	}
}

func (s *story) proof(ctx context.Context) error {
	s.begin("The audit log is verified; with one byte changed it does not pass")
	var export bytes.Buffer
	pub, err := s.unit.ExportAudit(&export)
	if err != nil {
		return err
	}
	whole, err := store.VerifyExport(bytes.NewReader(export.Bytes()), pub)
	if err != nil {
		return err
	}
	s.say("as exported:      %s", whole)
	flipped := bytes.Clone(export.Bytes())
	flipped[len(flipped)/2] ^= 1
	broken, err := store.VerifyExport(bytes.NewReader(flipped), pub)
	if err != nil {
		s.say("one byte changed: %v", err)
	} else {
		s.say("one byte changed: %s", broken)
	}
	return otherwise(nil, whole.OK && !broken.OK)
}

// otherwise gives err, or errOtherwise if the door did not act as it should.
func otherwise(err error, as bool) error {
	if err == nil && !as {
		return errOtherwise
	}
	return err
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}
