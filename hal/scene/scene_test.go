package scene

import (
	"strings"
	"testing"
	"unicode/utf8"

	"menshen/internal/i18n/catalogue"
)

// TestRNoticeWordsOfEachScene: each scene that a door can tell has a title, in each language, short
// enough for a display of four lines, and no line of it stands for a kind without words.
func TestRNoticeWordsOfEachScene(t *testing.T) {
	for _, k := range Kinds() {
		if w, ok := words[k]; !ok && k != Ready && k != Acting && k != Refused {
			t.Errorf("kind %d has no words: %v", k, w)
		}
		for _, s := range Variants(k) {
			for _, lang := range catalogue.Languages() {
				title, line := lang.Say(s.Title()), lang.Say(s.Line())
				most := map[string]int{"en": 48, "zh": 20}[lang.Code()]
				if n := utf8.RuneCountInString(title); n == 0 || n > most {
					t.Errorf("%s, kind %d: a title of %d characters: %q", lang.Code(), k, n, title)
				}
				if n := utf8.RuneCountInString(line); n > 80 {
					t.Errorf("%s, kind %d: a line of %d characters: %q", lang.Code(), k, n, line)
				}
				if strings.Contains(title+line, "%") {
					t.Errorf("%s, kind %d: %q %q has a gap", lang.Code(), k, title, line)
				}
			}
		}
	}
}

// TestREqualFaceIsNeverFirst: whatever opens a door, the face is neither asked for first nor alone.
func TestREqualFaceIsNeverFirst(t *testing.T) {
	for _, s := range Variants(Ready) {
		title := s.Title().String()
		if strings.Contains(title, "look") || strings.Contains(title, "ace") {
			t.Errorf("%b: the title asks for a face: %q", s.Ways, title)
		}
		line := s.Line().String()
		if strings.Contains(line, "look here") && !strings.Contains(line, "faces are a choice") {
			t.Errorf("%b: %q does not say that faces are a choice", s.Ways, line)
		}
	}
}

// TestPhrases: what any scene says is among the phrases, under one ID each.
func TestPhrases(t *testing.T) {
	known := map[string]string{}
	for _, p := range Phrases() {
		if known[p.ID] != "" || !strings.HasPrefix(p.ID, "scene.") {
			t.Errorf("phrase %q is there twice, or has no ID of a scene", p.ID)
		}
		known[p.ID] = p.Words.String()
	}
	if len(known) < 30 {
		t.Errorf("only %d phrases", len(known))
	}
	for _, s := range []Scene{{Kind: Refused, Next: TryLater}, {Kind: Opened, MayWithdraw: true, Done: 1},
		{Kind: Erased}} {
		for _, p := range s.Spoken() {
			if known[p.ID] != p.Words.String() {
				t.Errorf("%v says %q, which has no recording", s, p.Words)
			}
		}
	}
	if len((Scene{}).Spoken()) > 0 {
		t.Error("a door that is ready talks")
	}
}
