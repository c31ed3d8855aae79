package store

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

func hoursOf(t testing.TB, group, span string) policy.Hours {
	t.Helper()
	var p policy.Span
	if err := p.UnmarshalText([]byte(span)); err != nil {
		t.Fatal(err)
	}
	return policy.Hours{}.With(group, policy.Access{Hours: policy.Schedule{p}})
}

// TestHoursOfFileAndVault: the configuration's hours hold until the first change. From then on the
// vault's do, over a restart and in a backup; an edit of the file is told and not taken. They end
// by a change of their own.
func TestHoursOfFileAndVault(t *testing.T) {
	u := newUnit(t)
	file, edited := hoursOf(t, "staff", "mon-fri 07:00-18:00"), hoursOf(t, "staff", "daily 00:00-24:00")
	want := func(u *unit, file, in policy.Hours, changed, ignored bool) {
		t.Helper()
		h, err := u.Hours(file)
		if err != nil || !reflect.DeepEqual(h.Hours, in) || h.Changed.IsZero() == changed || h.FileIgnored != ignored {
			t.Errorf("%+v, %v; want %+v, changed %v, ignored %v", h, err, in, changed, ignored)
		}
	}
	want(u, file, file, false, false)
	want(u, edited, edited, false, false)

	now := file.With("cleaners", policy.Access{Hours: policy.Always,
		Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
	act := HoursAct{File: file, Was: file, Now: now, Settings: "{}", Detail: map[string]string{"of": "cleaners"}}
	if err := u.ChangeHours("op", act); err != nil {
		t.Fatal(err)
	}
	if err := u.ChangeHours("op", act); !errors.Is(err, ErrMeanwhile) {
		t.Errorf("a change of hours that are not in force: %v", err)
	}
	u.reopen(t)
	want(u, file, now, true, false)
	want(u, edited, now, true, true)

	id := identity(t)
	n := newUnit(t)
	if _, err := n.Restore(context.Background(), "op", bytes.NewReader(u.backup(t, id, true)), id, nil,
		WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	want(n, edited, now, true, true)

	es, err := u.Entries(0, 10, true)
	if err != nil || len(es) == 0 {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range es {
		if e.Kind == audit.HoursChanged && e.Actor == "op" && e.Detail[InForce] == "{}" {
			seen++
		}
	}
	if seen != 1 {
		t.Errorf("recorded %d times: %+v", seen, es)
	}
	if err := u.act(func(t *tx) error {
		return t.put(settingBucket, hoursKey, &t.r.seal, &hoursRecord{Text: "{"})
	}); err != nil {
		t.Fatal(err)
	}
	if h, err := u.Hours(file); !errors.Is(err, ErrCorrupt) || !reflect.DeepEqual(h.Hours, file) {
		t.Errorf("a damaged record: %+v, %v", h, err)
	}
	if err := u.ChangeHours("op", HoursAct{File: file, Was: file, Now: now}); err != nil {
		t.Errorf("a damaged record cannot be mended: %v", err)
	}
	if err := u.ChangeHours("op", HoursAct{File: edited, Was: now, Now: edited, FromFile: true}); err != nil {
		t.Fatal(err)
	}
	want(u, edited, edited, false, false)
}
