package policy

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// good is an attempt that every rule passes.
func good(m Means) Attempt {
	p := &Person{
		ID:    PersonID{7},
		From:  noon.AddDate(0, -1, 0),
		Until: noon.AddDate(0, 1, 0),
		Credentials: []Credential{
			{ID: "card", Kind: CardKind, LastUsed: noon.AddDate(0, 0, -1)},
			{ID: "pin", Kind: PINKind},
			{ID: "pass", Kind: PassKind, Until: noon.Add(time.Hour)},
		},
		Face: FaceConsent{State: FaceEnrolled, At: noon.AddDate(0, 0, -7), Notice: [32]byte{1}, Lang: "en"},
	}
	a := Attempt{
		At: noon, Clock: Clock{Trusted: true}, Door: "front", Means: m, Person: p,
		Site: Site{Durable: true, Release: 5 * time.Second, LongOpen: 12 * time.Second},
	}
	if byCredential(m) {
		a.CredentialID = string(kindOf[m])
	}
	if byFace(m) {
		a.Face = &Face{Score: .7, RunnerUp: .1, Threshold: .5, Margin: .05, Live: .9, LiveMin: .5,
			Frames: 5, FramesMin: 3}
	}
	return a
}

var asking = []Means{ByCard, ByPIN, ByPass, ByFace, ByCardFace}

func TestGoodAttemptsOpen(t *testing.T) {
	for _, m := range asking {
		d := Decide(good(m))
		if !d.Grant || d.Reason != opens[m] || d.Release != 5*time.Second || d.Person != (PersonID{7}) {
			t.Errorf("%s: %+v", m, d)
		}
		for _, c := range d.Trace {
			if !c.Pass {
				t.Errorf("%s granted past a failed rule: %+v", m, c)
			}
		}
	}
}

// TestDenyOrderOfEachMeans is the deny order as it is written down in a record, for each means.
func TestDenyOrderOfEachMeans(t *testing.T) {
	const (
		door   = "means known, no lockdown, vault open, "
		keypad = "keypad not resting, "
		key    = "key known, key not revoked, key for this door, clock can date it, key begun, key not over, key " +
			"not used up, "
		faces  = "faces on, log durable, faces not resting, "
		face   = "face seen, picture good, frames agree, alive, face known, like nobody else, R-CONSENT, R-MINOR, "
		person = "not blocked, lease begun, lease not over, "
		alone  = "face alone allowed, "
		moment = "in their hours, not in just now, other door closed, "
		factor = "no face to show, card is enough, "
		second = "two persons"
	)
	for m, want := range map[Means]string{
		ByCard:     door + key + person + moment + factor + second,
		ByPIN:      door + keypad + key + person + moment + second,
		ByPass:     door + key + "use can be counted, " + person + moment + second,
		ByFace:     door + faces + face + person + "R-ALT, " + alone + moment + second,
		ByCardFace: door + key + faces + face + person + "R-ALT, " + moment + second,
		ByREX:      "R-SAFE",
		ByStaff:    "R-SAFE",
		ByConsole:  "R-SAFE",
		ByFire:     "R-SAFE",
	} {
		a := good(ByCardFace)
		if _, ok := opens[m]; ok {
			a = good(m)
		}
		a.Means = m
		var asked []string
		for _, c := range Decide(a).Trace {
			asked = append(asked, c.Rule)
		}
		if got := strings.Join(asked, ", "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", m, got, want)
		}
	}
}

