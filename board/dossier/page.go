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
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
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
		"t":         sentence,
		"words":     words,
		"both":      both,
		"num":       func(v any) template.HTML { return within(`<span class="num">`, v, `</span>`) },
		"bold":      func(v any) template.HTML { return within(`<b class="num">`, v, `</b>`) },
		"code":      func(v any) template.HTML { return within("<code>", v, "</code>") },
		"stamp":     d.stamp,
		"hex8":      func(b [32]byte) string { return fmt.Sprintf("%x", b[:4]) },
		"why":       func(s string) template.HTML { return both(known(whyWords, s)) },
		"what":      func(s string) template.HTML { return both(known(whatWords, s)) },
		"act":       func(s audit.Kind) template.HTML { return both(known(actWords, s)) },
		"paper":     func(s string) template.HTML { return both(known(paperWords, s)) },
		"state":     func(s policy.RuleState) template.HTML { return both(stateWords[s]) },
		"word":      func(s policy.Means) template.HTML { return both(i18n.Word(string(s))) },
		"verdict":   func(s policy.Verdict) template.HTML { return both(s.Message()) },
		"basis":     func(s string) i18n.Message { return known(basisWords, s) },
		"challenge": func(s string) i18n.Message { return known(challengeWords, s) },
		"photos":    func() template.HTML { return both(notice.Photos) },
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

// words is a wording in both languages; the switch at the top of the page shows one of them.
func words(w catalogue.Words) template.HTML {
	if w.EN == w.ZH {
		return within("", w.EN, "")
	}
	return within(`<span lang="zh">`, w.ZH, `</span>`) + within(`<span lang="en">`, w.EN, `</span>`)
}

func both(m i18n.Message) template.HTML { return words(catalogue.Both(m)) }

// within is a value within a tag, escaped unless it is HTML.
func within(begin string, v any, end string) template.HTML {
	text, ready := v.(template.HTML)
	if !ready {
		text = template.HTML(template.HTMLEscaper(v))
	}
	return template.HTML(begin) + text + template.HTML(end)
}

