package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// allReasons are the Reason constants of reason.go, read from the source
// so that none can be forgotten.
func allReasons(t *testing.T) map[string]Reason {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Reason{}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			s, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all[v.Names[0].Name] = Reason(s)
		}
		return true
	})
	return all
}

func TestEveryReasonHasWords(t *testing.T) {
	all := allReasons(t)
	byValue := map[Reason]string{}
	for name, r := range all {
		if other, ok := byValue[r]; ok {
			t.Errorf("%s and %s are the same value %q", name, other, r)
		}
		byValue[r] = name
		en, zh := r.Message().String(), chinese.Say(r.Message())
		if en == string(r) || !strings.HasSuffix(en, ".") {
			t.Errorf("%s: English %q", name, en)
		}
		if !strings.ContainsFunc(zh, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
			t.Errorf("%s: Chinese %q", name, zh)
		}
	}
	if len(all) != len(reasonWords) {
		t.Errorf("%d reasons, words for %d", len(all), len(reasonWords))
	}
	if Reason("later").Message().String() != "later" {
		t.Error("unknown reason or language")
	}
}

// Whoever is refused with a face is told the way that works.
func TestREqualFaceRefusalsOfferTheCard(t *testing.T) {
	for _, r := range append(identify, authorize...) {
		if !r.appliesTo(ByFace) || r.appliesTo(ByCard) {
			continue
		}
		if en := r.reason.Message().String(); !strings.Contains(en, "card") {
			t.Errorf("%s: %q does not offer the card", r.reason, en)
		}
		if zh := chinese.Say(r.reason.Message()); !strings.Contains(zh, "卡") {
			t.Errorf("%s: %q does not offer the card", r.reason, zh)
		}
	}
}
