package fusion

import "testing"

func TestAdviceWords(t *testing.T) {
	named := map[string]Advice{}
	for a := Fine; a.Valid(); a++ {
		if a.String() == "" || a.Text("en") == "" || a.Text("zh") == "" || a.Text("zh") == a.Text("en") {
			t.Errorf("advice %d has no words", a)
		}
		if b, taken := named[a.String()]; taken {
			t.Errorf("advice %d and %d are both called %q", a, b, a)
		}
		named[a.String()] = a
	}
	if Advice(99).Text("en") != HoldStill.Text("en") || Advice(99).Valid() {
		t.Error("an unknown advice must still say something")
	}
}
