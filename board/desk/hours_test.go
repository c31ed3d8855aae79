package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/policy"
	"menshen/store"
)

// TestRAuditHoursAtTheDesk: who loses access is told before a change is made; the change is in the
// history with who, old and new; the status says that the configuration's hours are not used, and
// warns when they are edited.
func TestRAuditHoursAtTheDesk(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, withHours(t), func(c *config.Config) { c.Passes.Enabled = true })
	b.Start()
	li, err := b.Vault.AddPerson(store.Door, policy.Person{Name: "Li", Groups: []string{"cleaners"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Vault.AddPerson(store.Door, policy.Person{Name: "Wu", Groups: []string{"residents"}}); err != nil {
		t.Fatal(err)
	}
	h, err := b.Desk.Hours(ctx, b.Staff)
	if err != nil || h.People["cleaners"] != 1 || !h.Changed.IsZero() || len(h.Access) != 2 {
		t.Fatalf("%+v, %v", h, err)
	}
	without := h.With("cleaners")
	e, err := b.Desk.PreviewHours(ctx, b.Staff, h.Hours, without)
	if err != nil || len(e.Out) != 1 || e.Out[0].ID != li || e.Touched != 1 || e.NoPasses || e.AllHours {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err := b.Desk.PreviewHours(ctx, b.Staff, h.Hours, policy.Hours{}); err != nil || !e.AllHours ||
		len(e.Out) != 0 {
		t.Errorf("without any hours: %+v, %v", e, err)
	}
	weekend := h.With("visitors", policy.Access{Hours: boardtest.Hours(t, "sat,sun 10:00-18:00"),
		Until: b.Clock.Now().Add(30 * 24 * time.Hour)})
	if err := b.Desk.ChangeHours(ctx, b.Staff, h.Hours, weekend); err != nil {
		t.Fatal(err)
	}
	if e, err := b.Desk.PreviewHours(ctx, b.Staff, weekend, h.Hours); err != nil || !e.NoPasses {
		t.Errorf("%+v, %v", e, err)
	}
	if err := b.Desk.ChangeHours(ctx, b.Staff, h.Hours, without); err == nil ||
		!strings.Contains(err.Error(), "meanwhile") {
		t.Errorf("a change of what is not in force: %v", err)
	}
	for want, now := range map[string]policy.Hours{
		"changes nothing": weekend,
		"ended already": weekend.With("cleaners", policy.Access{Hours: policy.Always,
			Until: b.Clock.Now().Add(-time.Hour)}),
		"no group can be called": weekend.With("two words", policy.Access{Hours: policy.Always}),
		"would have no hours":    weekend.With("cleaners", policy.Access{}),
	} {
		if err := b.Desk.ChangeHours(ctx, b.Staff, weekend, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	log, err := b.Desk.HoursLog(ctx, b.Staff)
	if err != nil || len(log) != 1 || log[0].By != "anna" || log[0].Of != "visitors" || log[0].Was != "" ||
		!strings.HasPrefix(log[0].Now, "sat,sun 10:00-18:00 until 2026-") {
		t.Errorf("%+v, %v", log, err)
	}
	hoursFact := func() (f desk.Fact) {
		s, err := b.Desk.Status(ctx, b.Staff)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range s.Others {
			if o.Name == "access hours" {
				f = o
			}
		}
		return f
	}
	if f := hoursFact(); !strings.Contains(f.State, "changed at the console") || f.Fault != "" {
		t.Errorf("%+v", f)
	}
	kept, err := b.Vault.Hours(b.Config.Site.Hours())
	if err != nil {
		t.Fatal(err)
	}
	used := func(c *config.Config, want string, edited bool) {
		t.Helper()
		if text, is := desk.HoursNotUsed(c, kept); is != edited || !strings.Contains(text, want) {
			t.Errorf("config check says %q, edited %v", text, is)
		}
	}
	used(b.Config, "are not used", false)
	b.Config.Site.Access = b.Config.Site.Access[:1] // edited, and the unit started again
	used(b.Config, "hours-file", true)
	if f := hoursFact(); !strings.Contains(f.Fault, "hours-file") {
		t.Errorf("an edit of the file: %+v", f)
	}
	if err := b.Desk.UseFileHours(ctx, b.Staff, false); err != nil {
		t.Fatal(err)
	}
	if f := hoursFact(); f.Fault != "" {
		t.Errorf("the edit was seen to: %+v", f)
	}
	if err := b.Desk.UseFileHours(ctx, b.Staff, true); err != nil {
		t.Fatal(err)
	}
	if h, err := b.Desk.Hours(ctx, b.Staff); err != nil || len(h.Access) != 1 || hoursFact() != (desk.Fact{}) {
		t.Errorf("the file's: %+v, %v", h, err)
	}
	if log, err := b.Desk.HoursLog(ctx, b.Staff); err != nil || len(log) != 5 || log[0].Of != "visitors" &&
		log[0].Now != "used" {
		t.Errorf("%+v, %v", log, err)
	}
}
