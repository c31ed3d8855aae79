package unit_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// tells checks what the door tells now, and gives it.
func (b *bench) tells(when string, want scene.Kind) scene.Scene {
	b.Helper()
	s := b.Driver.Scene()
	if s.Kind != want {
		b.Errorf("%s: kind %d is told, want %d (%v, %v)", when, s.Kind, want, s.Title(), s.Line())
	}
	return s
}

// change changes a person on record.
func (b *bench) change(id policy.PersonID, f func(*policy.Person)) {
	b.Helper()
	err := b.Vault.ChangePerson(store.Door, id, audit.PersonCorrected, func(p *policy.Person) error {
		f(p)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// denials are the reasons of refusals, by the groups of policy/reason.go, read from the source so
// that none can be forgotten.
func denials(t *testing.T) map[string][]policy.Reason {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../policy/reason.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]policy.Reason{}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(group.Doc.Text(), "Denied: ") {
			continue
		}
		what, _, _ := strings.Cut(strings.TrimPrefix(group.Doc.Text(), "Denied: "), ".")
		for _, spec := range group.Specs {
			s, err := strconv.Unquote(spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all[what] = append(all[what], policy.Reason(s))
		}
	}
	if len(all) != 6 {
		t.Fatalf("%d groups of reasons, want 6: %v", len(all), all)
	}
	return all
}

// TestRNoticeEachRefusalSaysWhatToDo: for each reason of a refusal the door tells what to do next.
// Of a person and of a credential it tells no more than that, and the same for all: whoever stands
// behind learns nothing of a lease, a block or a card that was reported lost.
func TestRNoticeEachRefusalSaysWhatToDo(t *testing.T) {
	n := 0
	for group, reasons := range denials(t) {
		for _, r := range reasons {
			n++
			s, ok := unit.Refusals()[r]
			switch {
			case !ok:
				t.Errorf("%s: nothing is told", r)
			case s.Kind == scene.Refused && s.Next == scene.Nothing:
				t.Errorf("%s: it is not told what to do", r)
			case (group == "the credential" || group == "the person") && r != policy.ReasonHours &&
				r != policy.ReasonKeypadLockout && s != (scene.Scene{Kind: scene.Refused, Next: scene.AskStaff}):
				t.Errorf("%s, of %s: %+v tells more than to ask", r, group, s)
			}
		}
	}
	if n != len(unit.Refusals()) {
		t.Errorf("%d reasons, %d in the table", n, len(unit.Refusals()))
	}
}

// TestRNoticeCodesLookAlike: whoever tries out codes is told the same of one that is right at
// another hour, blocked or over as of one that is nobody's, in the site's language.
func TestRNoticeCodesLookAlike(t *testing.T) {
	b := newBench(t)
	owner := policy.Person{ID: policy.PersonID{1}, Lang: "zh", LongOpen: true}
	groups := denials(t)
	for _, by := range []policy.Means{policy.ByPIN, policy.ByPass} {
		unknown := b.Unit.SceneOf(policy.Attempt{}, policy.Decision{Means: by, Reason: policy.ReasonUnknown})
		for _, r := range slices.Concat(groups["the credential"], groups["the person"], groups["the moment"]) {
			d := policy.Decision{Means: by, Reason: r, Person: owner.ID}
			got := b.Unit.SceneOf(policy.Attempt{Person: &owner}, d)
			if got.Lang != "" || got.Unhurried {
				t.Errorf("%s, %s: the owner's manner shows: %+v", by, r, got)
			}
			forAll := r == policy.ReasonKeypadLockout || slices.Contains(groups["the moment"], r)
			if !forAll && got != unknown {
				t.Errorf("%s, %s: %+v is told, and %+v of an unknown code", by, r, got, unknown)
			}
		}
	}
	card := b.Unit.SceneOf(policy.Attempt{Person: &owner},
		policy.Decision{Means: policy.ByCard, Reason: policy.ReasonHours, Person: owner.ID})
	if card.Next != scene.OtherHour || card.Lang != "zh" {
		t.Errorf("the owner of a good card is told %+v", card)
	}
}

// TestSceneOfCards: what the door tells for cards, in the order of a day.
func TestSceneOfCards(t *testing.T) {
	b := newBench(t)
	id := b.Someone(7)
	if s := b.tells("at rest", scene.Ready); s.Ways != scene.ByCard {
		t.Errorf("ways %b of a door where nobody chose a face", s.Ways)
	}
	b.Tap(7)
	if s := b.tells("a good card", scene.Opened); s.MayWithdraw || s.Lang != "en" {
		t.Errorf("of a person without a face: %+v", s)
	}
	b.Later(time.Second)
	b.Input("contact", true)
	b.tells("going in", scene.Opened)
	b.Later(time.Second)
	b.Input("contact", false)
	b.tells("in, and the door closed", scene.Ready)

	b.Tap(8)
	if s := b.tells("an unknown card", scene.Refused); s.Next != scene.AskStaff || s.Lang != "" {
		t.Errorf("%+v", s)
	}
	b.Later(7 * time.Second)
	b.tells("a while later", scene.Ready)

	b.Input("contact", true)
	b.tells("forced", scene.Alarm)
	b.Input("contact", false)
	b.Input("rex", true)
	if s := b.tells("exit button", scene.Exit); len(s.Spoken()) > 0 {
		t.Error("the voice tells the street that the door is open")
	}
	b.Input("fire", true)
	b.tells("fire", scene.Fire)
	b.Tap(8)
	b.tells("a card during a fire", scene.Fire)
	b.Input("fire", false)
	b.Later(time.Minute)

	b.change(id, func(p *policy.Person) { p.Blocked, p.Lang = true, "zh" })
	b.Tap(7)
	blocked := b.tells("a blocked person", scene.Refused)
	b.Later(time.Minute)
	b.change(id, func(p *policy.Person) { p.Blocked, p.Until = false, b.Clock.Now().Add(-time.Hour) })
	b.Tap(7)
	if over := b.tells("a lease that is over", scene.Refused); over != blocked || over.Lang != "zh" {
		t.Errorf("a block and a lease's end are told apart: %+v, %+v", blocked, over)
	}
	b.Later(time.Minute)
	b.change(id, func(p *policy.Person) { p.Until = time.Time{} })
	p, err := b.Vault.Person(id)
	if err == nil {
		err = b.Vault.RevokeCredential("anna", id, p.Credentials[0].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	b.Tap(7)
	if s := b.tells("a revoked card", scene.Refused); s.Lang != "" || s.Next != scene.AskStaff {
		t.Errorf("whoever holds a revoked card learns its owner's language: %+v", s)
	}
}

// TestSceneOfOrders: lockdown, evacuation, a self-test and the camera being aimed.
func TestSceneOfOrders(t *testing.T) {
	b := newBench(t)
	b.Someone(7)
	order := func(change func(*store.Overrides)) {
		t.Helper()
		if _, kept, err := b.Unit.Override(context.Background(), "anna", change); err != nil || kept != nil {
			t.Fatal(err, kept)
		}
	}
	order(func(o *store.Overrides) { o.Lockdown = true })
	b.tells("lockdown", scene.Lockdown)
	b.Tap(7)
	b.tells("a card in lockdown", scene.Lockdown)
	order(func(o *store.Overrides) { o.Evacuation = true })
	b.tells("evacuation", scene.Evacuation)
	order(func(o *store.Overrides) { *o = store.Overrides{} })
	b.Later(time.Minute)
	b.tells("all over", scene.Ready)

	if _, err := b.Unit.BeginAiming(context.Background(), "anna"); err != nil {
		t.Fatal(err)
	}
	b.tells("staff see the picture", scene.Staff)
	b.Tap(7)
	b.tells("a card meanwhile", scene.Opened)
	b.Unit.EndAiming(context.Background())
	b.Later(time.Minute)
	c, err := b.Unit.BeginCheck(context.Background(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	b.tells("a self-test", scene.Staff)
	c.End()
	b.tells("after it", scene.Ready)

	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: context.DeadlineExceeded})
	b.tells("the only reader is broken", scene.Broken)
}

// TestSceneOfFaces: look, act, opened; and faces that rest.
func TestSceneOfFaces(t *testing.T) {
	b := newBench(t)
	b.Enrolled(7)
	b.Later(time.Minute)
	if s := b.tells("somebody chose a face", scene.Ready); !s.Ways.Has(scene.ByFace) {
		t.Errorf("ways %b", s.Ways)
	}
	far := boardtest.Look(1)
	far.Embedding, far.Quality.Advice = nil, scene.ComeCloser
	b.Driver.See(&far)
	if s := b.tells("somebody far away", scene.Ready); s.Advice != scene.ComeCloser || len(s.Spoken()) > 0 {
		t.Errorf("whoever passes is spoken to, or not advised: %+v", s)
	}
	b.Later(time.Minute)
	signals := b.Unit.Challenge()
	for range 4 {
		near := boardtest.Look(7)
		b.Driver.See(&near)
	}
	var said policy.Signal
	select {
	case said = <-signals:
	case <-time.After(time.Minute):
	}
	if asked := b.tells("a face in doubt", scene.Acting).Act; said != unit.SignalFor(asked) || said == "" {
		t.Errorf("lamp and buzzer ask for %q, the scene for %v", said, asked)
	}
	b.Later(time.Minute)
	b.Eye.SetCamera("")
	if s := b.tells("no camera", scene.Ready); !s.Ways.Has(scene.Resting|scene.ByCard) || s.Ways&scene.ByFace != 0 {
		t.Errorf("ways %b", s.Ways)
	}
}

// TestSceneAfterTheCard: at a door that takes faces after the card, the card's owner is asked to
// look, in their language; for who needs time it is longer.
func TestSceneAfterTheCard(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Faces.WithCard = true })
	id := b.Enrolled(7)
	b.change(id, func(p *policy.Person) { p.Lang, p.LongOpen = "zh", true })
	b.Tap(7)
	if s := b.tells("card read", scene.Looking); s.Lang != "zh" || !s.Unhurried {
		t.Errorf("%+v", s)
	}
	b.Later(4 * time.Second)
	b.tells("they need their time", scene.Looking)
	b.Later(2 * time.Second)
	s := b.tells("no face came", scene.Refused)
	if s.Next != scene.LookAgain && s.Next != scene.TapCard {
		t.Errorf("%+v", s)
	}
	b.Later(time.Minute)
	b.Tap(7)
	if b.WalkUp(7); b.tells("the face after the card", scene.Opened).Lang != "zh" {
		t.Error("not in their language")
	}
}

// TestRNoticeLanguageEndsWithTheVisit: nothing of a person stays at the door after they left.
func TestRNoticeLanguageEndsWithTheVisit(t *testing.T) {
	b := newBench(t)
	id := b.Someone(7)
	b.change(id, func(p *policy.Person) { p.Lang, p.LongOpen = "zh", true })
	b.Tap(7)
	if s := b.tells("in", scene.Opened); s.Lang != "zh" || !s.Unhurried {
		t.Errorf("%+v", s)
	}
	b.Later(30 * time.Second)
	if s := b.tells("later", scene.Ready); s.Lang != "" || s.Unhurried {
		t.Errorf("%+v", s)
	}
}

// TestRWithdrawIsExplained: the owner of a face is told how to take it back at each tap, aloud once
// in thirty days and as soon as they tap twice; the taps are counted, the question has its time,
// and the answer is told. Nobody else is told anything of it.
func TestRWithdrawIsExplained(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(7)
	b.Someone(8)
	tap := func() scene.Scene {
		b.Tap(7)
		s := b.Driver.Scene()
		b.Later(2 * time.Second)
		return s
	}
	first := tap()
	if !first.MayWithdraw || first.Line().ID != "scene.may-withdraw" || len(first.Spoken()) != 2 {
		t.Errorf("the first tap: %+v says %v", first, first.Spoken())
	}
	b.Later(24 * time.Hour)
	if s := tap(); !s.MayWithdraw || s.Line().ID != "scene.may-withdraw" || len(s.Spoken()) != 1 || s.Done != 0 {
		t.Errorf("the next morning: %+v says %v", s, s.Spoken())
	}
	if s := tap(); s.Done != 2 || s.Wanted != 5 || len(s.Spoken()) != 1 || s.Spoken()[0].ID != "scene.may-withdraw" {
		t.Errorf("a second tap: %+v says %v", s, s.Spoken())
	}
	for n := 3; n < 5; n++ {
		if s := tap(); s.Done != n || len(s.Spoken()) != 0 {
			t.Errorf("tap %d: %+v says %v", n, s, s.Spoken())
		}
	}
	b.change(id, func(p *policy.Person) { p.LongOpen = true })
	if s := tap(); s.Kind != scene.Asking || s.Within != 40*time.Second || s.MayWithdraw {
		t.Errorf("the question: %+v", s)
	}
	b.Later(33 * time.Second)
	b.tells("just before its end", scene.Asking)
	b.Tap(7)
	b.settled()
	b.tells("done", scene.Erased)
	if b.Unit.Heard() != 0 {
		t.Error("the unit still knows whom it told")
	}
	b.Later(time.Minute)
	b.Tap(8)
	if s := b.tells("who has no face", scene.Opened); s.MayWithdraw {
		t.Error("is told of a withdrawal")
	}
}

// TestRWithdrawIsToldWhenRefused: also a person whose card does not open just now is told, once
// they tap twice.
func TestRWithdrawIsToldWhenRefused(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(7)
	b.change(id, func(p *policy.Person) { p.Blocked = true })
	b.tapsOf(7, 1, time.Second)
	if s := b.tells("one tap", scene.Refused); s.Line().ID != "scene.ask-staff" {
		t.Errorf("%v", s.Line())
	}
	b.tapsOf(7, 1, time.Second)
	if s := b.tells("two taps", scene.Refused); s.Line().ID != "scene.may-withdraw" || s.Done != 2 {
		t.Errorf("%+v", s)
	}
}

// TestSceneOfALateErasure: where the disk refuses, the owner is told so once, and when it is done.
func TestSceneOfALateErasure(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(7)
	b.tapsOf(7, 5, 2*time.Second)
	b.Later(2 * time.Second)
	b.Tap(7)
	b.Unit.Erased(id, store.ErrSlow)
	b.tells("the disk refuses", scene.NotErased)
	b.Later(time.Minute)
	b.Unit.Erased(id, store.ErrSlow)
	b.tells("and refuses again", scene.Ready)
	b.settled()
	b.tells("it is done", scene.Erased)
}

// press presses keys of a unit that a test drives.
func (b *bench) press(s string) {
	for _, k := range s {
		b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Button: hal.Button(k)})
		b.Later(300 * time.Millisecond)
	}
}

