package policy

import "time"

// Rule is one thing that the law asks of a door, as data: what, from where, in plain words, and how to tell that it is kept.
// The rules stand in law_people.go, law_data.go and law_site.go.
type Rule struct {
	ID       RuleID
	Source   string // "SDR 23, SPC 10": see Sources
	Protects bool   // broken, it switches faces off; cards go on working

	says    words
	counted func(*UnitFacts) []time.Time // when the facts it looks at were counted
	demands []demand
}

// Text is the rule in plain words.
func (r Rule) Text(lang string) string { return r.says.in(lang) }

// demand is one thing that must be so, what is wrong when it is not, and what to do then.
type demand struct {
	met    func(*UnitFacts) bool
	soon   bool // not broken yet, or contained for the person concerned: to be done, faces stay on
	wrong  words
	remedy words
}

// Sources are the short names that Rule.Source uses.
var Sources = []struct{ Short, Name, Chinese string }{
	{"PIPL", "Personal Information Protection Law", "《个人信息保护法》"},
	{"FRT", "Measures for the Security Management of the Application of Facial Recognition Technology, in force 2025-06-01", "《人脸识别技术应用安全管理办法》，2025年6月1日起施行"},
	{"SPC", "Supreme People's Court, judicial interpretation Fa Shi [2021] 15", "最高人民法院法释〔2021〕15号"},
	{"SDR", "Shanghai Data Regulations", "《上海市数据条例》"},
	{"NDS", "Network data security regulations, draft of 2021, whose stricter figures are kept", "《网络数据安全管理条例（征求意见稿）》（2021年），本机沿用其更严数值"},
	{"GB/T 35273-2020", "Information security technology: Personal information security specification", "《信息安全技术 个人信息安全规范》"},
	{"case 1", "A long-term rental apartment in Shanghai where the face was the only way in (2024)", "上海某长租公寓“刷脸”为唯一进门方式一案（2024年）"},
	{"case 2", "Car showrooms in Shanghai that counted and analysed visitors' faces (2021)", "上海某汽车门店统计分析顾客人脸一案（2021年）"},
	{"building codes", "What building and fire codes ask of exits everywhere", "建筑与消防规范对安全出口的一般要求"},
}

// Law gives all rules, in their order.
func Law() []Rule {
	return append(append(append([]Rule(nil), lawOfPeople...), lawOfData...), lawOfSite...)
}

// RuleState is how a rule stands.
type RuleState string

// The states.
const (
	Kept   RuleState = "kept"
	Due    RuleState = "due"    // kept, but something is to be done
	Broken RuleState = "broken" // also: not known
)

// Finding is how one rule stands in a unit.
type Finding struct {
	Rule     Rule
	State    RuleState
	Problems []Problem // empty when kept
}

// Problem is one thing that is wrong, and its remedy. Its words name nobody.
type Problem struct {
	Soon          bool // Due by itself, not Broken
	wrong, remedy words
}

// Text is what is wrong.
func (p Problem) Text(lang string) string { return p.wrong.in(lang) }

// Remedy is what to do.
func (p Problem) Remedy(lang string) string { return p.remedy.in(lang) }

// Review holds all rules against the facts, in their order.
func Review(f UnitFacts) []Finding {
	var all []Finding
	for _, r := range Law() {
		all = append(all, r.check(&f))
	}
	return all
}

// FacesOff is the id of the first broken rule that protects people; empty: no rule switches faces off.
// Site.FacesOff takes its words.
func FacesOff(all []Finding) RuleID {
	for _, f := range all {
		if f.State == Broken && f.Rule.Protects {
			return f.Rule.ID
		}
	}
	return ""
}

var notCounted = Problem{
	wrong:  words{"This could not be checked.", "此项未能核查。"},
	remedy: words{"Look at the unit's faults, then run the check again.", "请查看设备故障，然后重新核查。"},
}

func (r Rule) check(f *UnitFacts) Finding {
	found := Finding{Rule: r, State: Kept}
	for _, at := range r.counted(f) {
		if at.IsZero() || f.At.Sub(at) > Fresh {
			found.State, found.Problems = Broken, []Problem{notCounted}
			return found
		}
	}
	for _, d := range r.demands {
		if d.met(f) {
			continue
		}
		found.Problems = append(found.Problems, Problem{Soon: d.soon, wrong: d.wrong, remedy: d.remedy})
		if !d.soon {
			found.State = Broken
		} else if found.State == Kept {
			found.State = Due
		}
	}
	return found
}

// The groups that a rule looks at.

func ofDoors(f *UnitFacts) []time.Time {
	if len(f.Doors) == 0 {
		return []time.Time{{}}
	}
	return nil
}
func ofPeople(f *UnitFacts) []time.Time  { return []time.Time{f.People.At} }
func ofPapers(f *UnitFacts) []time.Time  { return []time.Time{f.Papers.At} }
func ofStore(f *UnitFacts) []time.Time   { return []time.Time{f.Store.At} }
func ofStaff(f *UnitFacts) []time.Time   { return []time.Time{f.Staff.At} }
func ofMachine(f *UnitFacts) []time.Time { return []time.Time{f.Machine.At} }
func ofDuties(f *UnitFacts) []time.Time  { return []time.Time{f.Duties.At} }

// both looks at several groups.
func both(groups ...func(*UnitFacts) []time.Time) func(*UnitFacts) []time.Time {
	return func(f *UnitFacts) (at []time.Time) {
		for _, g := range groups {
			at = append(at, g(f)...)
		}
		return at
	}
}

// everyDoor asks something of each door; everyFaceDoor of each door where faces are meant to work.
func everyDoor(ok func(DoorFacts) bool) func(*UnitFacts) bool {
	return func(f *UnitFacts) bool {
		for _, d := range f.Doors {
			if !ok(d) {
				return false
			}
		}
		return true
	}
}

func everyFaceDoor(ok func(DoorFacts) bool) func(*UnitFacts) bool {
	return everyDoor(func(d DoorFacts) bool { return !d.Faces || ok(d) })
}

// within reports whether at lies no longer than d before now. Never is not within.
func within(now, at time.Time, d time.Duration) bool { return !at.IsZero() && now.Sub(at) <= d }
