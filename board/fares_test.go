package board

import (
	"errors"
	"reflect"
	"testing"

	"menshen/board/unit"
)

// TestFaresOf: what other doors are told of one: alarms and faults by name, without the words of a
// fault, and nothing of who is at the door.
func TestFaresOf(t *testing.T) {
	got := faresOf(unit.State{Lockdown: true, Raised: []string{"mains", "forced", "line rex"},
		Faults: map[string]string{"reader outside": "open /dev/ttyUSB0: no such file", "input rex": "the line is cut",
			unit.OtherDoors: "none has answered for 7 days"}})
	if want := []string{"faces rest", "forced", "lockdown", "mains lost"}; !reflect.DeepEqual(got.Raised, want) {
		t.Errorf("raised %q", got.Raised)
	}
	if want := []string{"input rex", "reader outside"}; !reflect.DeepEqual(got.Faults, want) {
		t.Errorf("faults %q", got.Faults)
	}
	mains, battery := unit.InputState{Role: "mains"}, unit.InputState{Role: "battery"}
	for want, s := range map[string]unit.State{
		"":             {Inputs: []unit.InputState{{Role: "rex"}}, Raised: []string{"forced"}},
		"mains":        {Inputs: []unit.InputState{mains, battery}},
		"battery":      {Inputs: []unit.InputState{mains, battery}, Raised: []string{"mains"}},
		"battery low":  {Inputs: []unit.InputState{mains, battery}, Raised: []string{"battery", "mains"}},
		"battery good": {Inputs: []unit.InputState{battery, {Role: "mains", Err: errors.New("the line is cut")}}},
	} {
		if got := faresOf(s).Supply; got != want {
			t.Errorf("the supply is %q, want %q", got, want)
		}
	}
	for software, want := range map[string]string{"menshen": "", "menshen 8c0c084d0123456789abcdef": "8c0c084d0123",
		"menshen 8c0c084d0123456789abcdef with changes": "8c0c084d0123 with changes"} {
		if got := shortVersion(software); got != want {
			t.Errorf("%s is %q", software, got)
		}
	}
}
