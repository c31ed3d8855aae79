package policy

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// withOutputs is an attempt at a door with a garage, which the tenants may use, and a lift, which
// nobody may.
func withOutputs(m Means) Attempt {
	a := good(m)
	a.Person.Groups = []string{"tenants"}
	a.Site.Outputs = []Output{{Name: "garage", Release: 2 * time.Second,
		Access: []Access{{Group: "tenants", Hours: Always}}}, {Name: "lift"}}
	return a
}

// night closes the door to the tenants.
func night(a *Attempt) {
	a.Site.Access = []Access{{Group: "tenants", Hours: Schedule{{Days: Always[0].Days, From: 0, To: 60}}}}
}

// TestOutputsByTheirOwnRights: what each means and each state of the door comes to at an output to
// which the person has the right, and the door's own answer beside it.
func TestOutputsByTheirOwnRights(t *testing.T) {
	for _, x := range []struct {
		name   string
		by     Means
		change func(*Attempt)
		door   bool
		why    Reason // of the garage; empty: it is not asked about
	}{
		{"a card", ByCard, nil, true, ReasonCard},
		{"a PIN", ByPIN, nil, true, ReasonPIN},
		{"a pass", ByPass, nil, true, ReasonPass},
		{"a face alone", ByFace, nil, true, ReasonCardRequired},
		{"card and face", ByCardFace, nil, true, ReasonCardFace},
		{"the exit button", ByREX, nil, true, ""},
		{"the staffed release", ByStaff, nil, true, ""},
		{"the console", ByConsole, nil, true, ""},
		{"a card at night", ByCard, night, false, ReasonCard},
		{"a pass at night: its use is counted at the door", ByPass, night, false, ReasonHours},
		{"without hours of its own", ByCard, func(a *Attempt) { a.Site.Outputs[0].Access = nil }, true, ReasonHours},
		{"not the person's group", ByCard, func(a *Attempt) { a.Person.Groups = nil }, true, ReasonHours},
		{"everybody", ByCard, func(a *Attempt) {
			a.Person.Groups, a.Site.Outputs[0].Access[0].Group = nil, ""
		}, true, ReasonCard},
		{"fire", ByCard, func(a *Attempt) { a.Site.Fire = true }, true, ReasonEmergency},
		{"evacuation in a lockdown", ByCard, func(a *Attempt) { a.Site.Evacuation, a.Site.Lockdown = true, true },
			true, ReasonEmergency},
		{"lockdown", ByCard, func(a *Attempt) { a.Site.Lockdown = true }, false, ""},
		{"an unknown card", ByCard, func(a *Attempt) { a.Person = nil }, false, ""},
		{"a blocked person", ByCard, func(a *Attempt) { a.Person.Blocked = true }, false, ReasonBlocked},
		{"in a moment ago", ByCard, func(a *Attempt) {
			a.Site.Passback, a.LastEntry = time.Hour, noon
		}, false, ReasonCard},
		{"the other door open", ByCard, func(a *Attempt) { a.Site.Interlock = true }, false, ReasonCard},
		{"the first of two", ByCard, func(a *Attempt) { a.Site.TwoPersons = time.Minute }, false, ReasonSecond},
		{"the second of two, at night", ByCard, func(a *Attempt) {
			night(a)
			a.Site.TwoPersons, a.Site.First = time.Minute, First{PersonID{9}, noon}
		}, false, ReasonHours},
		{"the second of two", ByCard, func(a *Attempt) {
			a.Site.TwoPersons, a.Site.First = time.Minute, First{PersonID{9}, noon}
		}, true, ReasonCard},
		{"a card before the face", ByCard, func(a *Attempt) { a.Site.WithCard = true }, false, ReasonFaceRequired},
		{"a card before the face, at night", ByCard, func(a *Attempt) { night(a); a.Site.WithCard = true }, false,
			ReasonFaceRequired},
	} {
		a := withOutputs(x.by)
		if x.change != nil {
			x.change(&a)
		}
		d := Decide(a)
		if d.Grant != x.door {
			t.Errorf("%s: the door %v, %s", x.name, d.Grant, d.Reason)
		}
		if x.why == "" {
			if len(d.Outputs) > 0 {
				t.Errorf("%s: %+v", x.name, d.Outputs)
			}
			continue
		}
		if len(d.Outputs) != 2 {
			t.Fatalf("%s: %+v", x.name, d.Outputs)
		}
		garage, lift := d.Outputs[0], d.Outputs[1]
		if garage.Reason != x.why || lift.Grant || garage.Grant != (x.why == opens[x.by]) ||
			(garage.Release == 2*time.Second) != garage.Grant {
			t.Errorf("%s: %+v, want %s", x.name, d.Outputs, x.why)
		}
		if d.Moves() != (d.Grant || garage.Grant) || d.Moves() != (d.Signal() == SignalGranted) {
			t.Errorf("%s: moves %v, signal %s", x.name, d.Moves(), d.Signal())
		}
	}
}

