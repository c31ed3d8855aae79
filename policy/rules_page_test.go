package policy

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"menshen/internal/golden"
)

// rulesPage begins docs/rules.md; the rest is made from Law.
const rulesPage = `# Rules

What the law and two court cases ask of a door, and what the unit does about each. This page is for
people who do not read Go. It is made from package ` + "`policy`" + ` and a test compares them, so it says
what the program does: to change it, change the rule, then run
` + "`go test ./policy -run RulesPage -update`" + `.

The unit counts its own state at the start, once a day, and within a second of each act that may change
it. Then each rule is

- **kept**: all that it asks is so;
- **due**: something is to be done, and faces go on working;
- **broken**: something that it asks is not so. What could not be counted within 25 hours is broken too.

While a rule that *protects faces* is broken, face entry is off for everyone at the door. Cards, PINs and
passes go on working, and so do exit and fire. Faces come back when the rule is kept again. The command
` + "`law`" + ` at the console shows all of this with the unit's own figures, and ` + "`menshen dossier`" + ` signs it.

Waits (R-EQUAL) are measured from the first key, tap or picture of a visit until the lock opens, and compared
week by week: cards with faces, at least 20 openings of each. A card *waits longer* when its median, or the
slowest tenth of its openings, does so by more than a second, and *is shown again more often* when that
happens to one in ten more; both only where intervals of 99% do not overlap
([decision 57](decisions/0057-equal-convenience.md)). A week with too few openings says nothing.

| short | source | 来源 |
| --- | --- | --- |
`

// TestRulesPageIsFresh: docs/rules.md says what the rules say, and names tests that are there.
func TestRulesPageIsFresh(t *testing.T) {
	tests := testsOfRules(t)
	var b bytes.Buffer
	b.WriteString(rulesPage)
	for _, s := range Sources {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.Short, s.Name, chinese.Say(s.Name))
	}
	for _, r := range Law() {
		writeRule(&b, r, tests[r.ID])
		if len(tests[r.ID]) == 0 {
			t.Errorf("no test bears the name of %s", r.ID)
		}
	}
	golden.Compare(t, "../docs/rules.md", b.Bytes())
}

func writeRule(b *bytes.Buffer, r Rule, packages []string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n%s\n\n", r.ID, r.Message().String(), chinese.Say(r.Message()))
	fmt.Fprintf(b, "- Source: %s\n", r.Source)
	broken := "Broken, it is shown, and faces go on working"
	if r.Protects {
		broken = "It protects faces: broken, it switches face entry off"
	}
	if r.Door {
		broken += "; nothing is asked of the manager's seat, which has no door"
	}
	fmt.Fprintf(b, "- %s.\n- Shown by `go test -run '%s' %s`\n\n| when | the rule is | what to do |\n| --- | "+
		"--- | --- |\n",
		broken, testName(r.ID), strings.Join(slices.Sorted(slices.Values(packages)), " "))
	for _, d := range r.demands {
		state := Broken
		if d.soon {
			state = Due
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", d.wrong.String(), state, d.remedy.String())
	}
}

// testName is how the names of a rule's tests begin: TestRAlt of R-ALT.
// Tests differ in capital letters.
func testName(id RuleID) string {
	return "(?i)^TestR" + strings.ToLower(strings.TrimPrefix(string(id), "R-"))
}

// testsOfRules gives, for each rule, the packages with tests of its name.
func testsOfRules(t *testing.T) map[RuleID][]string {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func (TestR\w+)\(`)
	of := map[RuleID][]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder := "./" + strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		for _, m := range function.FindAllStringSubmatch(string(text), -1) {
			for _, r := range Law() {
				if regexp.MustCompile(testName(r.ID)).MatchString(m[1]) && !slices.Contains(of[r.ID], folder) {
					of[r.ID] = append(of[r.ID], folder)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return of
}
