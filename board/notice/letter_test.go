package notice

import (
	"errors"
	"strings"
	"testing"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
)

var shanghai = time.FixedZone("CST", 8*3600)

// leak is an incident that is complete.
func leak() Incident {
	return Incident{Number: "4711", Handler: "Example Homes", Contact: "+86 21 5555 0100", Place: "building entrance",
		Written: time.Date(2026, 11, 22, 15, 0, 0, 0, shanghai),
		Noticed: time.Date(2026, 11, 22, 14, 5, 0, 0, shanghai), People: 137,
		Kinds: []Kind{KindPeople, KindFaces}, What: Words{EN: "A backup and its key were lost.",
			ZH: "备份及其密钥遗失。"},
		Effect: Words{EN: "Somebody could look like you to a camera elsewhere.", ZH: "他人可能在别处冒充您。"},
		Taken:  Words{EN: "All keys were rotated."}}
}

// TestRIncidentLettersSayEachThing holds both letters, in both languages, to PIPL 57: kinds, cause,
// harm, measures taken, what those affected can do, contact; and to the authority also how many and
// since when.
func TestRIncidentLettersSayEachThing(t *testing.T) {
	i := leak()
	for lang, want := range map[string][]string{
		"en": {"A backup and its key were lost.", "names, apartments", "templates", "elsewhere",
			"All keys were rotated.", "22 November 2026 14:05 (UTC+08:00)", "incident 4711"},
		"zh": {"备份及其密钥遗失。", "姓名、房号", "特征模板", "冒充", "All keys were rotated.",
			"2026年11月22日 14:05 (UTC+08:00)", "事件编号 4711"},
	} {
		people, err := LetterPeople(catalogue.In(lang), i)
		if err != nil {
			t.Fatal(err)
		}
		authority, err := LetterAuthority(catalogue.In(lang), i)
		if err != nil {
			t.Fatal(err)
		}
		for who, l := range map[string]Letter{"people": people, "authority": authority} {
			for _, w := range append(want, i.Handler, i.Contact) {
				if !strings.Contains(l.Text, w) {
					t.Errorf("to the %s in %s: does not say %q", who, lang, w)
				}
			}
			if words(shown(t, l.HTML)) != words(l.Text) {
				t.Errorf("to the %s in %s: page and text differ:\n%s\n%s", who, lang, shown(t, l.HTML), l.Text)
			}
			selfContained(t, l.HTML)
		}
		if !strings.Contains(authority.Text, "137") || strings.Contains(people.Text, "137") {
			t.Errorf("in %s: how many are concerned is for the authority", lang)
		}
		if face := (map[string]string{"en": "have it destroyed",
			"zh": "要求销毁"}[lang]); !strings.Contains(people.Text, face) {
			t.Errorf("in %s: nothing is said of destroying the face", lang)
		}
	}
	i.Kinds = []Kind{KindEntries}
	if l, err := LetterPeople(i18n.English, i); err != nil || strings.Contains(l.Text, "template") {
		t.Errorf("faces are spoken of where none were concerned: %v\n%s", err, l.Text)
	}
}

// TestRIncidentClock: more than 100,000 people give 8 hours; fewer are told at once.
func TestRIncidentClock(t *testing.T) {
	i := leak()
	if i.People = policy.FilingAt; !i.Due().Equal(i.Noticed) {
		t.Errorf("%d people: due %v", i.People, i.Due())
	}
	if i.People++; !i.Due().Equal(i.Noticed.Add(8 * time.Hour)) {
		t.Errorf("%d people: due %v", i.People, i.Due())
	}
	if l, err := LetterAuthority(catalogue.In("zh"), i); err != nil || !strings.Contains(l.Text,
		"2026年11月22日 22:05") {
		t.Errorf("the report does not say by when: %v\n%s", err, l.Text)
	}
}

func TestRIncidentLetterNamesWhatIsMissing(t *testing.T) {
	if _, err := LetterPeople(i18n.English, Incident{Handler: "Example Homes"}); !errors.Is(err, ErrIncomplete) ||
		!strings.Contains(err.Error(), "contact") || !strings.Contains(err.Error(), "measures taken") ||
		strings.Contains(err.Error(), "handler") {
		t.Errorf("an empty letter: %v", err)
	}
	i := leak()
	if i.Kinds = append(i.Kinds, "x"); i.check() == nil {
		t.Error("a kind without words was taken")
	}
	i = leak()
	i.What.EN = "<script>alert(1)</script>\n\n  - a list\nA  table"
	l, err := LetterPeople(i18n.English, i)
	if err != nil {
		t.Fatal(err)
	}
	selfContained(t, l.HTML)
	if strings.Contains(l.HTML, "<li>") || !strings.Contains(shown(t, l.HTML),
		"<script>alert(1)</script> - a list A table") {
		t.Errorf("what staff wrote changed the letter's build:\n%s", l.HTML)
	}
}
