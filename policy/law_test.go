package policy

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// lawful is a unit that keeps every rule.
func lawful() *UnitFacts {
	day := noon.AddDate(0, 0, -1)
	return &UnitFacts{
		At: noon,
		Doors: []DoorFacts{
			{Name: "front", Place: PlaceBuilding, Faces: true, CardReader: true, Withdraw: true, REX: true,
				FireInput: true, SafeState: true, Tested: day, Sign: day},
			// cards only
			{Name: "bathhouse", Place: PlaceBathroom, CardReader: true, ExitByHand: true, SafeState: true, Tested: day},
		},
		People: PeopleFacts{At: day, WithFace: 9},
		Papers: PaperFacts{At: day, Notice: []string{"en", "zh"}, Assessment: Assessment{
			At: day, ValidUntil: noon.AddDate(1, 0, 0), Necessity: true, Impact: true, Risks: true, Measures: true,
		}},
		Store: StoreFacts{At: day, Sealed: true, KeyApart: true, AuditWhole: true, AuditChecked: day, Purged: day},
		Staff: StaffFacts{At: day, Operators: 2, IdleLogout: 5 * time.Minute, LockOut: true},
		Machine: MachineFacts{At: day, Confined: true, DumpsOff: true,
			Models: []string{"detect", "landmark", "embed", "liveness", "eye"}},
		Duties: DutyFacts{At: day, SiteFaces: 9},
		Waits:  WaitFacts{At: day, Verdict: ServedAlike},
	}
}