// spoil breaks one rule of a good attempt. The list is in the deny order.
var spoil = []spoiler{
	{ReasonLockdown, byAnyMeans, func(a *Attempt) { a.Site.Lockdown = true }},
	{ReasonNoVault, byAnyMeans, func(a *Attempt) { a.Site.NoVault = true }},
	{ReasonKeypadLockout, byPIN, func(a *Attempt) { a.Site.KeypadLockout = time.Second }},
	{ReasonUnknown, byCredential, func(a *Attempt) { a.CredentialID = "somebody else's" }},
	{ReasonRevoked, byCredential, func(a *Attempt) { a.presented().Revoked = true }},
	{ReasonWrongDoor, byCredential, func(a *Attempt) { a.presented().Door = "back" }},
	{ReasonNoClock, func(m Means) bool { return m == ByPass }, func(a *Attempt) { a.Clock.Trusted = false }},
	{ReasonNotYetValid, byCredential, func(a *Attempt) { a.presented().From = a.At.Add(1) }},
	{ReasonExpired, byCredential, func(a *Attempt) { a.presented().Until = a.At }},
	{ReasonUsedUp, byCredential, func(a *Attempt) { k := a.presented(); k.Uses, k.Used = 2, 2 }},
	{ReasonNotAES, byAnyCard, func(a *Attempt) {
		a.Person.Groups, a.Site.AESCards = []string{"staff"}, []string{"staff"}
	}},
	{ReasonNotCounted, byPass, func(a *Attempt) { a.presented().Uses, a.Site.Durable = 2, false }},
	{ReasonFacesOff, byFace, func(a *Attempt) { a.Site.FacesOff = "R-PIA" }},
	{ReasonNotDurable, byFace, func(a *Attempt) { a.Site.Durable = false }},
	{ReasonFaceLockout, byFace, func(a *Attempt) { a.Site.FaceLockout = time.Second }},
	{ReasonQuality, byFace, func(a *Attempt) { a.Face.Quality = "come closer" }},
	{ReasonFrames, byFace, func(a *Attempt) { a.Face.Frames = 2 }},
	{ReasonNotLive, byFace, func(a *Attempt) { a.Face.Live = .49 }},
	{ReasonNoMatch, byFace, func(a *Attempt) { a.Face.Score = .49 }},
	{ReasonAmbiguous, byFace, func(a *Attempt) { a.Face.RunnerUp = a.Face.Score - .01 }},
	{ReasonNoConsent, byFace, func(a *Attempt) { a.Person.Face.Notice = [32]byte{} }},
	{ReasonNoGuardian, byFace, func(a *Attempt) { a.Person.Face.Minor = true }},
	{ReasonBlocked, byAnyMeans, func(a *Attempt) { a.Person.Blocked = true }},
	{ReasonLeaseAhead, byAnyMeans, func(a *Attempt) { a.Person.From = a.At.Add(1) }},
	{ReasonLeaseOver, byAnyMeans, func(a *Attempt) { a.Person.Until = a.At }},
	{ReasonNoOtherWay, byFaceOnly, func(a *Attempt) { a.Person.Credentials = nil }},
	{ReasonCardRequired, byFaceOnly, func(a *Attempt) { a.Person.Face.CardRequired = true }},
	{ReasonHours, byAnyMeans, func(a *Attempt) { a.Site.Access = []Access{{Group: "night shift", Hours: Always}} }},
	{ReasonPassback, byAnyMeans, func(a *Attempt) {
		a.Site.Passback, a.LastEntry = time.Minute, a.At.Add(-59*time.Second)
	}},
	{ReasonInterlock, byAnyMeans, func(a *Attempt) { a.Site.Interlock = true }},
	{ReasonFaceRequired, byCardOnly, func(a *Attempt) { a.Site.WithCard, a.Person.Face.State = true, FaceEnrolled }},
	{ReasonPINRequired, byCardOnly, func(a *Attempt) {
		a.Site.WithCard, a.Site.Keypad, a.Person.Face.State = true, true, FaceWithdrawn
	}},
	{ReasonSecond, byAnyMeans, func(a *Attempt) { a.Site.TwoPersons = 30 * time.Second }},
}

type spoiler struct {
	reason    Reason
	appliesTo func(Means) bool
	break_    func(*Attempt)
}

// presented is the credential of the attempt, to be changed.
func (a *Attempt) presented() *Credential {
	for i := range a.Person.Credentials {
		if a.Person.Credentials[i].ID == a.CredentialID {
			return &a.Person.Credentials[i]
		}
	}
	return new(Credential)
}