// TestRNoticeAtTheKeypad: anybody can read the notice at the door, page by page and in each
// language, without staff; it is no attempt to come in, a code can be typed meanwhile, and it ends
// by itself.
func TestRNoticeAtTheKeypad(t *testing.T) {
	b := newBench(t)
	id := b.Someone(7)
	if _, err := b.Vault.AddCredential("door", id, policy.PINKind, []byte("481516"), "PIN", false); err != nil {
		t.Fatal(err)
	}
	b.press("0#")
	if s := b.tells("0 #", scene.Notice); s.Done != 0 || s.Lang != "" || b.Count(audit.Decision) != 0 {
		t.Errorf("%+v, %d decisions", s, b.Count(audit.Decision))
	}
	b.press("#")
	if s := b.tells("#", scene.Notice); s.Done != 2 {
		t.Errorf("the second page was asked for: %+v", s)
	}
	b.press("#")
	if s := b.tells("#", scene.Notice); s.Done != 3 {
		t.Errorf("the third page was asked for: %+v", s)
	}
	b.press("0#")
	if s := b.tells("0 # again", scene.Notice); s.Lang != "zh" || s.Done != 0 {
		t.Errorf("%+v", s)
	}
	b.press("481516#")
	b.tells("a code meanwhile", scene.Opened)
	b.Later(10 * time.Second)
	b.tells("and on", scene.Notice)
	b.press("*")
	b.tells("*", scene.Ready)
	b.press("0#")
	b.Later(6 * time.Minute)
	b.tells("they walked on", scene.Ready)
}

