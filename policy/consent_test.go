package policy

import (
	"errors"
	"reflect"
	"testing"
)

func yes() Yes {
	return Yes{At: noon, Notice: [32]byte{1}, Lang: "zh", OwnAct: true}
}

func tenant() Person {
	p := *good(ByCard).Person
	p.Face = FaceConsent{}
	return p
}

func TestRConsentNeedsNoticeAndOwnAct(t *testing.T) {
	for _, tc := range []struct {
		name string
		f    func(*Person, *Yes)
		want error
	}{
		{"all there", func(*Person, *Yes) {}, nil},
		{"no notice", func(_ *Person, y *Yes) { y.Notice = [32]byte{} }, ErrNoNotice},
		{"bundled", func(_ *Person, y *Yes) { y.OwnAct = false }, ErrNotVoluntary},
		{"minor alone", func(_ *Person, y *Yes) { y.Minor = true }, ErrNeedsGuardian},
		{"known to be a minor", func(p *Person, _ *Yes) { p.Face.Minor = true }, ErrNeedsGuardian},
		{"no other way", func(p *Person, _ *Yes) { p.Credentials = nil }, ErrNoOtherWay},
		{"after a no", func(p *Person, _ *Yes) { p.Face.State = FaceRefused }, ErrSaidNo},
		{"after a no, own request", func(p *Person, y *Yes) { p.Face.State = FaceRefused; y.OwnRequest = true }, nil},
	} {
		p, y := tenant(), yes()
		tc.f(&p, &y)
		got, err := Consent(p, y)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		if err != nil && !reflect.DeepEqual(got.Face, p.Face) ||
			err == nil && (got.Face.State != FaceConsented || got.Face.Notice != y.Notice || got.Face.Lang != "zh") {
			t.Errorf("%s: %+v", tc.name, got.Face)
		}
	}
}

func TestRMinorGuardianIsKept(t *testing.T) {
	y := yes()
	y.Minor, y.Guardian = true, "mother"
	if _, err := Consent(tenant(), y); !errors.Is(err, ErrNeedsGuardian) {
		t.Errorf("a guardian without a name: %v", err)
	}
	y.GuardianName = "Li Na"
	p, err := Consent(tenant(), y)
	if err != nil || !p.Face.Minor || p.Face.Guardian != "mother" || p.Face.GuardianName != "Li Na" {
		t.Errorf("%+v, %v", p.Face, err)
	}
}

func TestRNoticeNewNoticeKeepsTheFace(t *testing.T) {
	p := *good(ByFace).Person
	y := yes()
	y.Notice = [32]byte{2}
	p, err := Consent(p, y)
	if err != nil || p.Face.State != FaceEnrolled || p.Face.Notice != y.Notice {
		t.Errorf("%+v, %v", p.Face, err)
	}
}

func TestRAltEnrolNeedsAWayInThatWasUsed(t *testing.T) {
	p, err := Consent(tenant(), yes())
	if err != nil {
		t.Fatal(err)
	}
	if q, err := Enrol(p, noon, true); err != nil || q.Face.State != FaceEnrolled || !q.Face.CardRequired {
		t.Errorf("%+v, %v", q.Face, err)
	}
	if _, err := Enrol(tenant(), noon, false); !errors.Is(err, ErrNoConsent) {
		t.Errorf("without consent: %v", err)
	}
	p.Credentials = []Credential{{Kind: PINKind}}
	if _, err := Enrol(p, noon, false); !errors.Is(err, ErrNotUsedHere) {
		t.Errorf("never used: %v", err)
	}
	p.Credentials = nil
	if _, err := Enrol(p, noon, false); !errors.Is(err, ErrNoOtherWay) {
		t.Errorf("no credential: %v", err)
	}
}

func TestRRefuseIsRemembered(t *testing.T) {
	p := Refuse(tenant(), noon)
	if p.Face.State != FaceRefused || !errors.Is(MayAsk(p), ErrSaidNo) {
		t.Errorf("%+v", p.Face)
	}
	a := good(ByCard)
	before := Decide(a)
	q := Refuse(*a.Person, noon)
	a.Person = &q
	if after := Decide(a); after.Grant != before.Grant || after.Release != before.Release {
		t.Errorf("a no changed the card: %+v", after)
	}
	if again := Refuse(p, noon.Add(1)); !reflect.DeepEqual(again.Face, p.Face) {
		t.Errorf("a second no is not the first: %+v", again.Face)
	}
	if MayAsk(tenant()) != nil {
		t.Error("who was never asked may be asked once")
	}
}

func TestRWithdrawStopsTheFaceAtOnce(t *testing.T) {
	a := good(ByFace)
	a.Person.Face.Guardian, a.Person.Face.Minor = "father", true
	p := Withdraw(*a.Person, noon)
	want := FaceConsent{State: FaceWithdrawn, At: noon, Lang: "en", Minor: true}
	if !reflect.DeepEqual(p.Face, want) {
		t.Errorf("%+v, want %+v", p.Face, want)
	}
	a.Person = &p
	if d := Decide(a); d.Grant || d.Reason != ReasonNoConsent {
		t.Errorf("%+v", d)
	}
	for state, want := range map[FaceState]FaceState{FaceNever: FaceRefused, FaceRefused: FaceRefused,
		FaceWithdrawn: FaceWithdrawn, FaceConsented: FaceWithdrawn} {
		q := tenant()
		q.Face.State = state
		if got := Withdraw(q, noon).Face.State; got != want {
			t.Errorf("from %q: %q, want %q", state, got, want)
		}
	}
	if r := Refuse(*good(ByFace).Person, noon); r.Face.State != FaceWithdrawn {
		t.Errorf("a no of the enrolled is a withdrawal: %+v", r.Face)
	}
}
