package scene

import "testing"

func TestAdviceWords(t *testing.T) {
	named := map[string]Advice{}
	for a := Fine; a.Valid(); a++ {
		if a.String() == "" || a.Message().IsZero() {
			t.Errorf("advice %d has no words", a)
		}
		if b, taken := named[a.String()]; taken {
			t.Errorf("advice %d and %d are both called %q", a, b, a)
		}
		named[a.String()] = a
	}
	if Advice(99).Message().ID != HoldStill.Message().ID || Advice(99).Valid() {
		t.Error("an unknown advice must still say something")
	}
}

func TestActWords(t *testing.T) {
	for a := CloseEyes; a <= TurnRight; a++ {
		if a.Message().IsZero() {
			t.Errorf("%v has no words", a)
		}
	}
	if !NoAct.Message().IsZero() || !Act(99).Message().IsZero() || Act(99).String() != "unknown act" {
		t.Error("no act has words")
	}
}
