package lists_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"menshen/board/lists"
	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
)

var (
	zone, _ = time.LoadLocation("Asia/Shanghai")
	now     = time.Date(2026, 11, 28, 12, 0, 0, 0, zone)
	chinese = catalogue.In("zh")
	numbers = lists.Numbers{Wiegand: []wiegand.Format{wiegand.H10301}, UID: true}
	options = lists.Options{Zone: zone, Languages: []string{"en", "zh"}, Numbers: numbers}
)

func read(t *testing.T, text string) *lists.List {
	t.Helper()
	l, err := lists.Read(strings.NewReader(text), options)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// wrongs are the reasons of a row as one text.
func wrongs(ms []i18n.Message) string {
	var all []string
	for _, m := range ms {
		all = append(all, m.String())
	}
	return strings.Join(all, "; ")
}

// TestRead: the same list in each form that spreadsheets write.
func TestRead(t *testing.T) {
	const english = "name,apartment,lease ends,access groups,language,cards\n" +
		"Li Na,1204,2027-01-31,\"residents, staff\",zh,12:3456\n"
	const inChinese = "姓名\t房间\t租期结束\t门禁组\t语言\t卡号\r\n" +
		"李娜\t1204\t2027年1月31日\tresidents、staff\t中文\t12-3456\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(inChinese)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"commas": english,
		"a BOM":  "\ufeff" + english,
		"semicolons": "Resident;Flat;Last day;Groups;Lang;Fobs\r\n" +
			" Li Na ;1204;2027/1/31;staff residents;ZH;12,3456\r\n",
		"tabs, zh": inChinese,
		"GB18030":  gb,
		"another order": "cards,apartment,name,language,access groups,lease ends,note\n" +
			"12/3456;012:03456,1204,Li Na,中文,\"staff,residents\",2027.01.31 00:00,=cmd()\n\n , ,,\n",
	} {
		l := read(t, text)
		if len(l.Rows) != 1 {
			t.Errorf("%s: %d rows", what, len(l.Rows))
			continue
		}
		r := l.Rows[0]
		if len(r.Wrong) > 0 || r.Line != 2 || r.Name != "Li Na" && r.Name != "李娜" || r.Apartment != "1204" ||
			!r.Until.At.Equal(time.Date(2027, 1, 31, 0, 0, 0, 0, zone)) ||
			fmt.Sprint(r.Groups) != "[residents staff]" ||
			r.Lang != "zh" || r.Cards[0].Facility != 12 || r.Cards[0].Number != 3456 || r.From.Given {
			t.Errorf("%s: %+v, name %q, %s", what, r, r.Name.Reveal(), wrongs(r.Wrong))
		}
		if (l.Encoding == "GB18030") != (what == "GB18030") {
			t.Errorf("%s was read as %s", what, l.Encoding)
		}
	}
}

