package unit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/pass"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/recognizer/qr"
	"menshen/store"
)

// withPasses is a door with a camera that reads codes, and a keypad.
func withPasses(c *config.Config) {
	c.Passes = config.Passes{Enabled: true, Camera: true}
	c.Readers[0].Keypad = 4
}

// visit is a pass as a visitor holds it.
type visit struct {
	desk.Pass
	text string
}

// pass has the desk make a pass, and reads its code as a camera would. The loop must run.
func (b *bench) pass(host policy.PersonID, hours, uses int, doors ...string) visit {
	b.Helper()
	now := b.Clock.Now()
	p, err := b.Desk.AddPass(context.Background(), b.Staff, host, now, now.Add(time.Duration(hours)*time.Hour), uses,
		doors...)
	if err != nil {
		b.Fatal(err)
	}
	const module, quiet = 5, 4
	side := (len(p.QR) + 2*quiet) * module
	grey := make([]byte, side*side)
	for i := range grey {
		x, y := i%side/module-quiet, i/side/module-quiet
		grey[i] = 220
		if y >= 0 && y < len(p.QR) && x >= 0 && x < len(p.QR) && p.QR[y][x] {
			grey[i] = 30
		}
	}
	text, err := new(qr.Reader).Read(grey, side, side)
	if err != nil {
		b.Fatal(err)
	}
	return visit{p, text}
}

// shows has the loop decide on a code, in the moment the eye sees it.
func (b *bench) shows(text string) store.Entry {
	b.Helper()
	b.mustDo(func() { b.Driver.SeeCode(eye.Code{At: b.Clock.Now(), Text: hal.Code(text)}) })
	return b.Last()
}

// mustDo runs f in the loop.
func (b *bench) mustDo(f func()) {
	b.Helper()
	if err := b.Driver.Do(context.Background(), f); err != nil {
		b.Fatal(err)
	}
}

// wait moves the clock of a unit that runs, and lets the loop notice.
func (b *bench) wait(d time.Duration) {
	b.Helper()
	b.Clock.Advance(d)
	b.mustDo(b.Driver.Tick)
}

func (b *bench) keys(s string) store.Entry {
	b.Helper()
	b.mustDo(func() {
		for _, k := range s {
			b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Button: hal.Button(k)})
		}
	})
	return b.Last()
}

// newPassBench is a unit that runs, at a time that is trusted.
func newPassBench(t *testing.T) *bench {
	b := newBench(t, withPasses)
	b.Time.Set()
	b.StartUnit()
	return b
}

func TestPassOpensAsOftenAsItSays(t *testing.T) {
	b := newPassBench(t)
	v := b.pass(b.Someone(7), 4, 2)
	for n := range 2 {
		if e := b.shows(v.text); !e.Grant || e.Means != policy.ByPass || e.Reason != policy.ReasonPass ||
			!e.Person.IsZero() || e.Detail["pass"] == "" {
			t.Fatalf("visit %d: %+v", n+1, e)
		}
		if !b.Relay.On() {
			t.Fatal("the relay did not move")
		}
		b.wait(time.Minute)
	}
	if e := b.shows(v.text); e.Grant || e.Reason != policy.ReasonUsedUp || b.Relay.On() {
		t.Errorf("a third time: %+v", e)
	}
	b.wait(time.Minute)
	if e := b.keys(string(v.Code) + "#"); e.Grant || e.Reason != policy.ReasonUsedUp {
		t.Errorf("its digits after that: %+v", e)
	}
}

// TestHeldCodeIsOneAttempt: a code before the lens for twenty seconds is decided on once; taken
// away and shown again, once more.
func TestHeldCodeIsOneAttempt(t *testing.T) {
	b := newPassBench(t)
	v := b.pass(policy.PersonID{}, 4, 5)
	before := b.Count("decision")
	for range 100 {
		b.shows(v.text)
		b.wait(200 * time.Millisecond)
	}
	if n := b.Count("decision") - before; n != 1 {
		t.Errorf("%d decisions", n)
	}
	b.wait(unit.CodeGone)
	b.shows(v.text)
	if n := b.Count("decision") - before; n != 2 {
		t.Errorf("%d decisions after it was shown again", n)
	}
	for range 20 { // a screen that shows another code each time
		b.wait(100 * time.Millisecond)
		b.shows(v.text[:len(v.text)-1] + string(rune('A'+b.Clock.Now().Nanosecond()/1e8)))
	}
	if n := b.Count("decision") - before; n > 4 {
		t.Errorf("two seconds of changing codes made %d decisions", n-2)
	}
}

