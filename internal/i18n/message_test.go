package i18n

import (
	"errors"
	"fmt"
	"testing"
)

var errShut = E("test.shut", "the door is shut")

// TestOf: an error is told with its remedy, in the words that wrap it, and stays the same error.
func TestOf(t *testing.T) {
	remedy := M("test.tap", "tap card %d", 7)
	problem := Problem(errShut, remedy)
	for _, x := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errShut, "the door is shut"},
		{problem, "the door is shut; tap card 7"},
		{fmt.Errorf("opening: %w", problem), "opening: the door is shut; tap card 7"},
		{errors.Join(errors.New("first"), errShut), "first\nthe door is shut"},
		{errors.New("plain"), "plain"},
	} {
		if got := Of(x.err).String(); got != x.want {
			t.Errorf("%v is told as %q, want %q", x.err, got, x.want)
		}
	}
	if !errors.Is(fmt.Errorf("opening: %w", problem), errShut) {
		t.Error("an error with a remedy is another error")
	}
}

// TestMatch: figures are found again in English that was stored, and a text of
// another form is not taken for it.
func TestMatch(t *testing.T) {
	form := M("test.leads", "leads by %s of %s", "%", "%")
	m, ok := form.Match("leads by 0.12 of 0.10")
	if !ok || m.ID != "test.leads" || fmt.Sprint(m.Args) != "[0.12 0.10]" || m.String() != "leads by 0.12 of 0.10" {
		t.Errorf("%+v, %v", m, ok)
	}
	for _, other := range []string{"", "leads by 0.12", "score 0.1 of 0.2", "leads by 1 of"} {
		if m, ok := form.Match(other); ok {
			t.Errorf("%q was taken for %+v", other, m)
		}
	}
}

// TestWord: a name after a word of ours is left alone, and what is not of
// the vocabulary is not a word.
func TestWord(t *testing.T) {
	for w, want := range map[string]string{"key spent": "used up", "reader outside": "reader outside",
		"Li Na": "Li Na", "": ""} {
		if got := Word(w).String(); got != want {
			t.Errorf("%q says %q, want %q", w, got, want)
		}
	}
	if m := Word("reader fire"); m.Args[0].(Message).ID != "word.reader" || m.Args[1].(Message).ID != "" {
		t.Errorf("the name of a reader was taken for a word: %+v", m)
	}
}

func ExampleM() {
	fmt.Println(M("desk.counted", "%d %v", 3, Word("cards")))
	fmt.Println(List(Comma, Word("card"), Word("face")))
	fmt.Println(N(1, "test.days", "%d day", "%d days", 1))
	// Output:
	// 3 cards
	// card, face
	// 1 day
}