// TestDenyOrder breaks every rule and repairs one after the other: the reasons must come in
// the order of Decide's comment.
func TestDenyOrder(t *testing.T) {
	for _, m := range asking {
		for i, s := range spoil {
			if !s.appliesTo(m) {
				continue
			}
			a := good(m)
			// the first to be asked is spoiled last: it may take the others' place
			for j := len(spoil) - 1; j >= i; j-- {
				if spoil[j].appliesTo(m) {
					spoil[j].break_(&a)
				}
			}
			d := Decide(a)
			if d.Grant || d.Reason != s.reason || d.Release != 0 {
				t.Errorf("%s: got %q, want %q", m, d.Reason, s.reason)
			}
			if last := d.Trace[len(d.Trace)-1]; last.Pass {
				t.Errorf("%s, %s: the trace does not end with the rule that failed: %+v", m, s.reason, d.Trace)
			}
		}
	}
}

// Whatever else is wrong, the reason is the first in the deny order; nothing that is
// wrong makes up for another thing.
func TestReasonIsTheFirstOfWhatIsWrong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(asking).Draw(t, "means")
		wrong := rapid.Uint64Range(1, 1<<len(spoil)-1).Draw(t, "wrong")
		a, want := good(m), opens[m]
		for i := len(spoil) - 1; i >= 0; i-- {
			if wrong&(1<<i) != 0 && spoil[i].appliesTo(m) {
				spoil[i].break_(&a)
				want = spoil[i].reason
			}
		}
		if d := Decide(a); d.Reason != want || d.Grant != (want == opens[m]) {
			t.Fatalf("%s: %q, want %q", m, d.Reason, want)
		}
	})
}

// Each rule refuses by itself, too, and each rule of the deny order has a line in spoil.
func TestEachRuleRefuses(t *testing.T) {
	seen := map[Reason]bool{ReasonMeans: true, ReasonNoFace: true} // tested below
	for _, s := range spoil {
		seen[s.reason] = true
		for _, m := range asking {
			a := good(m)
			if !s.appliesTo(m) {
				continue
			}
			s.break_(&a)
			if d := Decide(a); d.Grant || d.Reason != s.reason {
				t.Errorf("%s: got %q, want %q", m, d.Reason, s.reason)
			}
		}
	}
	for _, r := range slices.Concat(identify, authorize) {
		if !seen[r.reason] {
			t.Errorf("rule %q is not tested", r.name)
		}
	}
}

func TestNothingToGoByIsRefused(t *testing.T) {
	if d := Decide(Attempt{At: noon, Means: "knock"}); d.Grant || d.Reason != ReasonMeans {
		t.Errorf("unknown means: %+v", d)
	}
	for _, m := range asking {
		if d := Decide(Attempt{At: noon, Means: m}); d.Grant {
			t.Errorf("%s with nothing else opened", m)
		}
	}
	a := good(ByFace)
	a.Face = nil
	if d := Decide(a); d.Reason != ReasonNoFace {
		t.Errorf("no face: %q", d.Reason)
	}
	a = good(ByCard)
	a.CredentialID = "pin"
	if d := Decide(a); d.Reason != ReasonUnknown {
		t.Errorf("a PIN's handle presented as a card: %q", d.Reason)
	}
}

func TestFiguresAtTheirLimits(t *testing.T) {
	a := good(ByFace)
	*a.Face = Face{Score: .75, RunnerUp: .25, Threshold: .75, Margin: .5, Live: .5, LiveMin: .5,
		Frames: 3, FramesMin: 3}
	if d := Decide(a); !d.Grant {
		t.Errorf("figures that just suffice: %+v", d)
	}
	*a.Face = Face{Score: 1, RunnerUp: -1, Live: 1}
	if d := Decide(a); d.Reason != ReasonFrames {
		t.Errorf("no frames at all: %+v", d)
	}
	a.Face, a.Person = &Face{Score: 1, RunnerUp: -1, Live: 1, Frames: 1}, nil
	if d := Decide(a); d.Reason != ReasonNoMatch {
		t.Errorf("a score of nobody: %+v", d)
	}
}