// TestVectors: every later version reads these files.
func TestVectors(t *testing.T) {
	for name, want := range map[string]string{
		"people-1.csv": "2 Li Na 1204 2026-12-01 2027-01-31 [residents staff] en 1; 3 =Wu  none none [] zh 1",
		"people-1-gb18030.csv": "2 李娜 1204 2026-12-01 2027-01-31 [residents staff] zh 2; " +
			"3 王 1205 none none []  0",
	} {
		f, err := os.Open("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		l, err := lists.Read(f, options)
		if f.Close(); err != nil {
			t.Fatal(name, err)
		}
		day := func(d lists.Day) string {
			if d.Given && d.At.IsZero() {
				return "none"
			}
			return d.At.Format(time.DateOnly)
		}
		var rows []string
		for _, r := range l.Rows {
			if len(r.Wrong) > 0 {
				t.Errorf("%s: line %d: %s", name, r.Line, wrongs(r.Wrong))
			}
			rows = append(rows, fmt.Sprintf("%d %s %s %s %s %v %s %d", r.Line, r.Name.Reveal(), r.Apartment.Reveal(),
				day(r.From), day(r.Until), r.Groups, r.Lang, len(r.Cards)))
		}
		if got := strings.Join(rows, "; "); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestRConsentNoColumnOfFaces: a list can bring neither a face nor a consent, whatever its heading
// is called.
func TestRConsentNoColumnOfFaces(t *testing.T) {
	for _, heading := range []string{"face", "Face photo", "consent", "biometric template", "人脸", "照片",
		"是否同意人脸"} {
		_, err := lists.Read(strings.NewReader("name,"+heading+"\nLi,yes\n"), options)
		if !errors.Is(err, lists.ErrNeverRead) {
			t.Errorf("%q: %v", heading, err)
		}
	}
	for _, heading := range []string{"surface", "面积"} {
		if l := read(t, "name,"+heading+"\nLi,80\n"); len(l.Unread) != 1 || len(l.Rows) != 1 {
			t.Errorf("%q: %+v", heading, l)
		}
	}
}

// TestReadRefusesAFile: the error says what to do, and never quotes the file.
func TestReadRefusesAFile(t *testing.T) {
	many := "name\n" + strings.Repeat("Li Na\n", lists.MaxRows+1)
	for want, text := range map[error]string{
		lists.ErrHeadings: "Li Na,1204\nWu,1205\n",
		lists.ErrTwice:    "name,resident\nLi,Na\n",
		lists.ErrNotCSV:   "name\n\"Li Na\n",
		lists.ErrEncoding: "name\nLi \xff\xff\xff Na\n",
		lists.ErrTooLarge: "name\n" + strings.Repeat("x", lists.MaxBytes),
		lists.ErrTooMany:  many,
	} {
		_, err := lists.Read(strings.NewReader(text), options)
		var e *i18n.Error
		if !errors.Is(err, want) || !errors.As(err, &e) || e.Remedy.IsZero() || strings.Contains(err.Error(), "Na") {
			t.Errorf("%v: %v", want, err)
		}
	}
	for _, binary := range []string{"PK\x03\x04workbook", "\xff\xfen\x00a\x00", "name\n\x00"} {
		if _, err := lists.Read(strings.NewReader(binary), options); !errors.Is(err, lists.ErrNotCSV) {
			t.Errorf("%q: %v", binary, err)
		}
	}
}

// TestReadRefusesALine: the others stay whole, and no reason repeats a card's number.
func TestReadRefusesALine(t *testing.T) {
	for cells, want := range map[string]string{
		",1204,,,,":                            "no name",
		"Li,1204,31.1.2027,,,":                 "lease ends: write it like",
		"Li,1204,2027-02-30,,,":                "lease ends: write it like",
		"Li,1204,,,klingon,":                   "language: it is one of en, zh",
		"Li,1204,,,,12:3456;1.2E+09":           "card 2: the spreadsheet has rounded",
		"Li,1204,,,,999:8765":                  "card 1: no reader of this door",
		"Li,1204,,,,8765":                      "card 1: no reader of this door",
		"Li,1204,,,,08A1B2C3":                  "card 1: no reader of this door",
		"Li,1204,,,,12345678":                  "card 1: the number can mean several cards",
		"Li,1204,,,,,7":                        "more cells than",
		"Li\x07,1204,,,,":                      "name: it has characters",
		strings.Repeat("李", 201) + ",1204,,,,": "name: it has more than 200",
	} {
		l := read(t, "name,apartment,lease ends,access groups,language,cards\n"+cells+"\nWu,1205,,,,\n")
		if got := wrongs(l.Rows[0].Wrong); !strings.Contains(got, want) || strings.Contains(got, "765") {
			t.Errorf("%q: %q", cells, got)
		}
		if len(l.Rows) != 2 || len(l.Rows[1].Wrong) > 0 {
			t.Errorf("%q: another line was lost", cells)
		}
	}
}

// TestNumbers: what is printed on a card becomes what the reader sends.
func TestNumbers(t *testing.T) {
	all := lists.Numbers{Wiegand: []wiegand.Format{wiegand.H10301, wiegand.H10302}, UID: true, EM4100: true, Hex: true,
		Decimal: true}
	wire := func(f wiegand.Format, facility, number uint64) hal.Card { return f.Card(f.Encode(facility, number)) }
	fob := []byte{0x0a, 0x00, 0x12, 0x34, 0xff}
	for _, c := range []struct {
		n    lists.Numbers
		text string
		want hal.Card
	}{
		{numbers, "12:3456", wire(wiegand.H10301, 12, 3456)},
		{numbers, "188,24910", wire(wiegand.H10301, 188, 24910)},
		{numbers, "0012345678", wire(wiegand.H10301, 188, 24910)},
		{lists.Numbers{Wiegand: []wiegand.Format{wiegand.H10302}}, "3456", wire(wiegand.H10302, 0, 3456)},
		{all, "H10302 3456", wire(wiegand.H10302, 0, 3456)},
		{all, "h10301:12:3456", wire(wiegand.H10301, 12, 3456)},
		{numbers, "04A1B2C3", hal.Card{Bits: 32, Raw: []byte{4, 0xa1, 0xb2, 0xc3}}},
		{numbers, "04:a1:b2:c3:d4:e5:f6", hal.Card{Bits: 56, Raw: []byte{4, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6}}},
		{all, "uid 04 A1 B2 C3", hal.Card{Bits: 32, Raw: []byte{4, 0xa1, 0xb2, 0xc3}}},
		{lists.Numbers{EM4100: true}, "0a001234ff", hal.Card{Bits: 40, Raw: fob}},
		{lists.Numbers{EM4100: true}, "0A001234FFD3", hal.Card{Bits: 40, Raw: fob}},
		{lists.Numbers{Hex: true}, "beef", hal.Card{Bits: 16, Raw: []byte{0xbe, 0xef}}},
		{all, "decimal 258", hal.Card{Bits: 64, Raw: []byte{0, 0, 0, 0, 0, 0, 1, 2}}},
	} {
		got, err := c.n.Card(c.text)
		if err != nil || !bytes.Equal(got.Credential(), c.want.Credential()) || !got.Clonable {
			t.Errorf("%q: %x, %v", c.text, got.Raw, err)
		}
	}
	for text, want := range map[string]error{"3456": lists.ErrSeveral, "1.23457E+09": lists.ErrRounded,
		"": lists.ErrNumber, "H10301": lists.ErrNumber, "0A001234FF00": lists.ErrSeveral} {
		if text == "0A001234FF00" { // its check digits are wrong, so it is no fob
			want = nil
		}
		if _, err := all.Card(text); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := (lists.Numbers{}).Card("12:3456"); !errors.Is(err, lists.ErrNoNumbers) {
		t.Error(err)
	}
	for _, n := range []lists.Numbers{numbers, {EM4100: true}, {Hex: true}, {Decimal: true}, {UID: true},
		{Wiegand: []wiegand.Format{wiegand.H10302}}} {
		if _, err := n.Card(n.Example()); err != nil {
			t.Errorf("the example %q: %v", n.Example(), err)
		}
	}
}

// here is a house with four people, one of them with a card of number 1 and a revoked one of 2.
func here() lists.Here {
	shutOut := func(policy.Person) bool { return false }
	return lists.Here{Now: now, Zone: zone, Lang: "en", NeverIn: shutOut, People: []policy.Person{
		{ID: policy.PersonID{1}, Name: "Li Na", Apartment: "1204", Lang: "zh", Groups: []string{"staff", "residents"},
			Until: time.Date(2027, 2, 1, 0, 0, 0, 0, zone)},
		{ID: policy.PersonID{2}, Name: "Wu", Apartment: "1205", Lang: "en"},
		{ID: policy.PersonID{3}, Name: "Wang", Apartment: "7", Lang: "en"},
		{ID: policy.PersonID{4}, Name: "Wang", Apartment: "7", Lang: "en"},
	}, Holder: func(c hal.Card) (policy.PersonID, bool, bool, error) {
		return policy.PersonID{1}, c.Number == 2, c.Number <= 2, nil
	}, Groups: func(groups, _ []string) error {
		for _, g := range groups {
			if g != "staff" && g != "residents" {
				return i18n.E("test.group", "no group %q", g)
			}
		}
		return nil
	}}
}

// TestPlan: each verdict with its reason.
func TestPlan(t *testing.T) {
	const head = "handle,name,apartment,lease from,lease ends,access groups,language,cards\n"
	for rows, want := range map[string]string{
		",Anna,1,2026-12-01,2027-01-31,residents,zh,12:9": "added",
		",li  na,1204,,2027-01-31,\"residents,staff\",,":  "same",
		",Li Na,1204,,2027-06-30,,,":                      "changed: lease ends 2027-01-31 → 2027-06-30",
		",Li Na,1204,,none,none,en,": "changed: lease ends 2027-01-31 → ; access groups staff, residents → ; " +
			"language zh → en",
		"01000000,Li Naa,1301,,,,,":        "changed: name Li Na → Li Naa; apartment 1204 → 1301",
		",Li Na,1204,,,,,12:1":             "same",
		",Li Na,1204,,,,,12:9":             "changed; 1 card",
		",Wu,1205,,,,,12:1":                "refused: card 1: it belongs to another person",
		",Li Na,1204,,,,,12:2":             "refused: card 1: it was revoked; give it again with 'card'",
		",Anna,1,,2026-11-27,,,":           "refused: the lease has already ended",
		",Anna,1,,2026-11-28,,,":           "added",
		",Anna,1,2027-02-01,2027-01-31,,,": "refused: the lease ends before it begins",
		",Anna,1,,,gardners,,":             `refused: no group "gardners"`,
		",Wang,7,,,,,":                     "refused: 2 people fit: write the handle of one of them",
		"09000000,Wang,7,,,,,":             "refused: no person has this handle",
		",Li Na,,,,,,": "refused: " +
			"a person of this name is here already: write the apartment or the handle",
		",Li Na,9,,,,,": "added: " +
			"a person of this name is here already, elsewhere: for a move write their handle",
		",Anna,1,,,,,\n,Anna,1,,,,,":             "added\ndoubled: it is the same as line 2",
		",Anna,1,,,,,\n,anna,1,,,,zh,":           "added\nrefused: line 2 has this person already, with other values",
		",Anna,1,,,,,12:9;12:9\n,Ben,2,,,,,12:9": "added; 1 card\nrefused: card 1: line 2 has it already",
		",Example: delete this line,1,,,,,":      "refused: it is the example of the template: delete it",
		",示例：请删除此行,1,,,,,":                       "refused: it is the example of the template: delete it",
	} {
		plan, err := read(t, head+rows+"\n").Plan(here())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range plan.Lines {
			s := string(l.Does)
			if len(l.Why) > 0 {
				s += ": " + wrongs(l.Why)
			}
			var changes []string
			for _, c := range l.Changes {
				changes = append(changes, fmt.Sprintf("%s %s → %s", c.Of.Heading(), c.Was.Reveal(), c.Is.Reveal()))
			}
			if l.Does == lists.Changes && len(changes) > 0 {
				s += ": " + strings.Join(changes, "; ")
			}
			if len(l.Cards) > 0 && l.Does != lists.Refused && !strings.HasPrefix(want, "added: ") && want != "added" {
				s += fmt.Sprintf("; %d card", len(l.Cards))
			}
			got = append(got, s)
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%q:\n%s\nwant\n%s", rows, strings.Join(got, "\n"), want)
		}
	}
}

// TestPlanMakesThePerson: the end of a lease is after its last day, and nothing else of a person
// changes.
func TestPlanMakesThePerson(t *testing.T) {
	h := here()
	h.People[0].Blocked, h.People[0].Face = true, policy.FaceConsent{State: policy.FaceRefused, Minor: true}
	plan, err := read(t, "name,apartment,lease ends\nLi Na,1204,2027-06-30\nAnna,1,2027-06-30\n").Plan(h)
	if err != nil || plan.Count(lists.Changes) != 1 || plan.Count(lists.Adds) != 1 || len(plan.Acts()) != 2 {
		t.Fatalf("%+v, %v", plan, err)
	}
	end := time.Date(2027, 7, 1, 0, 0, 0, 0, zone)
	li, anna := plan.Lines[0].Is, plan.Lines[1].Is
	if !li.Until.Equal(end) || !li.Blocked || !reflect.DeepEqual(li.Face, h.People[0].Face) || li.ID != h.People[0].ID {
		t.Errorf("%+v", li)
	}
	if !anna.Until.Equal(end) || !anna.ID.IsZero() || anna.Lang != "en" ||
		!reflect.DeepEqual(anna.Face, policy.FaceConsent{}) {
		t.Errorf("%+v", anna)
	}
}

// TestWhatIsWrittenIsRead: an export of people says nothing new when it is imported, in each
// language, whatever their names are.
func TestWhatIsWrittenIsRead(t *testing.T) {
	h := here()
	for i, odd := range []policy.Private{"=1+1", "@SUM(A1)", "+44 20", "-", "'quoted'", "'=x", `say "hi", twice`,
		"<b>bold</b>", "a;b", "李\u3000娜"} {
		h.People = append(h.People, policy.Person{ID: policy.PersonID{9, byte(i)}, Name: odd, Apartment: odd,
			Lang: "zh"})
	}
	for _, lang := range catalogue.Languages() {
		var out bytes.Buffer
		n, err := lists.People(&out, h.People, lang, zone)
		if err != nil || n != len(h.People) {
			t.Fatal(n, err)
		}
		for _, line := range strings.Split(out.String(), "\n")[1:] {
			for cell := range strings.SplitSeq(line, ",") {
				if cell = strings.Trim(cell, "\"\r"); cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
					t.Errorf("a spreadsheet could take this for a formula: %q", line)
				}
			}
		}
		plan, err := read(t, out.String()).Plan(h)
		if err != nil || plan.Count(lists.Same) != len(h.People) {
			t.Errorf("%s: %d of %d are the same, %v\n%s", lang.Code(), plan.Count(lists.Same), len(h.People), err,
				wrongs(plan.Lines[len(plan.Lines)-1].Why))
		}
	}
}

// TestTemplate: it can be read, and its example is not a person.
func TestTemplate(t *testing.T) {
	for _, lang := range []i18n.Language{i18n.English, chinese} {
		var out bytes.Buffer
		if err := lists.Template(&out, lang, lists.Examples{Until: now.AddDate(1, 0, 0), Group: "residents",
			Card: numbers.Example()}); err != nil {
			t.Fatal(err)
		}
		l := read(t, out.String())
		plan, err := l.Plan(here())
		if err != nil || len(l.Unread) > 0 || len(plan.Lines) != 1 || len(l.Rows[0].Wrong) > 0 ||
			plan.Lines[0].Does != lists.Refused || len(l.Rows[0].Cards) != 1 {
			t.Errorf("%s: %+v, %v, %s", lang.Code(), l, err, wrongs(l.Rows[0].Wrong))
		}
	}
}

// FuzzRead: no bytes make it fail other than with an error that says what to do; what it takes is
// within the limits, and written again it says the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte("name,apartment,lease ends,access groups,language,cards\nLi,1204,2027-01-31,staff,zh,12:3456\n"))
	f.Add([]byte("\ufeff姓名;房间;卡号\r\n李娜;1204;\"04:A1:B2:C3;0012345678\"\r\n"))
	f.Add([]byte("\xd0\xd5\xc3\xfb\t\xb7\xbf\xbc\xe4\n\xc0\xee\xc4\xc8\t1204\n"))
	f.Add([]byte("handle,name\n01000000,'=1+1\n,\"a\"\"b\"\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := lists.Read(bytes.NewReader(raw), options)
		if err != nil {
			var e *i18n.Error
			if !errors.As(err, &e) || e.Remedy.IsZero() {
				t.Fatalf("without a remedy: %v", err)
			}
			return
		}
		if len(l.Rows) > lists.MaxRows {
			t.Fatalf("%d rows", len(l.Rows))
		}
		plan, err := l.Plan(here())
		if err != nil || len(plan.Lines) != len(l.Rows) {
			t.Fatalf("%d lines of %d rows, %v", len(plan.Lines), len(l.Rows), err)
		}
		var people []policy.Person
		for _, line := range plan.Acts() {
			p := line.Is
			if p.ID.IsZero() {
				p.ID = policy.PersonID{0xf0, byte(len(people) >> 8), byte(len(people))}
			}
			people = append(people, p)
		}
		var out bytes.Buffer
		if _, err := lists.People(&out, people, i18n.English, zone); err != nil {
			t.Fatal(err)
		}
		again, err := lists.Read(&out, options)
		if err != nil || len(again.Rows) != len(people) {
			t.Fatalf("%d rows of %d people, %v", len(again.Rows), len(people), err)
		}
		h := here()
		h.People = people
		if plan, err = again.Plan(h); err != nil || plan.Count(lists.Same) != len(people) {
			for _, line := range plan.Lines {
				t.Logf("%s %q %s %v", line.Does, line.Name.Reveal(), wrongs(line.Why), line.Changes)
			}
			t.Fatalf("%d of %d people are the same, %v", plan.Count(lists.Same), len(people), err)
		}
	})
}
