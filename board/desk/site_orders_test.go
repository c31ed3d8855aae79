package desk_test

import (
	"strings"
	"testing"
)

// TestOrdersOfABuilding: what managers type for a lockdown and an evacuation of all doors, by
// stick.
func TestOrdersOfABuilding(t *testing.T) {
	h := newBuilding(t, "en", "gate", "lobby")
	gate, lobby := h.doors["gate"], h.doors["lobby"]
	says := func(d *doorOf, wants []string, command string, answers ...string) {
		t.Helper()
		shown := strings.Join(strings.Fields(d.do(command, answers...)), " ")
		for _, want := range wants {
			if !strings.Contains(shown, want) {
				t.Errorf("%s does not say %q:\n%s", command, want, shown)
			}
		}
	}
	says(gate, []string{"belongs to no site"}, "lockdown on --site", "yes")
	gate.Someone(7)
	gate.do("site found", "yes")
	h.join("lobby", "gate")
	for _, wrong := range []string{"lockdown on --for 2h", "lockdown off --site --for 2h", "lockdown --site",
		"evacuate on --site --for soon"} {
		says(gate, []string{"on|off [--site [--for TIME]]"}, wrong)
	}
	says(gate, []string{"from a minute to a day"}, "lockdown on --site --for 25h", "yes")

	says(gate, []string{"All doors are locked down", "until 2026-03-02 10:00:00"}, "lockdown on --site --for 2h", "yes")
	if h.opens("gate", 7) || !h.opens("lobby", 7) {
		t.Error("the lockdown is at the gate, and not yet at a door that did not hear of it")
	}
	h.carry("gate", "lobby")
	if h.opens("lobby", 7) {
		t.Error("the lobby has heard of the lockdown, and opens")
	}
	says(lobby, []string{"! lockdown of all doors, given at gate", "until 2026-03-02 10:00:00"}, "site")
	says(gate, []string{"given here by anna"}, "site")
	says(lobby, []string{"lockdown of all doors from gate"}, "status")
	says(lobby, []string{"stands, and keeps this door so", "lockdown off --site"}, "lockdown off")
	says(lobby, []string{"stand open"}, "evacuate on --site", "yes")
	h.carry("lobby", "gate")
	if !gate.Relay.On() || !lobby.Relay.On() {
		t.Error("in the evacuation a door is locked")
	}
	says(gate, []string{"given at lobby", "Ended at this door"}, "evacuate off --site")
	says(gate, []string{"given here by anna", "Ended at this door"}, "lockdown off --site")
	says(gate, []string{"no such order stands"}, "lockdown off --site")
	h.carry("gate", "lobby")
	if gate.Relay.On() || lobby.Relay.On() || !h.opens("gate", 7) || !h.opens("lobby", 7) {
		t.Error("the doors are not as before")
	}
}