// TestREqualHurriesNobody: what is told stays twice as long for who needs more time, and the limits
// of an enrolment are twice as long.
func TestREqualHurriesNobody(t *testing.T) {
	for _, slow := range []bool{false, true} {
		b := newBench(t)
		id := b.Someone(7)
		b.change(id, func(p *policy.Person) { p.LongOpen, p.Blocked = slow, true })
		b.Tap(7)
		b.Later(9 * time.Second)
		b.tells("nine seconds later", either(slow, scene.Refused, scene.Ready))
		b.Later(time.Minute)

		b.Start()
		ctx, cancel := context.WithCancel(context.Background())
		began, ended := make(chan struct{}), make(chan error)
		go func() {
			_, err := b.Unit.TakeFace(ctx, "anna", unit.Manner{Lang: "zh", Unhurried: slow}, nil, func(s unit.Step) {
				if s.Kind == unit.Stand {
					close(began)
				}
			})
			ended <- err
		}()
		<-began
		if s := b.State().Scene; s.Kind != scene.Standing || s.Lang != "zh" || s.Unhurried != slow {
			t.Errorf("while a face is taken: %+v", s)
		}
		b.Clock.Advance(90 * time.Second)
		if slow {
			if err := b.Driver.Do(ctx, func() {}); err != nil || b.State().Scene.Kind != scene.Standing {
				t.Errorf("after 90 s: %v, %+v", err, b.State().Scene)
			}
			cancel()
		}
		var late unit.LateError
		if err := <-ended; !slow && !errors.As(err, &late) {
			t.Errorf("after 90 s: %v", err)
		}
		cancel()
	}
}

