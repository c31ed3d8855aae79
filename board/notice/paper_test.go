package notice

import (
	"reflect"
	"testing"
	"unicode/utf8"
)

func TestTake(t *testing.T) {
	got := take("TITLE\n\nOne line,\nand on.\nLabel   words\n        and on\n" +
		"Other  中文。\n       后文\n\nNext:\n  - a\n    and on\n  - b\n\n  · c\nLast.\n")
	want := paper{Title: "TITLE", Blocks: []block{
		{Paragraph: "One line, and on."},
		{Terms: []term{{"Label", "words and on"}, {"Other", "中文。后文"}}},
		{Paragraph: "Next:"},
		{Items: []string{"a and on", "b"}},
		{Items: []string{"c"}},
		{Paragraph: "Last."},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// FuzzTake: whatever the text, no letter of it is lost on the page.
func FuzzTake(f *testing.F) {
	for _, lang := range Languages() {
		text, _ := Text(lang, site)
		f.Add(text)
	}
	f.Add("T\n\n  - a\n\n\n    b\nc  d\n   e")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("texts are filled by package template with facts that are valid UTF-8 (one)")
		}
		p := take(text)
		all := p.Title
		for _, b := range p.Blocks {
			all += b.Paragraph
			for _, x := range b.Terms {
				all += x.Label + x.Words
			}
			for _, x := range b.Items {
				all += x
			}
		}
		if words(all) != words(text) {
			t.Errorf("%q became %q", text, all)
		}
	})
}

func TestOneMakesALineOfAnything(t *testing.T) {
	for in, want := range map[string]string{" a\n\tb  c ": "a b c", "a\x00\x1b[31mb": "a[31mb",
		"\xff\xfe": "\ufffd\ufffd", "中　文": "中 文"} {
		if got := one(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
