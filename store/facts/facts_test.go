package facts

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"menshen/internal/golden"
	"menshen/policy"
	"menshen/policy/policytest"
)

var zones = []string{"UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu"}

// draw draws an attempt at a site with a zone, holidays and settings, at any nanosecond.
func draw(t testing.TB, r *rand.Rand) policy.Attempt {
	a := policytest.DrawAttempt(r)
	zone, err := time.LoadLocation(zones[r.IntN(len(zones))])
	if err != nil {
		t.Fatal(err)
	}
	a.Site.Calendar = policy.Calendar{Zone: zone, Special: []policy.Special{
		{Month: a.At.Month(), Day: a.At.Day() - r.IntN(2), As: policy.Day(r.IntN(8))},
		{Year: 2026, Month: 3, Day: 11, As: policy.Holiday}}}
	for i := range a.Site.Access {
		days := policy.Always[0].Days[r.IntN(8):]
		a.Site.Access[i].Hours = policy.Schedule{{Days: days, From: r.IntN(1440), To: r.IntN(1441)}}
	}
	if r.IntN(2) == 0 {
		a.At = a.At.Add(time.Duration(r.Int64N(int64(48*time.Hour))) - 24*time.Hour)
	}
	if r.IntN(4) == 0 {
		a.Site.Release = time.Duration(r.IntN(10)) * time.Second
	}
	if a.Face != nil && r.IntN(3) == 0 { // so near a limit that rounding could change the answer
		a.Face.Score = a.Face.Threshold + (r.Float64()-.5)/500
		a.Face.RunnerUp = a.Face.Score - a.Face.Margin + (r.Float64()-.5)/500
		a.Face.Live = a.Face.LiveMin + (r.Float64()-.5)/500
	}
	if r.IntN(2) == 0 { // drawn last, so that the attempts are those of the vectors
		a.Site.Outputs = []policy.Output{{Name: "garage", Release: time.Duration(r.IntN(3)) * time.Second},
			{Name: "lift", Access: []policy.Access{{Group: []string{"", "tenants", "cleaners"}[r.IntN(3)],
				Hours: policy.Schedule{{Days: policy.Always[0].Days, From: r.IntN(1440), To: r.IntN(1441)}}}}}}
	}
	return a
}

// answers are the checks of a trace without the words for people.
func answers(d policy.Decision) string {
	var b bytes.Buffer
	for _, c := range d.Trace {
		fmt.Fprintf(&b, "%s %v, ", c.Rule, c.Pass)
	}
	for _, o := range d.Outputs {
		fmt.Fprintf(&b, "%s %s, ", o.Output, o.Text())
		for _, c := range o.Trace {
			fmt.Fprintf(&b, "%s %v, ", c.Rule, c.Pass)
		}
	}
	return outcome(d) + ": " + b.String()
}

func outcome(d policy.Decision) string {
	return fmt.Sprintf("%v %s %v %v", d.Grant, d.Reason, d.Release, d.Duress)
}

// TestRAuditFactsGiveTheDecisionAgain: of any attempt, what is recorded is enough to make the same
// decision again, check by check.
func TestRAuditFactsGiveTheDecisionAgain(t *testing.T) {
	reasons, switched := map[policy.Reason]int{}, 0
	for seed := range uint64(20_000) {
		a := draw(t, rand.New(rand.NewPCG(seed, 42)))
		d := policy.Decide(a)
		reasons[d.Reason]++
		for _, o := range d.Outputs {
			if o.Grant {
				switched++
			}
		}
		text, err := SettingsOf(a.Site).Text()
		if err != nil {
			t.Fatal(err)
		}
		b := Of(a, d, IDOf(text))
		f, err := Decode(b)
		if err != nil {
			t.Fatalf("seed %d: %v\n%x", seed, err, b)
		}
		set, err := ParseSettings(text)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		again := policy.Decide(f.Attempt(a.Door, a.Means, set))
		if answers(d) != answers(again) || !again.At.Equal(d.At) {
			t.Fatalf("seed %d:\n was %s\n now %s\n%+v\n%+v", seed, answers(d), answers(again), a, f)
		}
	}
	if switched < 100 {
		t.Errorf("only %d outputs are switched", switched)
	}
	if len(reasons) < 25 {
		t.Errorf("the attempts reach only %d reasons: %v", len(reasons), reasons)
	}
}