func TestNaNRefuses(t *testing.T) {
	nan := math.NaN()
	for i, f := range []func(*Face){
		func(f *Face) { f.Score = nan }, func(f *Face) { f.RunnerUp = nan }, func(f *Face) { f.Threshold = nan },
		func(f *Face) { f.Margin = nan }, func(f *Face) { f.Live = nan }, func(f *Face) { f.LiveMin = nan },
	} {
		a := good(ByFace)
		f(a.Face)
		if Decide(a).Grant {
			t.Errorf("figure %d: NaN opened the door", i)
		}
	}
}

// Leaving and rescue open whatever the state of the unit and the person.
func TestRSafeLeavingAlwaysOpens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]Means{ByFire, ByREX, ByStaff, ByConsole}).Draw(t, "means")
		a := good(ByCardFace)
		for _, s := range rapid.SliceOf(rapid.SampledFrom(spoil)).Draw(t, "spoiled") {
			s.break_(&a)
		}
		a.Means = m
		if d := Decide(a); !d.Grant || d.Reason != alwaysOpen[m] || d.Release <= 0 {
			t.Fatalf("%s: %+v", m, d)
		}
	})
	for m := range alwaysOpen {
		if d := Decide(Attempt{Means: m}); !d.Grant || d.Release <= 0 {
			t.Errorf("%s with nothing known: %+v", m, d)
		}
	}
}

// A card, a PIN or a pass is decided as if there were no faces in the world, at a door that does
// not take faces after the card. Of those that do, see factors_test.go.
func TestREqualCardDoesNotDependOnFaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := good(rapid.SampledFrom([]Means{ByCard, ByPIN, ByPass}).Draw(t, "means"))
		if rapid.Bool().Draw(t, "spoiled") {
			rapid.SampledFrom(withoutFactors).Draw(t, "by").break_(cloneFaceless(&a))
		}
		want := Decide(a)
		p := *a.Person
		a.Person = &p
		a.Face = &Face{Score: rapid.Float64().Draw(t, "score"), Live: rapid.Float64().Draw(t, "live")}
		a.Site.FacesOff = rapid.SampledFrom([]string{"", "R-PIA", "camera"}).Draw(t, "off")
		if a.Means != ByPass { // whose uses are counted by that log
			a.Site.Durable = rapid.Bool().Draw(t, "durable")
		}
		a.Site.FaceLockout = time.Duration(rapid.IntRange(-9, 9).Draw(t, "lockout")) * time.Minute
		p.Face = FaceConsent{
			State: rapid.SampledFrom([]FaceState{FaceNever, FaceRefused, FaceConsented, FaceEnrolled,
				FaceWithdrawn}).Draw(t, "state"),
			Minor:        rapid.Bool().Draw(t, "minor"),
			CardRequired: rapid.Bool().Draw(t, "too"),
		}
		got := Decide(a)
		if got.Grant != want.Grant || got.Reason != want.Reason || got.Release != want.Release ||
			len(got.Trace) != len(want.Trace) {
			t.Fatalf("faces changed the card's answer: %+v, was %+v", got, want)
		}
	})
}

// withoutFactors is spoil without what is asked where faces are taken after the card.
var withoutFactors = slices.DeleteFunc(slices.Clone(spoil), func(s spoiler) bool {
	return s.reason == ReasonFaceRequired || s.reason == ReasonPINRequired
})

// cloneFaceless gives the attempt a face to be spoiled, so that face rules of
// spoil have something to write to.
func cloneFaceless(a *Attempt) *Attempt {
	if a.Face == nil {
		a.Face = new(Face)
	}
	return a
}

// A face that is refused before it was recognised by right leaves no name in the record.
func TestRStrangerIsNotNamed(t *testing.T) {
	for _, s := range spoil {
		if !s.appliesTo(ByFace) {
			continue
		}
		a := good(ByFace)
		s.break_(&a)
		named := !Decide(a).Person.IsZero()
		want := slices.ContainsFunc(authorize, func(r question) bool { return r.reason == s.reason })
		if named != want {
			t.Errorf("%s: named %v, want %v", s.reason, named, want)
		}
	}
}