// sentence is a message of the template in both languages. Its figures may be HTML, and stand in it
// by %s; messages by %v.
func sentence(id, english string, figures ...any) template.HTML {
	var marks []any
	var inPlace []string // a mark, which escaping leaves as it is, and the figure for it
	for i, f := range figures {
		if m, ok := f.(i18n.Message); ok {
			marks = append(marks, m)
			continue
		}
		mark := fmt.Sprintf("\x01%d\x01", i)
		marks, inPlace = append(marks, mark), append(inPlace, mark, string(within("", f, "")))
	}
	text := string(both(i18n.InTemplate(id, english, marks...)))
	return template.HTML(strings.NewReplacer(inPlace...).Replace(text))
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
func (v view) WaitChart() template.HTML { return v.waitChart() }
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

// BrokenIDs are the rules that are broken.
func (v view) BrokenIDs() string {
	var ids []string
	for _, r := range v.Rules {
		if r.State == policy.Broken {
			ids = append(ids, string(r.ID))
		}
	}
	return strings.Join(ids, " ")
}

// Sources are the laws with their names.
func (v view) Sources() []policy.Source { return policy.Sources }

// known is what a word of the unit's own vocabulary says here; one that this version does not know
// stays as it is.
func known[K ~string](all map[K]i18n.Message, s K) i18n.Message {
	if m, ok := all[s]; ok {
		return m
	}
	return i18n.Verbatim(strings.TrimSpace(string(s)))
}

var stateWords = map[policy.RuleState]i18n.Message{
	policy.Kept:   i18n.M("dossier.kept", "kept"),
	policy.Due:    i18n.M("dossier.due", "to be done"),
	policy.Broken: i18n.M("dossier.broken", "broken"),
}

var whatWords = map[string]i18n.Message{
	"face":   i18n.M("dossier.face", "face"),
	"person": i18n.M("dossier.person", "person, with all that was stored"),
}

var whyWords = map[string]i18n.Message{
	"lease end":               i18n.M("dossier.lease-ended", "lease ended"),
	"own request":             i18n.M("dossier.own-request", "own request"),
	"mistake":                 i18n.M("dossier.mistake", "entered by mistake"),
	"withdrawn by the person": i18n.M("dossier.withdrawn-by-person", "withdrawn by the person"),
	"refused":                 i18n.M("dossier.refused", "refused"),
	"withdrawn at the door":   i18n.M("dossier.withdrawn-at-door", "withdrawn at the door, with their own card"),
	"no credential left beside the face (R-ALT)": i18n.M("dossier.no-other-way", "no other way in was left (R-ALT)"),
}

var basisWords = map[string]i18n.Message{
	"measured":     i18n.M("dossier.measured", "measured"),
	"extrapolated": i18n.M("dossier.extrapolated", "extrapolated from what was measured"),
	"at limit":     i18n.M("dossier.at-limit", "more was asked for than anything measured can promise"),
}

var challengeWords = map[string]i18n.Message{
	"never":    i18n.M("dossier.never", "never"),
	"in doubt": i18n.M("dossier.in-doubt", "in doubt"),
	"always":   i18n.M("dossier.always", "always"),
}

var paperWords = map[string]i18n.Message{
	"assessment":    i18n.M("dossier.assessment", "impact assessment"),
	"sign":          i18n.M("dossier.sign-seen", "sign at the camera seen"),
	"incident":      i18n.M("dossier.incident", "incident"),
	"filing":        i18n.M("dossier.filing", "filing"),
	"commissioning": i18n.M("dossier.commissioning", "commissioning report"),
	"request":       i18n.M("dossier.request", "request of a person"),
}

// acts are the acts on personal data that are counted, in the order of a life here.
var acts = []struct {
	kind audit.Kind
	says i18n.Message
}{
	{audit.PersonAdded, i18n.M("dossier.people-added", "people added")},
	{audit.PersonCorrected, i18n.M("dossier.details-changed", "details changed")},
	{audit.ConsentGiven, i18n.M("dossier.consents-given", "consents given")},
	{audit.FaceRefused, i18n.M("dossier.refusals", "refusals")},
	{audit.ConsentWithdrawn, i18n.M("dossier.consents-withdrawn", "consents withdrawn before enrolment")},
	{audit.FaceEnrolled, i18n.M("dossier.faces-enrolled", "faces enrolled")},
	{audit.FaceErased, i18n.M("dossier.faces-erased", "faces erased")},
	{audit.CardFaceRefused, i18n.M("dossier.card-faces-refused", "faces on cards that did not open")},
	{audit.CardFaceWiped, i18n.M("dossier.card-faces-wiped", "faces on cards overwritten")},
	{audit.OccasionAdded, i18n.M("dossier.occasions-added", "faces taken once more")},
	{audit.OccasionRefused, i18n.M("dossier.occasions-refused", "faces at the door not added to their owner's")},
	{audit.LearningAgreed, i18n.M("dossier.learning-agreed", "consents to learning from visits")},
	{audit.LearningEnded, i18n.M("dossier.learning-ended", "consents to learning ended, nothing learnt")},
	{audit.LearntErased, i18n.M("dossier.learnt-erased", "consents to learning ended, what was learnt erased")},
	{audit.PersonRemoved, i18n.M("dossier.people-erased", "people erased")},
	{audit.LookedUp, i18n.M("dossier.person-looked-up", "looks at one person")},
	{audit.PeopleListed, i18n.M("dossier.people-listed", "looks at a list of people")},
	{audit.DecisionsLookedUp, i18n.M("dossier.decisions-looked-up", "looks at decisions about a person")},
	{audit.OwnPageShown, i18n.M("dossier.pages-shown", "own pages shown")},
	{audit.OwnPageCopied, i18n.M("dossier.pages-copied", "copies made for their owner")},
	{audit.BackupMade, i18n.M("dossier.backups-made", "backups made")},
	{audit.LogExported, i18n.M("dossier.log-exported", "audit log exported")},
	{audit.PeopleImported, i18n.M("dossier.people-imported", "lists of people imported")},
	{audit.ImportUndone, i18n.M("dossier.imports-undone", "imports undone")},
	{audit.ListExported, i18n.M("dossier.lists-exported", "lists exported")},
	{audit.FileCarriedOut, i18n.M("dossier.files-carried-out", "files carried out on a USB stick")},
	{audit.FileBroughtIn, i18n.M("dossier.files-brought-in", "files brought in on a USB stick")},
	{audit.AimingBegun, i18n.M("dossier.camera-aimed", "camera aimed by staff")},
	{audit.DossierMade, i18n.M("dossier.dossiers-made", "dossiers made")},
}

// actWords are what they say, and actOrder their order.
var actWords, actOrder = func() (map[audit.Kind]i18n.Message, []audit.Kind) {
	says, order := map[audit.Kind]i18n.Message{}, []audit.Kind{}
	for _, a := range acts {
		says[a.kind], order = a.says, append(order, a.kind)
	}
	return says, order
}()