// TestRStrangerFactsSayNothingOfWhomTheDoorMayNotKnow: a face that was refused before consent was
// found leaves nothing of the person whom it is like, and no fact holds a handle of anybody.
func TestRStrangerFactsSayNothingOfWhomTheDoorMayNotKnow(t *testing.T) {
	unknown := 0
	for seed := range uint64(5000) {
		a := draw(t, rand.New(rand.NewPCG(seed, 7)))
		mark := policy.PersonID{0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef}
		if a.Person != nil {
			a.Person.ID, a.Person.Name, a.Person.Face.Guardian = mark, "Wang Xiaoming", "mother"
			a.Person.Groups = append(slices.Clone(a.Person.Groups), "floor nine")
			a.CredentialID += "secret handle"
		}
		a.Site.First.Person, a.Site.Missed.Person, a.Host = mark, mark, mark
		d := policy.Decide(a)
		b := Of(a, d, ID{})
		for _, word := range []string{string(mark[:]), "Wang", "mother", "secret handle"} {
			if bytes.Contains(b, []byte(word)) {
				t.Fatalf("seed %d: the facts hold %q", seed, word)
			}
		}
		if a.Means != policy.ByFace || !d.Person.IsZero() || a.Person == nil {
			continue
		}
		unknown++
		f, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		p := *f.Person
		p.Is &^= unnamed | minor | notice
		if p.Face = ""; bytes.Contains(b, []byte("floor nine")) || p.From != nil || p.Until != nil || p.Holds != nil ||
			p.Is != 0 || f.LastEntry != nil || f.First != nil || f.Missed != nil {
			t.Fatalf("seed %d: the facts tell of a person who was not recognised: %+v %+v", seed, f, p)
		}
	}
	if unknown < 50 {
		t.Errorf("only %d such faces", unknown)
	}
}

// TestVectors: facts of version 1 mean in every later version what they meant (docs/formats.md).
func TestVectors(t *testing.T) {
	made := func(seed uint64) (string, string) {
		a := draw(t, rand.New(rand.NewPCG(seed, 42)))
		text, err := SettingsOf(a.Site).Text()
		if err != nil {
			t.Fatal(err)
		}
		d := policy.Decide(a)
		line := fmt.Sprintf("%s\t%s\t%x\t%s\n", a.Means, text, Of(a, d, IDOf(text)), outcome(d))
		return string(d.Reason), line
	}
	text := golden.Vector(t, "testdata/facts-1.txt", func() []byte {
		var b bytes.Buffer
		seen := map[string]bool{}
		for seed := range uint64(20_000) { // one of each reason
			if reason, line := made(seed); !seen[reason] {
				seen[reason] = true
				b.WriteString(line)
			}
		}
		return b.Bytes()
	})
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(lines) < 25 {
		t.Errorf("only %d vectors", len(lines))
	}
	for _, line := range lines {
		p := bytes.Split(line, []byte("\t"))
		raw, err := hex.DecodeString(string(p[2]))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Decode(raw)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		set, err := ParseSettings(string(p[1]))
		if err != nil || f.Settings != IDOf(string(p[1])) {
			t.Fatalf("%s: settings %x, %v", line, f.Settings, err)
		}
		d := policy.Decide(f.Attempt("front", policy.Means(p[0]), set))
		if got := outcome(d); got != string(p[3]) {
			t.Errorf("%s\n now %s", line, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for seed := range uint64(40) {
		a := draw(f, rand.New(rand.NewPCG(seed, 42)))
		f.Add(Of(a, policy.Decide(a), ID{1}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		facts, err := Decode(b)
		if err != nil {
			return
		}
		for _, by := range []policy.Means{policy.ByCard, policy.ByPIN, policy.ByPass, policy.ByFace, policy.ByCardFace,
			policy.ByREX} {
			policy.Decide(facts.Attempt("front", by, Settings{}))
		}
		if again, err := encMode.Marshal(&facts); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x decodes, and encodes as %x", b, again)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	a := draw(b, rand.New(rand.NewPCG(1, 42)))
	d := policy.Decide(a)
	b.ReportAllocs()
	for b.Loop() {
		Of(a, d, ID{})
	}
}

func FuzzParseSettings(f *testing.F) {
	for seed := range uint64(20) {
		text, err := SettingsOf(draw(f, rand.New(rand.NewPCG(seed, 42))).Site).Text()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := ParseSettings(text)
		if err != nil {
			return
		}
		var site policy.Site
		set.Apply(&site)
		policy.Decide(policy.Attempt{Means: policy.ByCard, Site: site})
		again, err := set.Text()
		if err != nil {
			t.Fatalf("%q is read, and not written: %v", text, err)
		}
		twice, err := ParseSettings(again)
		if err != nil {
			t.Fatalf("%q is written as %q, and not read: %v", text, again, err)
		}
		if same, err := twice.Text(); err != nil || same != again {
			t.Errorf("%q is written as %q, then as %q, %v", text, again, same, err)
		}
	})
}