func TestRConsentOnlyEnrolledFacesOpen(t *testing.T) {
	for _, s := range []FaceState{FaceNever, FaceRefused, FaceConsented, FaceWithdrawn, "anything"} {
		for _, m := range []Means{ByFace, ByCardFace} {
			a := good(m)
			a.Person.Face.State = s
			if d := Decide(a); d.Grant || d.Reason != ReasonNoConsent {
				t.Errorf("%s in state %q: %+v", m, s, d)
			}
		}
	}
}

func TestRMinorGuardianOpens(t *testing.T) {
	a := good(ByFace)
	a.Person.Face.Minor, a.Person.Face.Guardian = true, "mother"
	if d := Decide(a); !d.Grant {
		t.Errorf("%+v", d)
	}
}

func TestRAltOneWorkingCredentialIsEnough(t *testing.T) {
	for _, tc := range []struct {
		name string
		keys []Credential
		open bool
	}{
		{"none", nil, false},
		{"card", []Credential{{Kind: CardKind}}, true},
		{"PIN", []Credential{{Kind: PINKind}}, true},
		{"a pass is no lasting way in", []Credential{{Kind: PassKind}}, false},
		{"revoked", []Credential{{Kind: CardKind, Revoked: true}}, false},
		{"run out this moment", []Credential{{Kind: CardKind, Until: noon}}, false},
		{"revoked card, working PIN", []Credential{{Kind: CardKind, Revoked: true}, {Kind: PINKind}}, true},
	} {
		a := good(ByFace)
		a.Person.Credentials = tc.keys
		if d := Decide(a); d.Grant != tc.open {
			t.Errorf("%s: %+v", tc.name, d)
		}
	}
}

func TestLongOpen(t *testing.T) {
	a := good(ByCard)
	a.Person.LongOpen = true
	if d := Decide(a); d.Release != 12*time.Second {
		t.Errorf("release %v", d.Release)
	}
	a.Site.LongOpen = time.Second // shorter than everybody's
	if d := Decide(a); d.Release != 5*time.Second {
		t.Errorf("release %v", d.Release)
	}
}

func TestTimeFloor(t *testing.T) {
	a := good(ByCard)
	a.Clock = Clock{Floor: noon}
	a.At = time.Unix(0, 0) // a board without a clock chip after a power cut
	d := Decide(a)
	if !d.Grant || !d.At.Equal(noon) {
		t.Errorf("%+v", d)
	}
	a.Person.Until = noon
	if d := Decide(a); d.Reason != ReasonLeaseOver {
		t.Errorf("a lease that ended before the power cut: %+v", d)
	}
}

func TestTraceSaysUntrustedClock(t *testing.T) {
	a := good(ByCard)
	a.Clock = Clock{Floor: noon}
	d := Decide(a)
	i := slices.IndexFunc(d.Trace, func(c Check) bool { return c.Rule == "lease not over" })
	if i < 0 || d.Trace[i].Detail != "until 2026-04-10 12:00, by an untrusted clock" {
		t.Errorf("%+v", d.Trace)
	}
}

// TestAESCards: where a group needs AES cards, one that can be copied neither opens nor counts as
// the other way in beside a face; a PIN does both.
func TestAESCards(t *testing.T) {
	for _, x := range []struct {
		need, groups []string
		aes          bool
		want         bool
	}{
		{nil, []string{"staff"}, false, true},
		{[]string{"staff"}, nil, false, true},
		{[]string{"staff"}, []string{"day", "staff"}, false, false},
		{[]string{"staff"}, []string{"staff"}, true, true},
		{[]string{Everybody}, nil, false, false},
		{[]string{Everybody}, nil, true, true},
	} {
		for _, m := range asking {
			a := good(m)
			a.Site.AESCards, a.Person.Groups = x.need, x.groups
			a.Person.Credentials[0].AES = x.aes
			if d := Decide(a); d.Grant != (x.want || !byAnyCard(m)) || !d.Grant && d.Reason != ReasonNotAES {
				t.Errorf("%s, %+v: %s", m, x, d.Reason)
			}
			a.Person.Credentials = a.Person.Credentials[:1] // the card
			if d := Decide(a); m == ByFace && d.Grant != x.want {
				t.Errorf("the card alone beside the face, %+v: %s", x, d.Reason)
			}
		}
	}
}