// TestREqualTimeToType: a person who needs time and is asked for their code has twice as long from
// key to key; whoever types next has not.
func TestREqualTimeToType(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Faces.WithCard, c.Readers[0].Keypad = true, 4 })
	id := b.Enrolled(7)
	if _, err := b.Vault.AddCredential("door", id, policy.PINKind, []byte("481516"), "PIN", false); err != nil {
		t.Fatal(err)
	}
	b.change(id, func(p *policy.Person) { p.LongOpen = true })
	b.Eye.SetCamera("") // faces cannot be used, so the code is asked for
	for _, asked := range []bool{true, false} {
		if asked {
			b.Tap(7)
			if s := b.tells("the card", scene.Code); !s.Unhurried {
				t.Errorf("%+v", s)
			}
		}
		b.press("481")
		b.Later(15 * time.Second)
		b.press("516#")
		b.tells("a pause of fifteen seconds", either(asked, scene.Opened, scene.Refused))
		b.Later(time.Minute)
	}
}

// TestSceneIsTold: presenters get each scene once, a second refusal once more, and nothing while
// nothing happens.
func TestSceneIsTold(t *testing.T) {
	b := newBench(t)
	var p haltest.Presenter
	b.Tellers = []scene.Presenter{&p}
	b.Reassemble()
	b.Later(0)
	p.Told()
	for range 5 {
		b.Later(time.Second)
	}
	if all := p.Told(); len(all) != 0 {
		t.Errorf("nothing happened: %v", all)
	}
	b.tapsOf(9, 2, time.Second)
	b.Later(time.Minute)
	kinds := []scene.Kind{}
	for _, s := range p.Told() {
		kinds = append(kinds, s.Kind)
	}
	if want := []scene.Kind{scene.Refused, scene.Refused, scene.Ready}; !slices.Equal(kinds, want) {
		t.Errorf("told %v, want %v", kinds, want)
	}
}
