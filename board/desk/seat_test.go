package desk_test

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/store"
	"menshen/store/audit"
)

// newSeat is two doors and a seat of one building.
func newSeat(t *testing.T, lang string) *building {
	h := newBuildingWith(t, func(c *config.Config) {
		c.Passes.Enabled = true
		c.Readers[0].Keypad = 4
		if c.Unit.Name == "office" {
			boardtest.Seat(c)
		}
	}, lang, "gate", "lobby", "office")
	h.doors["gate"].Someone(7)
	h.doors["gate"].do("site found", "yes")
	h.join("lobby", "gate")
	h.join("office", "gate")
	if _, err := h.doors["office"].Vault.TellState(fact.State{Seat: true}); err != nil {
		t.Fatal(err)
	}
	h.carry("gate", "lobby", "office", "gate", "lobby", "office")
	return h
}

// atADoor are the desk's methods that a seat refuses.
var atADoor = []string{"OpenDoor", "SwitchOutput", "Lockdown", "Evacuate", "AnswerBell", "Watch", "Aim", "SeeSign",
	"Check", "Wiring", "Readers", "InstallReader", "SetReaderAddress", "SetReaderSpeed", "SendReaderFile", "ShowNotice",
	"Consent", "Enrol", "EnrolOnCard", "Again", "Learn", "SetPassphrase", "UnlockFaces", "Hours", "HoursLog",
	"PreviewHours", "ChangeHours", "UseFileHours", "May", "Who", "AddPass"}

