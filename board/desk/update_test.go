package desk_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/board/slots"
	"menshen/board/unit"
	"menshen/board/update"
	"menshen/internal/child"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// updatable is a bench of a unit with two systems, and a stick with version 1.1.
func updatable(t *testing.T) *bench {
	b := newBench(t)
	b.Updates = &boardtest.Updates{Is: update.State{Version: "1.0", Slot: slots.A},
		Answers: map[update.Act]update.Answer{
			update.Look: {Bundle: &update.Bundle{Version: "1.1", Signer: "CN = release key", Layout: store.Layout()}}}}
	b.Reassemble()
	return b
}

// TestUpdateIsRecordedBeforeItIsDone, and who had it done.
func TestUpdateIsRecordedBeforeItIsDone(t *testing.T) {
	b := updatable(t)
	o, err := b.Desk.LookForUpdate(t.Context(), b.Staff)
	if want := (desk.Offer{Version: "1.1", Running: "1.0", Signer: "CN = release key"}); err != nil || o != want {
		t.Fatalf("%+v, %v", o, err)
	}
	var steps []desk.Step
	err = b.Desk.InstallUpdate(t.Context(), b.Staff, o, func(s desk.Step) { steps = append(steps, s) })
	if err != nil || len(steps) != 1 || steps[0].Done != 50 {
		t.Errorf("%v, %v", steps, err)
	}
	if e := b.newestEntry(); e.Kind != audit.UpdateBegun || e.Actor != store.Actor(b.Staff.Operator) ||
		e.Detail["version"] != "1.1" || e.Detail["from"] != "1.0" || e.Detail["signer"] != "CN = release key" {
		t.Errorf("%+v", e)
	}
	if err := b.Desk.TryUpdate(t.Context(), b.Staff, o); err != nil {
		t.Error(err)
	}
	if e := b.newestEntry(); e.Kind != audit.UpdateTried {
		t.Errorf("%+v", e)
	}
	var did []update.Act
	for _, r := range b.Updates.Asked() {
		did = append(did, r.Do)
	}
	if want := []update.Act{update.Look, update.Install, update.Try}; !reflect.DeepEqual(did, want) {
		t.Errorf("asked for %v", did)
	}
	b.Updates.Is.Newest = &slots.Trial{Slot: slots.B, Version: "1.1", Stage: slots.Written}
	if o, err := b.Desk.LookForUpdate(t.Context(), b.Staff); err != nil || !o.Written || len(b.Updates.Asked()) != 0 {
		t.Errorf("one that waits for its trial: %+v, %v", o, err)
	}
}

// TestUpdateIsRefused with a reason and a remedy, and root is asked for nothing.
func TestUpdateIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(b *bench)
		want    string
	}{
		"one system":    {func(b *bench) { b.Updates.Is = update.State{} }, "with apt"},
		"on trial":      {func(b *bench) { b.Updates.Is.Refused = slots.RefusedOnTrial }, "itself on trial"},
		"an old EEPROM": {func(b *bench) { b.Updates.Is.Refused = slots.RefusedFirmware }, "too old"},
		"a lockdown":    {func(b *bench) { _ = b.Desk.Lockdown(t.Context(), b.Staff, true) }, "in lockdown"},
		"the door released": {func(b *bench) { _, _ = b.Desk.OpenDoor(t.Context(), b.Staff, "test") },
			"not closed and locked"},
	} {
		b := updatable(t)
		c.prepare(b)
		_, err := b.Desk.LookForUpdate(t.Context(), b.Staff)
		install := b.Desk.InstallUpdate(t.Context(), b.Staff, desk.Offer{Version: "1.1"}, func(desk.Step) {})
		try := b.Desk.TryUpdate(t.Context(), b.Staff, desk.Offer{Version: "1.1"})
		for _, err := range []error{err, install, try} {
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "; ") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if asked := b.Updates.Asked(); len(asked) != 0 || b.Count(audit.UpdateBegun) != 0 {
			t.Errorf("%s: root was asked for %v", name, asked)
		}
	}
	for _, refused := range []slots.Refusal{update.NoStick, update.NoBundle, update.Several, update.NotSigned,
		update.OtherKind,
		update.Changed, update.Failed, slots.RefusedOld, slots.RefusedVersion, slots.RefusedNothing} {
		b := updatable(t)
		b.Updates.Answers[update.Look] = update.Answer{Refused: refused, Detail: "for this reason"}
		b.Updates.Answers[update.Install] = b.Updates.Answers[update.Look]
		if _, err := b.Desk.LookForUpdate(t.Context(), b.Staff); err == nil || !strings.Contains(err.Error(), "; ") ||
			refused != update.Failed && strings.Contains(err.Error(), "failed") {
			t.Errorf("%s: %v", refused, err)
		}
		err := b.Desk.InstallUpdate(t.Context(), b.Staff, desk.Offer{Version: "1.1"}, func(desk.Step) {})
		if n := b.Count(audit.UpdateFailed); err == nil || n != 1 {
			t.Errorf("%s: %v, recorded %d times", refused, err, n)
		}
	}
}