// violations break one demand each, in the order of the rules and of their demands.
var violations = []struct {
	id     RuleID
	want   RuleState
	break_ func(*UnitFacts)
}{
	{"R-ALT", Broken, func(f *UnitFacts) { f.Doors[0].CardReader = false }},
	{"R-ALT", Due, func(f *UnitFacts) { f.People.FaceOnly = 1 }},
	{"R-EQUAL", Broken, func(f *UnitFacts) { f.People.Unequal = 1 }},
	{"R-EQUAL", Broken, func(f *UnitFacts) { f.Waits.Verdict, f.Waits.InARow = CardWaits, 4 }},
	{"R-EQUAL", Due, func(f *UnitFacts) { f.Waits.Verdict, f.Waits.InARow = CardWaits, 3 }},
	{"R-EQUAL", Due, func(f *UnitFacts) { f.Waits.Verdict = CardRefused }},
	{"R-NOTICE", Broken, func(f *UnitFacts) { f.Papers.Notice = []string{"en"} }},
	{"R-NOTICE", Broken, func(f *UnitFacts) { f.Papers.NoticeGaps = 1 }},
	{"R-NOTICE", Broken, func(f *UnitFacts) { f.Doors[0].Sign = time.Time{} }},
	{"R-NOTICE", Due, func(f *UnitFacts) { f.Doors[0].Sign = noon.AddDate(0, 0, -181) }},
	{"R-NOTICE", Due, func(f *UnitFacts) { f.People.OldNotice = 1 }},
	{"R-CONSENT", Broken, func(f *UnitFacts) { f.People.NoConsent = 1 }},
	{"R-MINOR", Broken, func(f *UnitFacts) { f.People.NoGuardian = 1 }},
	{"R-REFUSE", Due, func(f *UnitFacts) { f.People.AskedAfterNo, f.People.AskedFirst = 2, noon.AddDate(0, 0, -7) }},
	{"R-REFUSE", Broken, func(f *UnitFacts) { f.People.AskedAfterNo, f.People.AskedFirst = 3, noon }},
	{"R-REFUSE", Broken, func(f *UnitFacts) {
		f.People.AskedAfterNo, f.People.AskedFirst = 1, noon.AddDate(0, 0, -7).Add(-1)
	}},
	{"R-WITHDRAW", Broken, func(f *UnitFacts) { f.Doors[0].Withdraw = false }},
	{"R-WITHDRAW", Broken, func(f *UnitFacts) { f.People.AfterNo = 1 }},
	{"R-RIGHTS", Broken, func(f *UnitFacts) { f.Duties.AskedSince = noon.AddDate(0, 0, -22) }},
	{"R-RIGHTS", Due, func(f *UnitFacts) { f.Duties.AskedSince = noon.AddDate(0, 0, -21) }},
	{"R-ERASE", Broken, func(f *UnitFacts) { f.Store.EraseFrom = noon.Add(-EraseWithin - 1) }},
	{"R-ERASE", Due, func(f *UnitFacts) { f.Store.EraseFrom = noon.Add(-EraseWithin) }},
	{"R-ERASE", Broken, func(f *UnitFacts) { f.Store.EraseFailed = 1 }},
	{"R-STRANGER", Broken, func(f *UnitFacts) { f.People.Strays = 1 }},
	{"R-STRANGER", Broken, func(f *UnitFacts) { f.Machine.Pictures = 1 }},
	{"R-STRANGER", Broken, func(f *UnitFacts) { f.Machine.DumpsOff = false }},
	{"R-STRANGER", Due, func(f *UnitFacts) { f.Machine.DumpsOff, f.Bench = false, true }},
	{"R-PURPOSE", Broken, func(f *UnitFacts) { f.Machine.Models = append(f.Machine.Models, "age") }},
	{"R-LOCAL", Broken, func(f *UnitFacts) { f.Machine.Sockets = 1 }},
	{"R-LOCAL", Broken, func(f *UnitFacts) { f.Machine.RemoteTools = 1 }},
	{"R-LOCAL", Broken, func(f *UnitFacts) { f.Machine.Confined = false }},
	{"R-LOCAL", Due, func(f *UnitFacts) { f.Machine.RemoteTools, f.Bench = 1, true }},
	{"R-LOCAL", Due, func(f *UnitFacts) { f.Machine.Confined, f.Bench = false, true }},
	{"R-ENCRYPT", Broken, func(f *UnitFacts) { f.Store.Sealed = false }},
	{"R-ENCRYPT", Broken, func(f *UnitFacts) { f.Store.KeyApart = false }},
	{"R-ENCRYPT", Due, func(f *UnitFacts) { f.Store.KeyApart, f.Bench = false, true }},
	{"R-AUDIT", Broken, func(f *UnitFacts) { f.Store.AuditWhole = false }},
	{"R-AUDIT", Broken, func(f *UnitFacts) { f.Store.AuditChecked = noon.Add(-Daily - 1) }},
	{"R-RETAIN", Broken, func(f *UnitFacts) { f.Store.Purged = noon.Add(-Daily - 1) }},
	{"R-RETAIN", Broken, func(f *UnitFacts) { f.Store.Overdue = 1 }},
	{"R-OPERATOR", Broken, func(f *UnitFacts) { f.Staff.Operators = 0 }},
	{"R-OPERATOR", Broken, func(f *UnitFacts) { f.Staff.OneFactor = 1 }},
	{"R-OPERATOR", Due, func(f *UnitFacts) { f.Staff.OneFactor, f.Bench = 1, true }},
	{"R-OPERATOR", Broken, func(f *UnitFacts) { f.Staff.NoCommitment = 1 }},
	{"R-OPERATOR", Broken, func(f *UnitFacts) { f.Staff.Secrets = 1 }},
	{"R-OPERATOR", Broken, func(f *UnitFacts) { f.Staff.IdleLogout = 5*time.Minute + 1 }},
	{"R-OPERATOR", Broken, func(f *UnitFacts) { f.Staff.IdleLogout = 0 }},
	{"R-OPERATOR", Broken, func(f *UnitFacts) { f.Staff.LockOut = false }},
	{"R-PIA", Broken, func(f *UnitFacts) { f.Papers.Assessment.At = time.Time{} }},
	{"R-PIA", Broken, func(f *UnitFacts) { f.Papers.Assessment.Risks = false }},
	{"R-PIA", Broken, func(f *UnitFacts) { f.Papers.Assessment.ValidUntil = noon }},
	{"R-PIA", Broken, func(f *UnitFacts) { f.Papers.Assessment.Changed = noon }},
	{"R-PIA", Due, func(f *UnitFacts) { f.Papers.Assessment.ValidUntil = noon.AddDate(0, 0, 30) }},
	{"R-PIA", Due, func(f *UnitFacts) { f.Papers.Assessment.LostEarly = 1 }},
	{"R-INCIDENT", Broken, func(f *UnitFacts) { f.Duties.Incidents = []Incident{{At: noon, ToldPeople: noon}} }},
	{"R-INCIDENT", Broken, func(f *UnitFacts) { f.Duties.Incidents = []Incident{{At: noon, ToldAuthority: noon}} }},
	{"R-FILING", Broken, func(f *UnitFacts) { f.Duties.SiteFaces = FilingAt }},
	{"R-FILING", Broken, func(f *UnitFacts) {
		f.Duties.SiteFaces, f.Duties.ReachedAt = FilingAt, noon.AddDate(0, 0, -43)
	}},
	{"R-FILING", Due, func(f *UnitFacts) {
		f.Duties.SiteFaces, f.Duties.ReachedAt = FilingAt, noon.AddDate(0, 0, -42)
	}},
	{"R-FILING", Due, func(f *UnitFacts) { f.Duties.SiteFaces = FilingSoon }},
	{"R-NOPRIVATE", Broken, func(f *UnitFacts) { f.Doors[0].Place = PlaceGuestRoom }},
	{"R-NOPRIVATE", Broken, func(f *UnitFacts) { f.Doors[0].Place = "" }},
	{"R-SAFE", Broken, func(f *UnitFacts) { f.Doors[0].REX = false }},
	{"R-SAFE", Broken, func(f *UnitFacts) { f.Doors[0].FireInput = false }},
	{"R-SAFE", Broken, func(f *UnitFacts) { f.Doors[1].SafeState = false }},
	{"R-SAFE", Due, func(f *UnitFacts) { f.Doors[1].Tested = time.Time{} }},
}