// TestRSafeASeatMovesNothing: every right of a door is refused at a seat with one sentence, and no
// order, input or card that a test puts into its hands moves anything.
func TestRSafeASeatMovesNothing(t *testing.T) {
	b := newBench(t, boardtest.Seat)
	b.Someone(7)
	b.Start()
	for _, name := range atADoor {
		if err := try(reflect.ValueOf(b.Desk).MethodByName(name), b.Staff); !errors.Is(err, desk.ErrSeat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	moves := len(b.Relay.Moves())
	b.TapAtReader(7) // which no seat has
	b.Inputs["fire"].Set(true, b.Clock.Now())
	b.Inputs["rex"].Set(true, b.Clock.Now())
	b.Eventually("exit is heard", func() bool { return b.Count(audit.Decision) > 1 })
	file, err := b.Law.SealedDossier(t.Context(), store.Door, true)
	if err != nil || !bytes.Contains(file, []byte("This unit is the manager&#39;s seat")) ||
		bytes.Contains(file, []byte("R-SAFE")) {
		t.Errorf("the dossier does not say that it is a seat, or asks for an exit: %v", err)
	}
	s := b.State()
	if s.Unlocked || b.Relay.On() || len(b.Relay.Moves()) > moves {
		t.Errorf("it moves: %+v", s)
	}
	if st, err := b.Desk.Status(t.Context(), b.Staff); err != nil || st.Door != desk.NoDoor || st.FacesOff != "" {
		t.Errorf("%v: %+v", err, st)
	}
}

// TestASeatAndTwoDoors: what managers type at the seat of a site, by stick:
// people, blocks, passes and orders reach the doors, withdrawals and erasures are answered by all
// three, and the seat is for no pass and no face.
func TestASeatAndTwoDoors(t *testing.T) {
	h := newSeat(t, "zh")
	gate, office := h.doors["gate"], h.doors["office"]
	round := func() { h.carry("office", "gate", "lobby", "office") }
	says := func(d *doorOf, want *i18n.Error, command string, answers ...string) {
		t.Helper()
		shown := strings.Join(strings.Fields(d.do(command, answers...)), "")
		if !strings.Contains(shown, strings.Join(strings.Fields(h.lang.Say(i18n.Of(want))), "")) {
			t.Errorf("%s does not say %q:\n%s", command, want, shown)
		}
	}
	if s, err := gate.Desk.Site(t.Context(), gate.Staff); err != nil || len(s.Doors) != 3 ||
		!slices.ContainsFunc(s.Doors, func(x desk.SiteDoor) bool { return x.Name == "office" && x.Seat }) {
		t.Errorf("the gate knows of no seat: %+v, %v", s, err)
	}

	people, err := gate.Vault.People()
	if err != nil || len(people) != 1 {
		t.Fatal(people, err)
	}
	who := people[0].ID

	office.do("change 'Tenant 7' --group cleaners --block yes") // a group that only a door can know
	round()
	if h.opens("gate", 7) || h.opens("lobby", 7) {
		t.Error("who was blocked at the seat comes in")
	}
	office.do("change 'Tenant 7' --block no")
	round()
	if !h.opens("gate", 7) || !h.opens("lobby", 7) {
		t.Error("who was let in again at the seat does not come in")
	}

	says(office, desk.ErrSeat, "open fire drill")
	says(office, desk.ErrSeat, "lockdown on", "yes")
	office.do("lockdown on --site --for 2h", "yes")
	if s := office.State(); s.Lockdown || s.Unlocked || office.Relay.On() {
		t.Errorf("the seat is locked down: %+v", s)
	}
	round()
	if h.opens("gate", 7) || h.opens("lobby", 7) {
		t.Error("the seat's lockdown did not reach a door")
	}
	office.do("lockdown off --site")
	round()
	gate.do("evacuate on --site --for 1h", "yes")
	round()
	if !h.doors["lobby"].Relay.On() || len(office.Relay.Moves()) > 0 || office.State().Evacuated {
		t.Error("an evacuation is at the lobby, and not at the seat")
	}
	office.do("evacuate off --site")
	round()
	if gate.Relay.On() || !h.opens("gate", 7) {
		t.Error("the seat could not end the evacuation")
	}

	from := office.Clock.Now()
	add := func(doors ...string) (desk.Pass, error) {
		until := from.Add(4 * time.Hour)
		return office.Desk.AddPass(t.Context(), office.Staff, policy.PersonID{}, from, until, 4, doors...)
	}
	for _, doors := range [][]string{nil, {"office"}, {"gate", "office"}} {
		if _, err := add(doors...); err == nil {
			t.Errorf("a pass for %v was given at the seat", doors)
		}
	}
	if _, err := gate.Desk.AddPass(t.Context(), gate.Staff, policy.PersonID{}, from, from.Add(time.Hour), 4,
		"gate", "office"); err == nil {
		t.Error("a pass for the seat was given at the gate")
	}
	pass, err := add("gate", "lobby")
	if err != nil {
		t.Fatal(err)
	}
	round()
	for _, name := range []string{"gate", "lobby"} {
		all, err := h.doors[name].Desk.ListPasses(t.Context(), h.doors[name].Staff)
		if err != nil || len(all) != 1 || all[0].ID != pass.ID || all[0].State != "" {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
	}

	gate.Consent(who)
	if err := gate.Vault.EnrolFace("anna", who, [][]float32{boardtest.FaceOf(7)[:]}); err != nil {
		t.Fatal(err)
	}
	round()
	says(gate, i18n.E("desk.site-seat", "%s is the manager's seat, and has no door", "office"),
		"consent 'Tenant 7' --doors office", "yes")
	office.do("withdraw 'Tenant 7'", "yes")
	round()
	if p, err := gate.Vault.Person(who); err != nil || p.HasFace() {
		t.Errorf("the face that was taken back at the seat is still at the gate: %v", err)
	}
	answered := func(what string, of [32]byte) {
		t.Helper()
		e, err := office.Vault.SiteAnswers(of)
		if err != nil || len(e.Answers) != 3 || len(e.Waits()) > 0 {
			t.Errorf("%s: %+v, %v", what, e, err)
		}
	}
	answered("the withdrawal", store.Subject(who))
	gate.do("remove 'Tenant 7'", "own request", "yes")
	round()
	answered("the erasure", store.Subject(who))
	if _, err := office.Vault.Person(who); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("who was erased at the gate is known at the seat: %v", err)
	}
}
