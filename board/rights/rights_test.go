package rights

import (
	"os"
	"strings"
	"testing"
	"time"

	"menshen/internal/i18n/catalogue"
	"menshen/policy"
)

func sheet(lang string) Sheet {
	in := catalogue.In(lang)
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.FixedZone("CST", 8*3600))
	var recs []Decision
	for i := range 14 {
		d := policy.Decision{At: at.Add(-time.Duration(i) * 7 * time.Hour), Means: policy.ByCard, Grant: true,
			Reason: policy.ReasonCard}
		if i%5 == 2 {
			d.Means, d.Grant, d.Reason = policy.ByFace, false, policy.ReasonNotLive
			d.Trace = []policy.Check{{Rule: "card known", Pass: true}, {Rule: "alive", Detail: "0.41 of 0.70"}}
		}
		recs = append(recs, Decision{Seq: uint64(900 - i), Decision: d, Told: in.Say(d.Signal().Message())})
	}
	recs[1].Visit = &policy.Visit{Waited: 3400 * time.Millisecond, Retried: true}
	recs[2].Of = &policy.Attempt{CredentialID: "1", LastEntry: at.AddDate(0, 0, -1), Face: &policy.Face{Score: .71,
		Threshold: .5, Live: .41, LiveMin: .7, Frames: 5, FramesMin: 3},
		Person: &policy.Person{Until: at.AddDate(0, 1, 0), Groups: []string{"tenants"},
			Credentials: []policy.Credential{{ID: "1", Kind: policy.CardKind},
				{ID: "2", Kind: policy.PINKind, Revoked: true}},
			Face: policy.FaceConsent{State: policy.FaceEnrolled}}}
	return Sheet{Lang: in, At: at, Door: "Block 4, main entrance", Handler: "Example Homes",
		Contact: "+86 21 5555 0100", Page: Page{
			Person: policy.Person{ID: policy.PersonID{1, 2, 3}, Name: "Li <b>Mei</b>", Apartment: "1204", Lang: lang,
				From: at.AddDate(-1, 0, 0), Until: at.AddDate(1, 0, 0), Groups: []string{"tenants"},
				Credentials: []policy.Credential{{ID: "aa", Kind: policy.CardKind, Label: "grey fob", LastUsed: at,
					Clonable: true}, {ID: "bb", Kind: policy.PINKind, Label: "PIN", Revoked: true}},
				Face: policy.FaceConsent{State: policy.FaceEnrolled, At: at.AddDate(0, -1, 0), Minor: true,
					Guardian: "mother", CardRequired: true}},
			Stored: []Fact{{Name: "template", State: "3 of 512 numbers each, taken 2026-10-22 14:00"},
				{Name: "consent", State: "2026-10-22 14:00, to the notice in \"en\""}},
			Notice: "Face entry at Block 4: your choice\n\nYou do not need face entry.", Decisions: recs,
			Acts: []Done{{At: at, By: "anna", What: in.Say(Act("looked up", nil))}, {At: at, By: "the unit itself",
				What: in.Say(Act("face erased", map[string]string{"subject": "ff", "why": "withdrawn"}))}},
		}}
}

// TestRRightsSheet holds the page to its parts, in both languages, and to taking every word as
// words. MENSHEN_PAGES=DIR keeps the pages to look at.
func TestRRightsSheet(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"Li &lt;b&gt;Mei&lt;/b&gt;", "1204", "tenants", "mother", "grey fob (can be copied)<", ">PIN<",
			"(revoked)", "in use, only together with your card", "You do not need face entry.",
			"This does not look like a face", "alive 0.41 of 0.70", "signal: short and long, twice (tap a " +
				"card)", "no. 898", "your details were looked at", "your face was erased (why withdrawn)",
			"opened 3.4 seconds after the first sign of your visit; a try before was refused",
			"2027-11-22", "(14)", "kept beside it, so that it can be checked: lease none to 2026-12-22; access " +
				"groups tenants; a card, which was shown; a revoked PIN; face entry in use; " +
				"last let in 2026-11-21 14:00; " +
				"likeness 0.710, required 0.500; living 0.410, required 0.700; 5 of 3 frames"},
		"zh": {"Li &lt;b&gt;Mei&lt;/b&gt;", "1204", "未满十四周岁", "灰", "（已作废）", "使用中，须同时刷卡",
			"未能确认为真人", "信号：一短一长，两遍（请刷卡）", "编号 898；真人 0.41，要求 0.70", "查看您的信息",
			"销毁您的人脸数据", "(14)"},
	} {
		s := sheet(lang)
		if lang == "zh" {
			s.Person.Credentials[0].Label = "灰色扣"
		}
		page, err := s.HTML()
		if err != nil {
			t.Fatal(err)
		}
		if dir := os.Getenv("MENSHEN_PAGES"); dir != "" {
			if err := os.WriteFile(dir+"/rights-"+lang+".html", []byte(page), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("in %s it has no %q", lang, w)
			}
		}
		for _, bad := range []string{"<script", "http://", "https://", "src=", "url(", "<b>Mei", "were told",
			"(private)", "ff)"} {
			if strings.Contains(page, bad) {
				t.Errorf("in %s it has %q", lang, bad)
			}
		}
	}
}

func TestActOfLaterVersionStaysAsItIs(t *testing.T) {
	if got := catalogue.In("zh").Say(Act("something new",
		map[string]string{"b": "2", "a": "1"})); got != "something new (a 1, b 2)" {
		t.Errorf("it reads %q", got)
	}
}