// violated breaks a rule in each way that violations knows, and looks at the finding
// and at what it does to faces.
func violated(t *testing.T, id RuleID) {
	t.Helper()
	tried := 0
	for i, v := range violations {
		if v.id != id {
			continue
		}
		tried++
		f := lawful()
		v.break_(f)
		for _, found := range Review(*f) {
			want := Kept
			if found.Rule.ID == id {
				want = v.want
			}
			if found.State != want {
				t.Errorf("violation %d of %s: %s is %s, want %s", i, id, found.Rule.ID, found.State, want)
			}
			if (found.State == Kept) != (len(found.Problems) == 0) {
				t.Errorf("%s is %s with %d problems", found.Rule.ID, found.State, len(found.Problems))
			}
			if found.Rule.ID != id {
				continue
			}
			for _, p := range found.Problems {
				if !f.Bench && strings.Contains(p.Message().String(), "bench") {
					t.Errorf("violation %d of %s speaks of a bench unit where there is none", i, id)
				}
			}
			off := FacesOff([]Finding{found})
			if want := found.State == Broken && found.Rule.Protects; (off == id) != want {
				t.Errorf("violation %d of %s: faces off %q", i, id, off)
			}
		}
	}
	if tried == 0 {
		t.Errorf("nothing violates %s", id)
	}
}

func TestRAltInUnit(t *testing.T)       { violated(t, "R-ALT") }
func TestREqualInUnit(t *testing.T)     { violated(t, "R-EQUAL") }
func TestRNoticeInUnit(t *testing.T)    { violated(t, "R-NOTICE") }
func TestRConsentInUnit(t *testing.T)   { violated(t, "R-CONSENT") }
func TestRMinorInUnit(t *testing.T)     { violated(t, "R-MINOR") }
func TestRRefuseInUnit(t *testing.T)    { violated(t, "R-REFUSE") }
func TestRWithdrawInUnit(t *testing.T)  { violated(t, "R-WITHDRAW") }
func TestRRightsInUnit(t *testing.T)    { violated(t, "R-RIGHTS") }
func TestREraseInUnit(t *testing.T)     { violated(t, "R-ERASE") }
func TestRStrangerInUnit(t *testing.T)  { violated(t, "R-STRANGER") }
func TestRPurposeInUnit(t *testing.T)   { violated(t, "R-PURPOSE") }
func TestRLocalInUnit(t *testing.T)     { violated(t, "R-LOCAL") }
func TestREncryptInUnit(t *testing.T)   { violated(t, "R-ENCRYPT") }
func TestRAuditInUnit(t *testing.T)     { violated(t, "R-AUDIT") }
func TestRRetainInUnit(t *testing.T)    { violated(t, "R-RETAIN") }
func TestROperatorInUnit(t *testing.T)  { violated(t, "R-OPERATOR") }
func TestRPiaInUnit(t *testing.T)       { violated(t, "R-PIA") }
func TestRIncidentInUnit(t *testing.T)  { violated(t, "R-INCIDENT") }
func TestRFilingInUnit(t *testing.T)    { violated(t, "R-FILING") }
func TestRNoprivateInUnit(t *testing.T) { violated(t, "R-NOPRIVATE") }
func TestRSafeInUnit(t *testing.T)      { violated(t, "R-SAFE") }