// TestUpdateWaitsForPeople: never while a person needs the door, whatever they do there.
func TestUpdateWaitsForPeople(t *testing.T) {
	for name, s := range map[string]unit.State{
		"open":             {Door: policy.Open},
		"held":             {Door: policy.Held},
		"unlocked":         {Door: policy.Locked, Unlocked: true},
		"a person":         {Faces: unit.FaceState{There: unit.Present}},
		"being enrolled":   {Faces: unit.FaceState{There: unit.Taken}},
		"keypad lockout":   {Codes: unit.CodeState{Lockout: time.Second}},
		"lockout of faces": {Faces: unit.FaceState{Lockout: time.Second}},
		"aimed":            {Aiming: true},
	} {
		if desk.InUse(s).IsZero() {
			t.Errorf("%s: the unit would restart", name)
		}
	}
	if why := desk.InUse(unit.State{Door: policy.Locked}); !why.IsZero() {
		t.Errorf("at rest: %v", why)
	}
}

// TestLayoutNeedsBackup: after the migration there is no way back but a backup.
func TestLayoutNeedsBackup(t *testing.T) {
	b := updatable(t)
	b.Updates.Answers[update.Look] = update.Answer{Bundle: &update.Bundle{Version: "1.1", Layout: store.Layout() + 1}}
	o, err := b.Desk.LookForUpdate(t.Context(), b.Staff)
	if err != nil || !o.Migrates {
		t.Fatalf("%+v, %v", o, err)
	}
	install := func() error { return b.Desk.InstallUpdate(t.Context(), b.Staff, o, func(desk.Step) {}) }
	if err := install(); err == nil || !strings.Contains(err.Error(), "no backup") {
		t.Errorf("without a backup: %v", err)
	}
	const key = "age12mpdhzn3dkws5r5k3qqwcgn80gn8kmdagggm2chzffwa6tr9jyeswyld6c"
	if _, err := b.Desk.Backup(t.Context(), b.Staff, key, false); err != nil {
		t.Fatal(err)
	}
	if err := install(); err != nil {
		t.Errorf("after a backup: %v", err)
	}
	b.Clock.Set(b.Clock.Now().Add(25 * time.Hour))
	if err := install(); err == nil {
		t.Error("the backup is of yesterday")
	}
}

// TestStatusTellsOfUpdates, and nothing on a unit with one system.
func TestStatusTellsOfUpdates(t *testing.T) {
	trial := func(why string) *slots.Trial { return &slots.Trial{Slot: slots.B, Version: "1.1", Why: why} }
	for _, c := range []struct {
		is           update.State
		state, fault string
	}{
		{update.State{}, "", ""},
		{update.State{Version: "1.0"}, "1.0", ""},
		{update.State{Version: "1.1", OnTrial: true, Newest: trial("")}, "1.1, on trial", ""},
		{update.State{Version: "1.1", OnTrial: true, Newest: trial("relay: gone")}, "1.1", "relay: gone"},
		{update.State{Version: "1.0", TakenBack: slots.NotHealthy, Newest: trial("relay: gone")}, "1.0",
			"the update to 1.1 was tried and taken back: not everything worked: relay: gone"},
		{update.State{Version: "1.0", TakenBack: slots.NeverStarted, Newest: trial("")}, "1.0", "it did not start"},
		{update.State{Version: "1.0", TakenBack: slots.DidNotFinish, Newest: trial("")}, "1.0", "it stopped before"},
		{update.State{Version: "1.0", TakenBack: slots.StoppedLater, Newest: trial("")}, "1.0", "three times"},
	} {
		b := updatable(t)
		b.Updates.Is = c.is
		s, err := b.Desk.Status(t.Context(), b.Staff)
		if err != nil {
			t.Fatal(err)
		}
		var got desk.Fact
		for _, f := range s.Others {
			if f.Name == "system" {
				got = f
			}
		}
		if got.State != c.state || !strings.Contains(got.Fault, c.fault) || (got.Fault == "") != (c.fault == "") {
			t.Errorf("%+v: %+v", c.is, got)
		}
	}
}

func TestTroubles(t *testing.T) {
	s := unit.State{Faults: map[string]string{"power": "low", "reader in": "gone"}, Storeless: true,
		Eye: &eye.Status{Life: child.Life{State: eye.Running}, Mode: eye.Idle, Camera: eye.CameraBlack}}
	got := desk.Troubles(s)
	if len(got) != 3 || got["reader in"] == "" || got["store"] == "" || got["camera"] == "" || len(s.Faults) != 2 {
		t.Errorf("%v", got)
	}
	s = unit.State{Eye: &eye.Status{Life: child.Life{State: eye.Running}, Mode: eye.Off, Camera: eye.CameraOff}}
	if got := desk.Troubles(s); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func (b *bench) newestEntry() store.Entry {
	b.Helper()
	es, err := b.Vault.Entries(0, 1, true)
	if err != nil || len(es) != 1 {
		b.Fatalf("%d entries, %v", len(es), err)
	}
	return es[0]
}
