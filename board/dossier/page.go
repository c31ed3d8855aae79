package dossier

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"menshen/board/notice"
	"menshen/policy"
	"menshen/store/audit"
)

var (
	//go:embed dossier.html
	pageText string
	//go:embed dossier.css
	pageCSS string
)

// Page writes the dossier's page, which Seal signs.
func Page(d *Data) ([]byte, error) {
	t, err := template.New("dossier").Funcs(template.FuncMap{
		"t":         func(zh, en string) template.HTML { return both(Words{en, zh}) },
		"w":         both,
		"stamp":     d.stamp,
		"hex8":      func(b [32]byte) string { return fmt.Sprintf("%x", b[:4]) },
		"why":       func(s string) template.HTML { return both(known(whyWords, s)) },
		"what":      func(s string) template.HTML { return both(known(whatWords, s)) },
		"act":       func(s audit.Kind) template.HTML { return both(known(actWords, s)) },
		"paper":     func(s string) template.HTML { return both(known(paperWords, s)) },
		"state":     func(s policy.RuleState) template.HTML { return both(stateWords[s]) },
		"basis":     func(s string) template.HTML { return both(known(basisWords, s)) },
		"challenge": func(s string) template.HTML { return both(known(challengeWords, s)) },
		"photos":    func() template.HTML { return both(Words{notice.Photos.EN, notice.Photos.ZH}) },
		"n":         thousands,
		"percent":   func(v float64) string { return fmt.Sprintf("%.1f%%", 100*v) },
		"whole":     func(v float64) string { return fmt.Sprintf("%.0f", math.Floor(v+1e-6)) },
		"size":      func(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) },
	}).Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("reading the dossier's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view{Data: d, CSS: template.CSS(pageCSS)}); err != nil {
		return nil, fmt.Errorf("writing the dossier: %w", err)
	}
	return b.Bytes(), nil
}

// both is a wording in both languages; the switch at the top of the page shows one of them.
func both(w Words) template.HTML {
	if w.EN == w.ZH {
		return template.HTML(template.HTMLEscapeString(w.EN))
	}
	return template.HTML(`<span lang="zh">` + template.HTMLEscapeString(w.ZH) + `</span><span lang="en">` + template.HTMLEscapeString(w.EN) + `</span>`)
}

// thousands writes a whole number with commas.
func thousands(v any) string {
	s := fmt.Sprint(v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// view is the data as the template sees it.
type view struct {
	*Data
	CSS template.CSS
}

func (v view) FaceChart() template.HTML { return v.faceChart() }
func (v view) AgeChart() template.HTML  { return v.ageChart() }
func (v view) FilingAt() int            { return policy.FilingAt }
func (v view) Kept() int                { return v.Count(policy.Kept) }
func (v view) Due() int                 { return v.Count(policy.Due) }
func (v view) Broken() int              { return v.Count(policy.Broken) }

// In is how many people stand so with face entry.
func (v view) In(state string) int { return v.Faces.States[state] }

// Last is when something was last erased.
func (v view) Last() time.Time {
	if len(v.Receipts) == 0 {
		return time.Time{}
	}
	return v.Receipts[len(v.Receipts)-1].At
}

// Open are the rules that are not kept, the broken ones first.
func (v view) Open() (open []Rule) {
	for _, s := range []policy.RuleState{policy.Broken, policy.Due} {
		for _, r := range v.Rules {
			if r.State == s {
				open = append(open, r)
			}
		}
	}
	return open
}

// Sources are the laws with their names.
func (v view) Sources() (all []Source) {
	for _, s := range policy.Sources {
		all = append(all, Source{s.Short, Words{s.Name, s.Chinese}})
	}
	return all
}

// Source is a law and the short name that the rules use.
type Source struct {
	Short string
	Name  Words
}

// known is a word of the unit's own vocabulary in both languages; one that this version does not know stays as it is.
func known[K ~string](all map[K]Words, s K) Words {
	if w, ok := all[s]; ok {
		return w
	}
	w := strings.TrimSpace(string(s))
	return Words{w, w}
}

var stateWords = map[policy.RuleState]Words{
	policy.Kept: {"kept", "符合"}, policy.Due: {"to be done", "待办"}, policy.Broken: {"broken", "不符合"},
}

var whatWords = map[string]Words{"face": {"face", "人脸"}, "person": {"person, with all that was stored", "人员及其全部信息"}}

var whyWords = map[string]Words{
	"lease end": {"lease ended", "租约结束"}, "own request": {"own request", "本人要求"}, "mistake": {"entered by mistake", "误录"},
	"withdrawn by the person": {"withdrawn by the person", "本人撤回"}, "refused": {"refused", "本人拒绝"},
	"withdrawn at the door":                      {"withdrawn at the door, with their own card", "本人在门口刷卡撤回"},
	"no credential left beside the face (R-ALT)": {"no other way in was left (R-ALT)", "已无其他进门方式（R-ALT）"},
}

var basisWords = map[string]Words{"measured": {"measured", "实测"}, "extrapolated": {"extrapolated from what was measured", "由实测外推"},
	"at limit": {"more was asked for than anything measured can promise", "要求超出实测所能保证"}}

var challengeWords = map[string]Words{"never": {"never", "从不"}, "in doubt": {"in doubt", "存疑时"}, "always": {"always", "每次"}}

var paperWords = map[string]Words{
	"assessment": {"impact assessment", "影响评估"}, "sign": {"sign at the camera seen", "查看摄像头旁标志"}, "incident": {"incident", "事件"},
	"filing": {"filing", "备案"}, "commissioning": {"commissioning report", "安装验收报告"}, "request": {"request of a person", "个人请求"},
}

// acts are the acts on personal data that are counted, in the order of a life here.
var acts = []struct {
	kind  audit.Kind
	words Words
}{
	{audit.PersonAdded, Words{"people added", "登记人员"}},
	{audit.PersonCorrected, Words{"details changed", "更改信息"}},
	{audit.ConsentGiven, Words{"consents given", "同意"}},
	{audit.FaceRefused, Words{"refusals", "拒绝"}},
	{audit.ConsentWithdrawn, Words{"consents taken back before enrolment", "录入前撤回同意"}},
	{audit.FaceEnrolled, Words{"faces taken", "录入人脸"}},
	{audit.FaceErased, Words{"faces destroyed", "销毁人脸"}},
	{audit.PersonRemoved, Words{"people erased", "删除人员"}},
	{audit.LookedUp, Words{"looks at one person", "查看个人信息"}},
	{audit.PeopleListed, Words{"looks at a list of people", "查看人员列表"}},
	{audit.DecisionsLookedUp, Words{"looks at decisions about somebody", "查看与某人有关的判定"}},
	{audit.OwnPageShown, Words{"own pages shown", "显示本人页面"}},
	{audit.OwnPageCopied, Words{"copies made for their owner", "为本人制作副本"}},
	{audit.BackupMade, Words{"backups made", "备份"}},
	{audit.LogExported, Words{"audit log exported", "导出审计记录"}},
	{audit.AimingBegun, Words{"camera aimed by staff", "工作人员调整摄像头"}},
	{audit.DossierMade, Words{"dossiers made", "制作卷宗"}},
}

// actWords are their words, and actOrder their order.
var actWords, actOrder = func() (map[audit.Kind]Words, []audit.Kind) {
	words, order := map[audit.Kind]Words{}, []audit.Kind{}
	for _, a := range acts {
		words[a.kind], order = a.words, append(order, a.kind)
	}
	return words, order
}()