func TestLawfulUnitKeepsEveryRule(t *testing.T) {
	all := Review(*lawful())
	for _, f := range all {
		if f.State != Kept {
			t.Errorf("%s: %s, %v", f.Rule.ID, f.State, f.Problems)
		}
	}
	if off := FacesOff(all); off != "" {
		t.Errorf("faces off by %s", off)
	}
}

func TestRAltAnyOtherWayWillDo(t *testing.T) {
	for name, door := range map[string]DoorFacts{
		"card reader": {CardReader: true}, "keypad": {Keypad: true}, "staffed " +
			"release": {StaffedRelease: true}, "no faces": {},
	} {
		f := lawful()
		door.Faces = name != "no faces"
		f.Doors = []DoorFacts{door}
		if found := Review(*f)[0]; found.Rule.ID != "R-ALT" || found.State != Kept {
			t.Errorf("%s only: %+v", name, found)
		}
	}
}

// What was never counted, or too long ago, counts as broken: silence is no proof.
func TestUnknownIsBroken(t *testing.T) {
	for _, f := range Review(UnitFacts{At: noon}) {
		if f.State != Broken || f.Problems[0].wrong.ID != notCounted.wrong.ID {
			t.Errorf("%s is %s in a unit of which nothing is known", f.Rule.ID, f.State)
		}
	}
	stale := lawful()
	stale.At = noon.Add(time.Hour) // counted 25 hours ago
	if off := FacesOff(Review(*stale)); off != "" {
		t.Errorf("a count of %v is stale: faces off by %s", Fresh, off)
	}
	stale.At = noon.Add(2 * time.Hour) // counted 26 hours ago
	kept := 0
	for _, f := range Review(*stale) {
		if f.State == Kept {
			kept++
		}
	}
	if kept > 2 { // R-NOPRIVATE and R-SAFE look at doors only, which are looked at now
		t.Errorf("%d rules kept by stale counts", kept)
	}
}

// TestEveryDemandIsTested: a demand that no violation breaks is a check without a test.
func TestEveryDemandIsTested(t *testing.T) {
	for _, r := range Law() {
		for i, d := range r.demands {
			if !slices.ContainsFunc(violations, func(v struct {
				id     RuleID
				want   RuleState
				break_ func(*UnitFacts)
			}) bool {
				f := lawful()
				v.break_(f)
				return v.id == r.ID && !d.met(f)
			}) {
				t.Errorf("%s, demand %d (%s): no test breaks it", r.ID, i, d.wrong.String())
			}
		}
	}
}

// idsOfLaw are all requirements. An id that is dropped from the rules, or added to them,
// has to be changed here as well.
var idsOfLaw = strings.Fields(`R-ALT R-EQUAL R-NOTICE R-CONSENT R-MINOR R-REFUSE R-WITHDRAW
	R-ERASE R-STRANGER R-PURPOSE R-LOCAL R-ENCRYPT R-OPERATOR R-AUDIT
	R-PIA R-RIGHTS R-RETAIN R-INCIDENT R-FILING R-NOPRIVATE R-SAFE`)

