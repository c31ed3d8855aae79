package notice

import (
	"strings"
	"testing"
	"time"
)

// TestRNoticeParagraphs: a display has every word of the notice, in order.
func TestRNoticeParagraphs(t *testing.T) {
	letters := strings.NewReplacer(" ", "", "\n", "", ":", "", "：", "", "·", "", "-", "")
	for _, lang := range Languages() {
		text, err := Text(lang, Facts{Place: "office", Door: "North door", Handler: "Example Ltd",
			Contact: "front desk",
			Access:  30 * 24 * time.Hour, Acts: 365 * 24 * time.Hour, Asks: true, Learns: true, Infrared: true})
		if err != nil {
			t.Fatal(err)
		}
		all := Paragraphs(text)
		if got, want := letters.Replace(strings.Join(all, "")), letters.Replace(text); got != want {
			t.Errorf("%s: a display has\n%s\nof\n%s", lang.Code(), got, want)
		}
		if len(all) < 12 {
			t.Errorf("%s: only %d paragraphs", lang.Code(), len(all))
		}
	}
}