// TestOutputsChangeNothingAtTheDoor: with outputs the door's own answer and trace are those without
// them; an output is granted past no check that failed, and only to a person who was recognised.
func TestOutputsChangeNothingAtTheDoor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := withOutputs(rapid.SampledFrom(append(slices.Clone(asking), ByREX, ByFire)).Draw(t, "means"))
		for _, f := range []func(){
			func() { night(&a) }, func() { a.Site.Fire = true }, func() { a.Site.Lockdown = true },
			func() { a.Person.Blocked = true }, func() { a.Site.TwoPersons = time.Minute },
			func() { a.Site.WithCard = true }, func() { a.Person.Credentials[0].Revoked = true },
			func() { a.Person.Until = noon }, func() { a.Site.FacesOff = "R-PIA" }, func() { a.Site.Durable = false },
		} {
			if rapid.IntRange(0, 3).Draw(t, "change") == 0 {
				f()
			}
		}
		alone := a
		alone.Site.Outputs = nil
		d, want := Decide(a), Decide(alone)
		if d.Grant != want.Grant || d.Reason != want.Reason || d.Release != want.Release ||
			!slices.Equal(d.Trace, want.Trace) {
			t.Fatalf("%+v\nwithout outputs %+v", d, want)
		}
		for _, o := range d.Outputs {
			failed := slices.ContainsFunc(o.Trace, func(c Check) bool { return !c.Pass })
			if o.Grant == failed || d.Person.IsZero() || o.Grant && a.Site.Fire {
				t.Fatalf("%+v of %+v", o, d)
			}
		}
	})
}

// TestPINForAnOutputIsNoWrongCode: who may use the garage and not the door at this hour types no
// wrong code.
func TestPINForAnOutputIsNoWrongCode(t *testing.T) {
	a := withOutputs(ByPIN)
	night(&a)
	var tries Tries
	if tries = tries.Count(DefaultTryLimits, Decide(a), 0); tries.Wrong(DefaultTryLimits, 0) != 0 {
		t.Error("it counts")
	}
	a.Site.Outputs = nil
	if tries = tries.Count(DefaultTryLimits, Decide(a), 0); tries.Wrong(DefaultTryLimits, 0) != 1 {
		t.Error("a code outside of all hours does not count")
	}
}

// TestOutputAnswerText: what is stored of an answer is read again.
func TestOutputAnswerText(t *testing.T) {
	const long = 1500 * time.Millisecond
	for text, want := range map[string]OutputAnswer{
		"granted 5s: card":         {Grant: true, Reason: ReasonCard, Release: 5 * time.Second},
		"granted 1.5s: card+face":  {Grant: true, Reason: ReasonCardFace, Release: long},
		"denied: second person":    {Reason: ReasonSecond},
		"denied: of a later time:": {Reason: "of a later time:"},
	} {
		if got, ok := ParseOutputAnswer("lift", text); !ok || got.Text() != text || got.Grant != want.Grant ||
			got.Reason != want.Reason || got.Release != want.Release || got.Output != "lift" {
			t.Errorf("%q: %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "granted", "granted 5s", "granted x: card", "granted 5s: ", "denied: ",
		"5s: card"} {
		if got, ok := ParseOutputAnswer("lift", text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// TestHoursOfOutputs: the hours of an output are kept, changed and told beside the door's.
func TestHoursOfOutputs(t *testing.T) {
	h := Hours{}.With("staff", Access{Hours: Always})
	part := h.In("garage").With("tenants", Access{Hours: Always}).With("", Access{Hours: Always})
	garage := h.WithIn("garage", part)
	if len(h.Outputs) != 0 || len(garage.In("garage").Of("tenants")) != 1 || len(garage.Access) != 1 ||
		len(garage.In("lift").Access) != 0 {
		t.Fatalf("%+v of %+v", garage, h)
	}
	var got []string
	for _, c := range garage.With("staff").Changes(h, nil) {
		got = append(got, c.Where()+" = "+c.Now)
		if again := HoursChangeAt(c.Where(), c.Was, c.Now); again != c {
			t.Errorf("%+v is read as %+v", c, again)
		}
	}
	want := []string{"staff = ", "garage: * = " + Always.String(), "garage: tenants = " + Always.String()}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if back := garage.WithIn("garage", garage.In("garage").With("tenants").With("")); back.Outputs != nil {
		t.Errorf("%+v", back)
	}
	if h.Ever(nil, "garage", []string{"staff"}, noon) || !garage.Ever(nil, "garage", nil, noon) ||
		garage.Ever(nil, "", nil, noon) {
		t.Error("who may ever switch the garage")
	}
	bad := h.WithIn("garage", Hours{}.With("two words", Access{Hours: Always}))
	if misfit, group := bad.Check(); misfit != GroupName || group != "two words" {
		t.Errorf("%s, %q", misfit, group)
	}
}
