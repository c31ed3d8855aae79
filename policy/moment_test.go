package policy

import (
	"errors"
	"testing"
	"time"
)

func TestDuressOpensLikeAnyOtherPINAndCallsForHelp(t *testing.T) {
	plain := good(ByPIN)
	a := good(ByPIN)
	a.Person.Credentials = append(a.Person.Credentials, Credential{ID: "under threat", Kind: PINKind, Duress: true})
	a.CredentialID = "under threat"
	d, want := Decide(a), Decide(plain)
	if !d.Duress || want.Duress || !d.Grant || d.Reason != want.Reason || d.Release != want.Release ||
		d.Signal() != want.Signal() || len(d.Trace) != len(want.Trace) {
		t.Errorf("%+v\nwant %+v", d, want)
	}
	for i := range d.Trace {
		if d.Trace[i] != want.Trace[i] {
			t.Errorf("the trace gives it away: %+v", d.Trace[i])
		}
	}
	a.Site.Lockdown = true
	if d := Decide(a); d.Grant || !d.Duress {
		t.Errorf("in a lockdown: %+v", d)
	}
	a.Person.Credentials[len(a.Person.Credentials)-1].Revoked = true
	if Decide(a).Duress {
		t.Error("a revoked PIN calls for help")
	}
}

func TestRAltWaysThatDoNotCount(t *testing.T) {
	for name, k := range map[string]Credential{
		"a duress PIN":        {Kind: PINKind, Duress: true},
		"a card of ten uses":  {Kind: CardKind, Uses: 10},
		"a card for tomorrow": {Kind: CardKind, From: noon.Add(1)},
		"another door's card": {Kind: CardKind, Door: "back"},
	} {
		a := good(ByFace)
		a.Person.Credentials = []Credential{k}
		if d := Decide(a); d.Reason != ReasonNoOtherWay {
			t.Errorf("%s: %+v", name, d)
		}
	}
	a := good(ByFace)
	a.Person.Credentials = []Credential{{Kind: PINKind}}
	a.Site.Down = []CredentialKind{PINKind}
	if d := Decide(a); d.Reason != ReasonNoOtherWay {
		t.Errorf("with a dead keypad: %+v", d)
	}
	a.Person.Credentials = append(a.Person.Credentials, Credential{Kind: CardKind})
	if d := Decide(a); !d.Grant {
		t.Errorf("with a dead keypad and a card: %+v", d)
	}
}

func TestTwoPersons(t *testing.T) {
	a := good(ByCard)
	a.Site.TwoPersons = 30 * time.Second
	for _, tc := range []struct {
		name  string
		first First
		want  bool
	}{
		{"nobody", First{}, false},
		{"the same person twice", First{a.Person.ID, noon}, false},
		{"another", First{PersonID{9}, noon.Add(-30 * time.Second)}, true},
		{"another, too long ago", First{PersonID{9}, noon.Add(-31 * time.Second)}, false},
		{"another, in the same moment", First{PersonID{9}, noon}, true},
		{"another, in the future", First{PersonID{9}, noon.Add(1)}, false},
	} {
		a.Site.First = tc.first
		if d := Decide(a); d.Grant != tc.want || !tc.want && d.Reason != ReasonSecond {
			t.Errorf("%s: %+v", tc.name, d)
		}
	}
	a.Site.First, a.Host = First{PersonID{9}, noon}, PersonID{9}
	if d := Decide(a); d.Reason != ReasonSecond {
		t.Errorf("a visitor after their own host: %+v", d)
	}
}

func TestPassback(t *testing.T) {
	a := good(ByCard)
	a.Site.Passback = time.Minute
	for _, tc := range []struct {
		last time.Time
		want bool
	}{
		{time.Time{}, true}, {noon, false}, {noon.Add(-59 * time.Second), false}, {noon.Add(-time.Minute), true},
		{noon.Add(time.Hour), true}, // the clock was set back
	} {
		a.LastEntry = tc.last
		if d := Decide(a); d.Grant != tc.want {
			t.Errorf("last in %v: %+v", tc.last, d)
		}
	}
}

func TestNoPassbackWithoutTheRule(t *testing.T) {
	a := good(ByCard)
	a.LastEntry = noon
	if d := Decide(a); !d.Grant || d.Trace[len(d.Trace)-3].Detail != "" {
		t.Errorf("%+v", d)
	}
}

func TestFireAndEvacuationGoBeforeLockdown(t *testing.T) {
	a := good(ByCard)
	a.Site.Lockdown, a.Site.Evacuation = true, true
	if !Decide(a).Grant {
		t.Error("evacuation")
	}
	a.Site.Evacuation, a.Site.Fire = false, true
	if !Decide(a).Grant {
		t.Error("fire")
	}
}

func TestPassOpensOneDoorForItsTimeAndUses(t *testing.T) {
	p := Pass{ID: PersonID{3}, Door: "front", From: noon, Until: noon.Add(time.Hour), Uses: 2}
	durable := true
	try := func(used int, revoked bool, door string, at time.Time) Decision {
		v, err := p.Visitor(used, revoked)
		if err != nil {
			t.Fatal(err)
		}
		return Decide(Attempt{At: at, Clock: Clock{Trusted: true}, Door: door, Means: ByPass, Person: v,
			CredentialID: p.CredentialID(), Site: Site{Durable: durable}})
	}
	for _, tc := range []struct {
		d    Decision
		want Reason
	}{
		{try(0, false, "front", noon), ReasonPass},
		{try(1, false, "front", noon), ReasonPass},
		{try(2, false, "front", noon), ReasonUsedUp},
		{try(0, true, "front", noon), ReasonRevoked},
		{try(0, false, "back", noon), ReasonWrongDoor},
		{try(0, false, "front", noon.Add(-1)), ReasonNotYetValid},
		{try(0, false, "front", noon.Add(time.Hour)), ReasonExpired},
	} {
		if tc.d.Reason != tc.want || tc.d.Grant != (tc.want == ReasonPass) {
			t.Errorf("%+v, want %q", tc.d, tc.want)
		}
	}
	durable = false
	if d := try(0, false, "front", noon); d.Grant || d.Reason != ReasonNotCounted {
		t.Errorf("while its use could not be written down: %+v", d)
	}
	v, err := p.Visitor(0, false)
	if err != nil || !allowed([]Access{{Group: VisitorGroup, Hours: Always}}, Calendar{}, v.Groups, noon) {
		t.Errorf("a visitor is not in the visitors' group: %v", err)
	}
	long := p
	long.Until, long.Uses = p.From.Add(MaxPass), 1
	if err := long.Check(); err != nil {
		t.Errorf("the longest pass, for one use: %v", err)
	}
	for name, change := range map[string]func(*Pass){
		"nobody's": func(p *Pass) { p.ID = PersonID{} }, "every door's": func(p *Pass) { p.Door = "" },
		"endless": func(p *Pass) { p.Until = time.Time{} }, "of no " +
			"length": func(p *Pass) { p.Until = p.From },
		"too long":  func(p *Pass) { p.Until = p.From.Add(MaxPass + 1) },
		"uncounted": func(p *Pass) { p.Uses = 0 }, "without a beginning": func(p *Pass) { p.From = time.Time{} },
	} {
		q := p
		change(&q)
		if _, err := q.Visitor(0, false); !errors.Is(err, ErrPass) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