// TestEveryIDHasCheckAndTest reads the test files of the whole project: each id has at least one
// demand and one test named after it, and each id that the sources mention is a rule.
func TestEveryIDHasCheckAndTest(t *testing.T) {
	mentioned := map[string]string{}
	var tests []string
	id := regexp.MustCompile(`\bR-[A-Z]{3,}\b`)
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range id.FindAllString(string(src), -1) {
			mentioned[m] = path
		}
		if strings.HasSuffix(path, "_test.go") {
			f, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
			if err != nil {
				return nil // somebody is writing it just now; the compiler will tell
			}
			for name := range f.Scope.Objects {
				tests = append(tests, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rules := map[RuleID]Rule{}
	for _, r := range Law() {
		if _, twice := rules[r.ID]; twice {
			t.Errorf("%s stands twice", r.ID)
		}
		rules[r.ID] = r
	}
	for _, id := range idsOfLaw {
		if len(rules[RuleID(id)].demands) == 0 {
			t.Errorf("%s has no check", id)
		}
		name := "TestR" + id[2:3] + strings.ToLower(id[3:])
		if !slices.ContainsFunc(tests, func(s string) bool { return strings.HasPrefix(s, name) }) {
			t.Errorf("%s has no test %s…", id, name)
		}
	}
	if len(rules) != len(idsOfLaw) {
		t.Errorf("%d rules, %d ids", len(rules), len(idsOfLaw))
	}
	for id, path := range mentioned {
		if _, ok := rules[RuleID(id)]; !ok {
			t.Errorf("%s mentions %s, which is no rule", path, id)
		}
	}
}

func TestLawIsSaidInBothLanguages(t *testing.T) {
	check := func(what, en, zh string) {
		if !strings.HasSuffix(en, ".") || strings.ContainsFunc(en, func(c rune) bool {
			return unicode.Is(unicode.Han, c)
		}) {
			t.Errorf("%s: English %q", what, en)
		}
		if !strings.HasSuffix(zh, "。") {
			t.Errorf("%s: Chinese %q", what, zh)
		}
	}
	for _, r := range Law() {
		check(string(r.ID), r.Message().String(), chinese.Say(r.Message()))
		for source := range strings.SplitSeq(r.Source, ", ") {
			if !slices.ContainsFunc(Sources, func(s Source) bool {
				// "14 and 29" of the law before
				return strings.HasPrefix(source, s.Short) || strings.Trim(source, "0123456789 andto") == ""
			}) {
				t.Errorf("%s: source %q is not explained", r.ID, source)
			}
		}
		for _, d := range r.demands {
			p := Problem{wrong: d.wrong, remedy: d.remedy}
			check(string(r.ID), p.Message().String(), chinese.Say(p.Message()))
			check(string(r.ID), p.Remedy().String(), chinese.Say(p.Remedy()))
		}
	}
	check("not counted", notCounted.Message().String(), chinese.Say(notCounted.Message()))
}

func TestCensus(t *testing.T) {
	notices := map[[32]byte]bool{{1}: true, {2}: false}
	asAt := Attempt{At: noon, Clock: Clock{Trusted: true}, Door: "front", Site: Site{Release: 5 * time.Second}}
	person := func(id byte, change func(*Person)) Person {
		p := *good(ByFace).Person
		p.ID = PersonID{id}
		p.Credentials = slices.Clone(p.Credentials)
		change(&p)
		return p
	}
	people := []Person{
		person(1, func(*Person) {}),
		person(2, func(p *Person) { p.Credentials = nil }),
		person(3, func(p *Person) { p.Face.Notice = [32]byte{2} }),
		person(4, func(p *Person) { p.Face.Notice = [32]byte{9} }),
		person(5, func(p *Person) { p.Face.Minor = true }),
		person(6, func(p *Person) { p.Face.State = FaceWithdrawn }),
		person(7, func(p *Person) { p.Face = FaceConsent{} }), // no face
		person(8, func(p *Person) { p.Occasions = []Occasion{{How: TakenLearnt}} }),
		person(9, func(p *Person) {
			p.Occasions = []Occasion{{How: TakenLearnt}}
			p.Face.Minor, p.Face.Guardian = true, "mother"
			p.Face.Learns = Learning{At: noon, Notice: [32]byte{1}} // by the child
		}),
	}
	faces := map[PersonID]bool{{1}: true, {2}: true, {3}: true, {4}: true, {5}: true, {6}: true, {8}: true, {9}: true,
		{99}: true}
	got := Census(people, faces, notices, asAt)
	want := PeopleFacts{At: noon, WithFace: 8, FaceOnly: 1, OldNotice: 1, NoConsent: 3, Learning: 1, NoGuardian: 2,
		AfterNo: 1, Strays: 1}
	if got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// Nobody is let in by a face where no credential of theirs lets them
// in, whatever their record says.
func TestREqualHoldsForEverybody(t *testing.T) {
	for i := range spoil {
		for j := range spoil {
			a := good(ByFace)
			a.CredentialID = "card"
			spoil[i].break_(&a)
			spoil[j].break_(&a)
			if unequal(a, Decide) {
				t.Errorf("%s and %s: the face opens and no credential does", spoil[i].reason, spoil[j].reason)
			}
		}
	}
	for name, unfair := range map[string]func(*Decision){
		"cards refused":                 func(d *Decision) { d.Grant = false },
		"cards open for a shorter time": func(d *Decision) { d.Release = time.Second },
	} {
		decide := func(a Attempt) Decision {
			d := Decide(a)
			if a.Means != ByFace {
				unfair(&d)
			}
			return d
		}
		if !unequal(good(ByFace), decide) {
			t.Errorf("%s: not seen", name)
		}
	}
}
