package desk_test

import (
	"slices"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/policy"
	"menshen/store"
)

// TestRConsentNamesTheDoors: a person's yes is to a notice that names doors, and to those of them
// that they name. At these their face opens without a restart, and nowhere else; one withdrawal
// ends it at each.
func TestRConsentNamesTheDoors(t *testing.T) {
	h := newBuilding(t, "en", "gate", "lobby", "garage")
	gate, lobby, garage := h.doors["gate"], h.doors["lobby"], h.doors["garage"]
	li := gate.Someone(7)
	gate.do("site found", "yes")
	h.join("lobby", "gate")
	h.join("garage", "lobby")
	h.round()
	for _, d := range h.doors {
		n, err := d.Desk.Notice(t.Context(), d.Staff, "en")
		if err != nil || len(n.Doors) != 2 || !strings.Contains(n.Text, strings.Join(n.Doors, ", ")) {
			t.Fatalf("the notice names %v, %v:\n%s", n.Doors, err, n.Text)
		}
	}

	consent := func(doors ...string) error {
		n, err := gate.Desk.Notice(t.Context(), gate.Staff, "en")
		if err != nil {
			return err
		}
		return gate.Desk.Consent(t.Context(), gate.Staff, desk.ConsentGiven{Person: li, Notice: n.Hash, Lang: "en",
			Doors: doors}, func(desk.Step) { go gate.Reader.Tap(boardtest.CardOf(7)) })
	}
	if err := consent("cellar"); err == nil {
		t.Error("a door that the notice does not name was agreed to")
	}
	if err := consent("gate"); err == nil {
		t.Error("the door itself was agreed to as another one")
	}
	if err := consent("lobby"); err != nil {
		t.Fatal(err)
	}
	if err := gate.Vault.EnrolFace(store.Door, li, [][]float32{boardtest.FaceOf(7)[:]}); err != nil {
		t.Fatal(err)
	}
	again := desk.ConsentGiven{Person: li, Lang: "en", Doors: []string{"garage"}}
	if n, err := gate.Desk.Notice(t.Context(), gate.Staff, "en"); err == nil {
		again.Notice = n.Hash
	}
	err := gate.Desk.Again(t.Context(), gate.Staff, again, func(desk.Step) { t.Error("a card is asked for in vain") })
	if err == nil || !strings.Contains(err.Error(), "with the consent") {
		t.Errorf("a door was named with another yes: %v", err)
	}
	h.carry("gate", "lobby", "garage")
	known := func(d *doorOf) bool { return d.State().Faces.People == 1 }
	if !known(lobby) || known(garage) {
		t.Errorf("known in the lobby %v, in the garage %v", known(lobby), known(garage))
	}
	if e := lobby.LookAtEye(7); !e.Grant || e.Person != li {
		t.Errorf("the face opens nothing in the lobby: %+v", e)
	}
	lobby.CountAll()
	lobby.WantFacesOff("", "with a face that another door took")
	if old, err := lobby.Desk.OldNotice(t.Context(), lobby.Staff); err != nil || len(old) != 0 {
		t.Errorf("the lobby shows its notice to who agreed to that of the gate: %v", err)
	}
	if _, err := lobby.Desk.Enrol(t.Context(), lobby.Staff, li, func(desk.Step) {}); err == nil {
		t.Error("the lobby took a face once more that is not its own")
	}

	if err := consent("garage"); err != nil {
		t.Fatal(err)
	}
	h.round()
	if !known(garage) || !known(lobby) {
		t.Error("a further yes did not bring the face to the further door")
	}
	got := lobby.do("person 'Tenant 7'")
	for _, w := range []string{"It may go to lobby", "It may go to garage", "stored at: garage, gate, lobby"} {
		if !strings.Contains(strings.Join(strings.Fields(got), " "), w) {
			t.Errorf("the lobby does not say %q:\n%s", w, got)
		}
	}

	garage.do("withdraw 'Tenant 7'", "yes")
	h.round()
	for name, d := range h.doors {
		if p, err := d.Vault.Person(li); err != nil || p.HasFace() || known(d) {
			t.Errorf("%s still has the face: %q, %v", name, p.Face.State, err)
		}
	}
	h.round()
	e, err := gate.Desk.AnswersOf(t.Context(), gate.Staff, li)
	if err != nil || e.Waits() > 0 || slices.ContainsFunc(e.Answers, func(a desk.Answer) bool { return a.Nothing }) {
		t.Errorf("each door had it, and answers so: %+v, %v", e, err)
	}
	if p, _ := gate.Vault.Person(li); p.Face.State != policy.FaceWithdrawn {
		t.Errorf("%q", p.Face.State)
	}
}
