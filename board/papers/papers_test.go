package papers

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/board/commission"
	"menshen/board/notice"
	"menshen/policy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// stack files papers one after the other, a day apart.
type stack struct {
	t   testing.TB
	all []Paper
}

func (s *stack) file(kind string, body any) Paper {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	p := Paper{Seq: uint64(len(s.all) + 1), Kind: kind, At: noon.AddDate(0, 0, len(s.all)), Body: raw}
	s.all = append(s.all, p)
	return p
}

func (s *stack) read() File {
	s.t.Helper()
	f, err := Read(s.all)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func TestTheNewestCounts(t *testing.T) {
	s := &stack{t: t}
	first := s.file(KindAssessment, Assessment{Author: "a", Basis: map[string]string{"key": "file", "gone": "x"}})
	second := s.file(KindAssessment, Assessment{Author: "b",
		Basis: map[string]string{"key": "file", "live_min": "0.7"}})
	front := s.file(KindSign, Sign{Door: "front"})
	back := s.file(KindSign, Sign{Door: "back"})
	opened := s.file(KindIncident, Incident{ID: "i", What: notice.Words{EN: "stolen"}, Noticed: noon})
	told := s.file(KindIncident, Incident{ID: "i", What: notice.Words{EN: "stolen"}, Noticed: noon, ToldPeople: noon})
	asked := s.file(KindRequest, Request{ID: "q", What: "see", Asked: noon})
	s.file(KindRequest, Request{ID: "r", What: "copy", Asked: noon})
	s.file(KindRequest, Request{ID: "q", What: "see", Asked: noon, Done: noon})
	f := s.read()
	if a := f.Assessment(); a.Author != "b" || !a.At.Equal(second.At) || a.Seq != second.Seq {
		t.Errorf("assessment %+v", a)
	}
	if c := f.Assessment().Changed(map[string]string{"key": "tpm", "live_min": "0.7", "new": "x"}); !slices.Equal(c,
		[]string{"key", "new"}) {
		t.Errorf("changed: %q", c)
	}
	if c := f.Assessments[0].Changed(map[string]string{"key": "file"}); !slices.Equal(c, []string{"gone"}) {
		t.Errorf("changed: %q", c)
	}
	if !f.Signs["front"].Equal(front.At) || !f.Signs["back"].Equal(back.At) {
		t.Errorf("signs %v", f.Signs)
	}
	i, ok := f.Incident("i")
	if !ok || len(f.Incidents) != 1 || !i.Opened.Equal(opened.At) || i.ToldPeople.IsZero() || !i.Open() {
		t.Errorf("incident %+v", i)
	}
	if len(f.Requests) != 2 || f.Requests[0].Done.IsZero() || !f.Requests[1].Done.IsZero() {
		t.Errorf("requests %+v", f.Requests)
	}
	for name, over := range map[string]bool{
		"old assessment": f.Over(first) && !f.Over(second), "open incident": !f.Over(opened) &&
			!f.Over(told), "answered request": f.Over(asked),
		"sign in force": !f.Over(front), "open request": !f.Over(s.all[7]), "of a newer " +
			"version": !f.Over(Paper{Kind: "unheard"}),
	} {
		if !over {
			t.Errorf("%s: kept or dropped wrongly", name)
		}
	}
	s.file(KindIncident, Incident{ID: "i", Noticed: noon, ToldPeople: noon, ToldAuthority: noon, Closed: noon})
	s.file(KindSign, Sign{Door: "front"})
	if f := s.read(); !f.Over(opened) || !f.Over(front) || f.Over(back) {
		t.Error("a closed incident, or a sign that was seen again, is still needed")
	}
}

func TestCommissioningCountsOnlyWhenItPassed(t *testing.T) {
	s := &stack{t: t}
	good := commission.Report{Format: "menshen commissioning report 1", Ended: noon,
		Steps: []commission.Result{{ID: "rex", Verdict: commission.Passed}}}
	s.file(KindCommissioning, good)
	if f := s.read(); !f.Tested.Equal(noon) {
		t.Errorf("tested %v", f.Tested)
	}
	good.Steps[0].Verdict = commission.Failed
	s.file(KindCommissioning, good)
	if f := s.read(); !f.Tested.IsZero() {
		t.Errorf("a check that failed later: tested %v", f.Tested)
	}
}

func TestRFilingCountsFromTheDayItWasReached(t *testing.T) {
	f := Filing{Elsewhere: policy.FilingAt - 10}
	for _, step := range []struct {
		here    int
		changed bool
		reached time.Time
	}{{9, false, time.Time{}}, {10, true, noon.AddDate(0, 0, 1)}, {11, false, noon.AddDate(0, 0, 1)}, {0, true,
		time.Time{}}, {10, true, noon.AddDate(0, 0, 4)}} {
		at := map[bool]time.Time{true: step.reached}[step.here >= 10]
		if at.IsZero() {
			at = noon.AddDate(0, 0, 3)
		}
		n := Faces{Here: step.here, Site: step.here}
		if changed := f.Count(n, at); changed != step.changed || !f.Reached.Equal(step.reached) {
			t.Errorf("%d here: changed %v, reached %v", step.here, changed, f.Reached)
		}
	}
}

// TestRFilingOfASite: what staff typed of other doors falls away once these tell it themselves, and
// what they type then is of doors outside the site.
func TestRFilingOfASite(t *testing.T) {
	alone, site := Faces{Here: 3, Site: 3}, Faces{Here: 3, Site: 7, Doors: true}
	before, since := Filing{Elsewhere: 20}, Filing{Elsewhere: 20, Outside: true}
	for _, tt := range []struct {
		f    Filing
		n    Faces
		want int
	}{{before, alone, 23}, {before, site, 7}, {since, site, 27}, {since, alone, 23}} {
		if got := tt.f.All(tt.n); got != tt.want {
			t.Errorf("%+v with %+v: %d people, want %d", tt.f, tt.n, got, tt.want)
		}
	}
}

func TestRIncidentClocks(t *testing.T) {
	i := Incident{Noticed: noon, People: policy.FilingAt}
	if !i.Due().Equal(noon) {
		t.Errorf("due %v", i.Due())
	}
	if i.People++; !i.Due().Equal(noon.Add(8 * time.Hour)) {
		t.Errorf("due %v with more than 100,000 people", i.Due())
	}
}

// What was written is read again as it was, whatever words it has.
func TestPapersSurviveTheirEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		want := Request{ID: text.Draw(t, "id"), What: "see", Who: text.Draw(t, "who"), Asked: noon,
			Answer: text.Draw(t, "answer")}
		raw, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Read([]Paper{{Kind: KindRequest, Body: raw}})
		if err != nil || f.Requests[0] != want {
			t.Fatalf("%+v, %v", f.Requests, err)
		}
	})
}

func TestNewIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		seen[NewID()] = true
	}
	if len(seen) < 999 {
		t.Errorf("%d different IDs of 1000", len(seen))
	}
}

// FuzzRead: a body that cannot be read is named, and takes nothing else with it.
func FuzzRead(f *testing.F) {
	kinds := []string{KindAssessment, KindSign, KindIncident, KindFiling, KindRequest, KindInquiry,
		KindCommissioning, "unheard"}
	for i := range kinds {
		f.Add(uint8(i),
			[]byte(`{"id":"a","door":"front","until":"2027-01-01T00:00:00Z","elsewhere":3,"kinds":["faces"]}`))
		f.Add(uint8(i), []byte(`{"until":"never"}`))
	}
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		p := Paper{Kind: kinds[int(kind)%len(kinds)], At: noon, Body: body}
		good := Paper{Kind: KindSign, At: noon, Body: []byte(`{"door":"fuzz's own"}`)}
		file, _ := Read([]Paper{p, good, p})
		if file.Signs["fuzz's own"].IsZero() {
			t.Error("a good paper was lost beside another one")
		}
		file.Over(p)
		file.Assessment().Changed(map[string]string{"a": "b"})
	})
}
