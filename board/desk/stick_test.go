package desk_test

import (
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"menshen/board/desk"
	"menshen/board/outbox"
	"menshen/board/slots"
	"menshen/board/update"
	"menshen/store"
	"menshen/store/audit"
)

// TestStickTakesAlong has root copy what leaves the unit, for a manager or an auditor. Each file
// that went is recorded, also if not all did.
func TestStickTakesAlong(t *testing.T) {
	b := updatable(t)
	b.Updates.Is = update.State{} // a unit from packages
	went := []update.File{{Name: "a.csv", Size: 7, SHA256: "a1b2"}, {Name: "b.csv", As: "b-2.csv", SHA256: "c3"}}
	b.Updates.Answers[update.Give] = update.Answer{Files: 3, Went: went}
	var steps []desk.Step
	n, got, err := b.Desk.CopyToStick(t.Context(), b.Staff, []string{"a.csv", "b.csv"},
		func(s desk.Step) { steps = append(steps, s) })
	if want := []desk.StickFile{{Name: "a.csv", Size: 7}, {Name: "b.csv", As: "b-2.csv"}}; err != nil || n != 3 ||
		!reflect.DeepEqual(got, want) || len(steps) != 1 || steps[0].Done != 50 {
		t.Errorf("%d, %v, %v, %v", n, got, steps, err)
	}
	if asked := b.Updates.Asked(); len(asked) != 1 || asked[0].Do != update.Give || len(asked[0].Names) != 2 {
		t.Errorf("asked for %v", asked)
	}
	if e := b.newestEntry(); e.Actor != store.Actor(b.Staff.Operator) || e.Detail["file"] != "b.csv" ||
		e.Detail["sha256"] != "c3" || e.Detail["bytes"] != "0" {
		t.Errorf("%+v", e)
	}
	if n := b.Count(audit.FileCarriedOut); n != 2 {
		t.Errorf("recorded %d times", n)
	}
	b.Updates.Answers[update.Give] = update.Answer{Refused: update.Full, Detail: "4 kB are free", Went: went[:1]}
	if _, _, err := b.Desk.CopyToStick(t.Context(), b.Staff, nil, func(desk.Step) {}); err == nil ||
		b.Count(audit.FileCarriedOut) != 3 {
		t.Errorf("%v, recorded %d times", err, b.Count(audit.FileCarriedOut))
	}
}

// TestStickKeepsPassesFromAuditors: a printed pass opens the door, so it leaves with who may make
// one. An auditor takes all else along.
func TestStickKeepsPassesFromAuditors(t *testing.T) {
	b := updatable(t)
	b.Updates.Is = update.State{}
	out := outbox.Box{Dir: outbox.Dir(b.Config.Unit.Dir), Zone: time.UTC}
	write := func(w io.Writer) error { _, err := io.WriteString(w, "<html>"); return err }
	pass, err := out.WritePass(time.Now(), "8f02", write)
	if err != nil {
		t.Fatal(err)
	}
	auditor := b.Operator("aud", desk.Auditor)
	carry := func(s desk.Session, names ...string) error {
		_, _, err := b.Desk.CopyToStick(t.Context(), s, names, func(desk.Step) {})
		return err
	}
	if err := carry(auditor, filepath.Base(pass)); !errors.Is(err, desk.ErrNotAllowed) {
		t.Errorf("an auditor takes a pass: %v", err)
	}
	if err := carry(auditor); err != nil || len(b.Updates.Asked()) != 0 { // there is nothing else
		t.Errorf("%v, asked for %v", err, b.Updates.Asked())
	}
	if _, err := out.Write(time.Now(), "dossier", ".html", write); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(carry(auditor), carry(b.Staff), carry(b.Staff, filepath.Base(pass))); err != nil {
		t.Fatal(err)
	}
	asked := b.Updates.Asked()
	if len(asked) != 3 || len(asked[0].Names) != 1 || !strings.HasPrefix(asked[0].Names[0], "dossier") ||
		asked[1].Names != nil || len(asked[2].Names) != 1 {
		t.Errorf("asked for %+v", asked)
	}
}

// TestStickRefuses with a reason and a remedy, whatever root could not do.
func TestStickRefuses(t *testing.T) {
	b := updatable(t)
	for refused, want := range map[slots.Refusal]string{
		update.NoStick: "plug one", update.Sticks: "several", update.Unknown: "FAT or exFAT", update.OnlyRead: "ext4",
		update.InUse: "mounted already", update.Protected: "its switch",
		update.Full: "room on the stick (for this reason)", update.Broken: "pulled out",
		update.Differs: "not to be trusted", update.NoFile: "no file of that name", update.NotPlain: "plain file",
		update.TooLarge: "too large", update.StickOff: "under [stick]", update.Failed: "for this reason; try again"} {
		for _, act := range []update.Act{update.Give, update.List, update.Take} {
			b.Updates.Answers[act] = update.Answer{Refused: refused, Detail: "for this reason"}
		}
		_, _, give := b.Desk.CopyToStick(t.Context(), b.Staff, nil, func(desk.Step) {})
		_, _, list := b.Desk.ListStick(t.Context(), b.Staff)
		_, take := b.Desk.OpenList(t.Context(), b.Staff, "tenants.csv", true)
		for _, err := range []error{give, list, take} {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "; ") {
				t.Errorf("%s: %v", refused, err)
			}
		}
	}
	if n := b.Count(audit.FileCarriedOut) + b.Count(audit.FileBroughtIn); n != 0 {
		t.Errorf("recorded %d times", n)
	}
	b.Updates.Asked()
	b.Config.Stick.Enabled = false
	b.Reassemble()
	_, _, err := b.Desk.ListStick(t.Context(), b.Staff)
	if asked := b.Updates.Asked(); err == nil || !strings.Contains(err.Error(), "under [stick]") || len(asked) != 0 {
		t.Errorf("switched off: %v, asked for %v", err, asked)
	}
	b.Config.Stick.Enabled, b.Updates = true, nil
	b.Reassemble()
	_, _, err = b.Desk.ListStick(t.Context(), b.Staff)
	if err == nil || !strings.Contains(err.Error(), "root copies") {
		t.Errorf("without root's service: %v", err)
	}
}

// TestStickBringsIn one named file, for an import or a form, and records it.
func TestStickBringsIn(t *testing.T) {
	b := updatable(t)
	b.Updates.Brings = heading + "Li,1204,,,,\n"
	b.Updates.Answers[update.Take] = update.Answer{Taken: &update.File{Name: "tenants.csv", Size: 9, SHA256: "a1"}}
	f, err := b.Desk.OpenList(t.Context(), b.Staff, "tenants.csv", true)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(f)
	if f.Close(); err != nil || string(raw) != b.Updates.Brings {
		t.Errorf("%q, %v", raw, err)
	}
	asked := b.Updates.Asked()
	if len(asked) != 1 || asked[0].Do != update.Take || asked[0].Names[0] != "tenants.csv" || asked[0].Limit != 8<<20 {
		t.Errorf("asked for %+v", asked)
	}
	if e := b.newestEntry(); e.Kind != audit.FileBroughtIn || e.Detail["file"] != "tenants.csv" ||
		e.Detail["sha256"] != "a1" {
		t.Errorf("%+v", e)
	}
	b.Updates.Answers[update.Take] = update.Answer{}
	if _, err := b.Desk.AssessmentForm(t.Context(), b.Staff, "form.txt", true); err == nil {
		t.Error("root brought nothing")
	}
}