func TestPassIsRefusedForItsOwnReason(t *testing.T) {
	b, other := newPassBench(t), newPassBench(t)
	host := b.Someone(7)
	now := b.Clock.Now().Truncate(time.Minute)
	made := func(from, until time.Duration) string { // past the desk, which makes none that begins later
		p, err := b.Vault.AddPass(store.Door, policy.Pass{Door: b.Config.Unit.Name, From: now.Add(from),
			Until: now.Add(until), Uses: 1}, policy.PersonID{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := pass.Encode(b.Vault, p.Pass)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	unknown, err := pass.Encode(b.Vault, policy.Pass{ID: policy.PersonID{9}, Door: b.Config.Unit.Name, From: now,
		Until: now.Add(time.Hour), Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	good, hosted := b.pass(policy.PersonID{}, 1, 1), b.pass(host, 1, 1)
	ended := b.pass(policy.PersonID{}, 1, 1)
	if err := b.Desk.EndPass(context.Background(), b.Staff, ended.ID); err != nil {
		t.Fatal(err)
	}
	forged := []byte(good.text)
	forged[5] = either(forged[5] == 'A', byte('B'), 'A') // another letter in the handle
	if err := b.Vault.ChangePerson(store.Door, host, "blocked", func(p *policy.Person) error {
		p.Blocked = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text string
		want       policy.Reason
	}{
		{"another unit's", other.pass(policy.PersonID{}, 1, 1).text, policy.ReasonWrongDoor},
		{"forged", string(forged), policy.ReasonUnknown},
		{"damaged", good.text[:len(good.text)-2], policy.ReasonUnknown},
		{"too early", made(30*time.Minute, time.Hour), policy.ReasonNotYetValid},
		{"too late", made(-2*time.Hour, -time.Hour), policy.ReasonExpired},
		{"ended by staff", ended.text, policy.ReasonRevoked},
		{"of a host who is blocked", hosted.text, policy.ReasonRevoked},
		{"signed, and not in the vault", unknown, policy.ReasonUsedUp},
		{"good", good.text, policy.ReasonPass},
	} {
		b.wait(10 * time.Second)
		if e := b.shows(test.text); e.Reason != test.want || e.Grant != (test.want == policy.ReasonPass) {
			t.Errorf("%s: %+v", test.name, e)
		}
	}
	b.wait(10 * time.Second)
	late := b.pass(policy.PersonID{}, 1, 1)
	b.mustDo(func() { b.Config.Unit.Name = "another door" })
	if e := b.shows(late.text); e.Reason != policy.ReasonWrongDoor {
		t.Errorf("another door's of this unit: %+v", e)
	}
}

func TestPassDigitsAndScanner(t *testing.T) {
	b := newPassBench(t)
	v := b.pass(policy.PersonID{}, 4, 3)
	if len(v.Code) != unit.PassDigits {
		t.Fatalf("%d digits", len(v.Code))
	}
	if e := b.keys(string(v.Code) + "#"); !e.Grant || e.Means != policy.ByPass {
		t.Errorf("by digits: %+v", e)
	}
	b.wait(time.Minute)
	b.mustDo(func() { b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Code: hal.Code(v.text)}) })
	if e := b.Last(); !e.Grant || e.Means != policy.ByPass {
		t.Errorf("by scanner: %+v", e)
	}
	b.wait(time.Minute)
	for range b.Config.Site.Keypad.Free + 1 { // guessed digits are wrong codes like any other
		if e := b.keys("100000000#"); e.Grant || e.Means != policy.ByPIN {
			t.Errorf("guessed: %+v", e)
		}
	}
	if e := b.keys(string(v.Code) + "#"); e.Grant || e.Reason != policy.ReasonKeypadLockout {
		t.Errorf("right digits during the lockout: %+v", e)
	}
	b.wait(time.Hour)
	b.mustDo(func() { b.Config.Passes.Enabled = false })
	if e := b.shows(v.text); e.Grant || e.Reason != policy.ReasonUnknown {
		t.Errorf("with passes switched off: %+v", e)
	}
	_, err := b.Desk.AddPass(context.Background(), b.Staff, policy.PersonID{}, b.Clock.Now(),
		b.Clock.Now().Add(time.Hour), 1)
	var pr *i18n.Error
	if !errors.As(err, &pr) {
		t.Errorf("a pass where none is taken: %v", err)
	}
}

// TestRPurposePassCamera: with faces or without, the camera reads codes only while there is a
// pass that somebody could show.
func TestRPurposePassCamera(t *testing.T) {
	b := newPassBench(t)
	reads := func() bool { return b.Eye.ReadsCodes() }
	b.mustDo(func() { b.Config.Faces.Enabled = false })
	if reads() {
		t.Error("the camera reads codes, and there is no pass")
	}
	b.pass(policy.PersonID{}, 2, 1)
	if b.wait(time.Second); !reads() || b.Eye.Mode() != eye.Off {
		t.Errorf("with a pass: reads %v, faces %s", reads(), b.Eye.Mode())
	}
	if b.wait(2 * time.Hour); reads() {
		t.Error("the camera still reads codes after the only pass ended")
	}
}

// TestSlowDiskRefusesPass: a counted pass does not open when its use cannot be written down, and
// costs its holder nothing then.
func TestSlowDiskRefusesPass(t *testing.T) {
	b := newPassBench(t)
	v := b.pass(policy.PersonID{}, 4, 1)
	b.mustDo(func() { b.Unit.Durable(store.ErrSlow) })
	if e := b.shows(v.text); e.Grant || e.Reason != policy.ReasonNotCounted || b.Relay.On() {
		t.Errorf("while the disk does not answer: %+v", e)
	}
	b.wait(time.Minute)
	b.mustDo(func() { // a grant whose record came too late
		p, err := b.Vault.Passes()
		if err != nil || len(p) != 1 {
			t.Fatal(p, err)
		}
		if granted, anew, err := b.Unit.LateRecord(p[0]); err != nil || !granted.Grant || anew.Grant {
			t.Errorf("decided as %+v, then as %+v, %v", granted, anew, err)
		}
	})
	if e := b.shows(v.text); !e.Grant {
		t.Errorf("after that: %+v", e)
	}
}

func TestPassDesk(t *testing.T) {
	b := newPassBench(t)
	ctx := context.Background()
	host := b.Someone(7)
	v, w := b.pass(host, 2, 1), b.pass(policy.PersonID{}, 1, 3)
	list, err := b.Desk.ListPasses(ctx, b.Staff)
	if err != nil || len(list) != 2 || list[0].ID != w.ID || list[1].ID != v.ID || list[1].Host != "Tenant 7" ||
		list[0].By != "anna" || list[0].Uses != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	if b.Count("looked up") != 1 || b.Count("pass made") != 2 {
		t.Errorf("%d look-ups, %d passes on record", b.Count("looked up"), b.Count("pass made"))
	}
	page, err := b.Desk.Stored(ctx, b.Staff, host)
	if err != nil || len(page.Stored) == 0 || !strings.Contains(page.Stored[len(page.Stored)-1].State, "used 0 of 1") {
		t.Errorf("the host's own page: %+v, %v", page.Stored, err)
	}
	for _, key := range []string{"", "zz", "pass-"} {
		var pr *i18n.Error
		if err := b.Desk.EndPass(ctx, b.Staff, key); !errors.As(err, &pr) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	if err := b.Desk.EndPass(ctx, b.Staff, strings.ToUpper(v.ID)); err != nil {
		t.Fatal(err)
	}
	if list, err = b.Desk.ListPasses(ctx, b.Staff); err != nil || list[1].State != policy.ReasonRevoked ||
		list[0].State != "" {
		t.Errorf("%+v, %v", list, err)
	}
	for _, e := range b.Entries() {
		for k, s := range e.Detail {
			if strings.Contains(s, "Tenant") || strings.Contains(s, string(v.Code)) {
				t.Errorf("%s: %s = %s", e.Kind, k, s)
			}
		}
	}
	for _, role := range []store.Role{store.Installer, store.Technician, store.Auditor} {
		s := b.Operator(string(role), role)
		_, list := b.Desk.ListPasses(ctx, s)
		_, add := b.Desk.AddPass(ctx, s, host, b.Clock.Now(), b.Clock.Now().Add(time.Hour), 1)
		end := b.Desk.EndPass(ctx, s, w.ID)
		if (list == nil) != (role == store.Auditor) || !errors.Is(add, desk.ErrNotAllowed) ||
			!errors.Is(end, desk.ErrNotAllowed) {
			t.Errorf("%s: %v, %v, %v", role, list, add, end)
		}
	}
}

// joins makes this door one of another door's site, and brings what that tells.
func (b *bench) joins(at *bench) {
	b.Helper()
	request, code, err := b.Vault.RequestSite(b.Config.Unit.Name)
	if err != nil {
		b.Fatal(err)
	}
	answer, code, err := at.Vault.AdmitDoor("op", request, code)
	if err != nil {
		b.Fatal(err)
	}
	if err := b.Vault.JoinSite("op", answer, code); err != nil {
		b.Fatal(err)
	}
}

// hears brings all that another door knows.
func (b *bench) hears(from *bench) {
	b.Helper()
	heads, err := from.Vault.SiteHeads()
	if err != nil {
		b.Fatal(err)
	}
	for door := range heads {
		records, err := from.Vault.SiteRecords(door, 1, 1<<30)
		if err == nil {
			_, err = b.Unit.ApplySite(context.Background(), records)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// TestPassAtOtherDoors: a pass that is given at one door opens another, by its code and by its
// digits, as often as that door was lent; a door that it is not for knows nothing of it.
func TestPassAtOtherDoors(t *testing.T) {
	named := func(name string) *bench {
		b := newBench(t, func(c *config.Config) { withPasses(c); c.Unit.Name = name })
		b.Time.Set()
		b.StartUnit()
		return b
	}
	gate, lobby, garage := named("gate"), named("lobby"), named("garage")
	if err := gate.Vault.FoundSite("op", "front gate"); err != nil { // a name of the site's own
		t.Fatal(err)
	}
	lobby.joins(gate)
	garage.joins(gate)
	gate.hears(lobby)
	gate.hears(garage)
	lobby.hears(gate)
	v := gate.pass(policy.PersonID{}, 4, 8, "front gate", "lobby")
	if e := lobby.shows(v.text); e.Grant {
		t.Errorf("before the lobby heard of it: %+v", e)
	}
	for _, b := range []*bench{lobby, garage} {
		b.hears(gate)
		b.wait(time.Minute)
	}
	if e := lobby.shows(v.text); !e.Grant || e.Reason != policy.ReasonPass || e.Detail["pass"] == "" {
		t.Errorf("its code at the lobby: %+v", e)
	}
	lobby.wait(time.Minute)
	if e := lobby.keys(string(v.Code) + "#"); !e.Grant {
		t.Errorf("its digits at the lobby: %+v", e)
	}
	lobby.wait(time.Minute)
	if e := lobby.shows(v.text); e.Grant || e.Reason != policy.ReasonUsedUp {
		t.Errorf("more than the lobby was lent: %+v", e)
	}
	if e := garage.shows(v.text); e.Grant || e.Reason != policy.ReasonWrongDoor {
		t.Errorf("its code at the garage: %+v", e)
	}
	if err := lobby.Vault.TellPasses(); err != nil {
		t.Fatal(err)
	}
	gate.hears(lobby)
	lobby.hears(gate)
	lobby.wait(time.Minute)
	if e := lobby.shows(v.text); !e.Grant {
		t.Errorf("after it was lent more: %+v", e)
	}
	if err := gate.Desk.EndPass(context.Background(), gate.Staff, v.ID); err != nil {
		t.Fatal(err)
	}
	lobby.hears(gate)
	lobby.wait(time.Minute)
	if e := lobby.shows(v.text); e.Grant || e.Reason != policy.ReasonRevoked {
		t.Errorf("after its end: %+v", e)
	}
}
