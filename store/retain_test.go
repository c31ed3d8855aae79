package store

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/store/audit"
)

func (u *unit) decide(t testing.TB, id policy.PersonID) uint64 {
	t.Helper()
	n, err := u.RecordDecision(context.Background(), policy.Decision{At: u.clock.now(), Door: "front",
		Means: policy.ByCard, Person: id, Grant: true, Reason: "granted"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRRetainPrunesAndKeepsTheProof(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	for day := range 200 {
		u.clock.advance(24 * time.Hour)
		u.decide(t, li)
		if day%20 == 0 {
			err := u.ChangePerson("op", li, "lease changed", func(p *policy.Person) error {
				p.Until = u.clock.now()
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	rep, err := u.RetentionReport()
	if err != nil || rep.Overdue != 109 || !rep.LastRun.IsZero() {
		t.Fatalf("before: %+v, %v", rep, err)
	}
	epoch := u.Epoch()
	n, err := u.Prune(context.Background(), Door)
	if err != nil || n != 111 { // and two that are due before the next run
		t.Fatalf("pruned %d, %v", n, err)
	}
	rep, err = u.RetentionReport()
	if err != nil || rep.Overdue != 0 || rep.Removed != 111 || !rep.LastRun.Equal(u.clock.now()) || rep.Readable {
		t.Errorf("after: %+v, %v", rep, err)
	}
	if u.Epoch() != epoch+1 {
		t.Error("pruned entries are still readable in free pages")
	}
	for range 2 {
		if rep, err := u.VerifyAudit(); err != nil || !rep.OK || rep.Pruned == 0 {
			t.Errorf("%v, %v", rep, err)
		}
		u.reopen(t)
	}
	var out bytes.Buffer
	if err := u.ExportAudit(&out); err != nil {
		t.Fatal(err)
	}
	if rep, err := VerifyExport(bytes.NewReader(out.Bytes()), u.PublicKey()); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
	// A gap says exactly which lines are missing: taking out one more shows.
	lines := bytes.SplitAfter(out.Bytes(), []byte("\n"))
	for i := 1; i < len(lines)-1; i++ {
		cut := bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil)
		if rep, err := VerifyExport(bytes.NewReader(cut), u.PublicKey()); err != nil || rep.OK {
			t.Fatalf("without line %d: %v, %v", i, rep, err)
		}
	}
}

// TestRRetainNothingIsOverdueBetweenRuns: with one run a day, no entry outlives its retention in
// the hours before the next, and none goes more than a day and an hour early.
func TestRRetainNothingIsOverdueBetweenRuns(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	keep := 3 * 24 * time.Hour
	if err := u.SetRetention("op", Retention{Events: keep, Acts: keep}); err != nil {
		t.Fatal(err)
	}
	for hour := range 6 * 24 {
		u.clock.advance(time.Hour)
		u.decide(t, li)
		if hour%24 == 0 {
			if _, err := u.Prune(context.Background(), Door); err != nil {
				t.Fatal(err)
			}
		}
		rep, err := u.RetentionReport()
		if err != nil || rep.Overdue != 0 {
			t.Fatalf("hour %d: %d entries are overdue, %v", hour, rep.Overdue, err)
		}
		if age := u.clock.now().Sub(rep.Oldest); hour > 4*24 && age < keep-26*time.Hour {
			t.Fatalf("hour %d: the oldest entry is of %v ago", hour, age)
		}
	}
}

// TestRRetainRefusedLogIns: a refused log-in is kept as long as events are, whoever tried; a
// log-in as long as acts, since it says who could see personal data.
func TestRRetainRefusedLogIns(t *testing.T) {
	u := newUnit(t)
	if _, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"nobody": "739182", "Zhao": "000000"} {
		if _, err := u.CheckOperator("serial", name, []byte(secret)); !errors.Is(err, ErrDenied) {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if _, err := u.CheckOperator("serial", "Zhao", []byte("739182")); err != nil {
		t.Fatal(err)
	}
	kept := func(k audit.Kind) (n int) {
		es, err := u.Entries(0, 1000, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			if e.Kind == k {
				n++
			}
		}
		return n
	}
	for _, x := range []struct {
		days         time.Duration
		refused, ins int
	}{{88, 2, 1}, {2, 0, 1}, {3 * 365, 0, 0}} {
		u.clock.advance(x.days * 24 * time.Hour)
		if _, err := u.Prune(context.Background(), Door); err != nil {
			t.Fatal(err)
		}
		if refused, ins := kept(audit.LogInRefused), kept(audit.LogIn); refused != x.refused || ins != x.ins {
			t.Errorf("%d days on, %d refused log-ins and %d log-ins are kept", x.days, refused, ins)
		}
	}
}

// Whatever is recorded and pruned when: the chain verifies, nothing young is
// lost, and nothing old is left.
func TestRRetainProperty(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		u := newUnit(t)
		if err := u.SetRetention("op", Retention{Events: 48 * time.Hour, Acts: 240 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			u.clock.advance(time.Duration(rapid.IntRange(1, 30).Draw(r, "hours")) * time.Hour)
			switch rapid.IntRange(0, 4).Draw(r, "what") {
			case 0:
				if _, err := u.PutNotice("op", "text", "en"); err != nil {
					t.Fatal(err)
				}
			case 1:
				if _, err := u.Prune(context.Background(), Door); err != nil {
					t.Fatal(err)
				}
				if rep, err := u.RetentionReport(); err != nil || rep.Overdue != 0 {
					r.Fatalf("%+v, %v", rep, err)
				}
				if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
					r.Fatalf("%v, %v", rep, err)
				}
			default:
				u.decide(t, policy.PersonID{})
			}
		}
		u.reopen(t)
		es, err := u.Entries(0, 1000, true)
		if err != nil || len(es) == 0 {
			r.Fatalf("%d entries, %v", len(es), err)
		}
		last := es[len(es)-1].Seq
		rep, err := u.VerifyAudit()
		if err != nil || !rep.OK || rep.First > last {
			r.Fatalf("%v, %v", rep, err)
		}
		var out bytes.Buffer
		if err := u.ExportAudit(&out); err != nil {
			r.Fatal(err)
		}
		if rep, err := VerifyExport(&out, u.PublicKey()); err != nil || !rep.OK {
			r.Fatalf("%v, %v", rep, err)
		}
	})
}

func TestRotationKeepsEverything(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	u.tenant(t, "wang")
	old := copyDir(t, u.dir)
	if err := u.Rotate(context.Background(), "op", "test"); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	for name := range cardOf {
		if p, _, err := u.FindCredential(policy.CardKind, cardOf[name]); err != nil || p.Name.Reveal() != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := u.Templates(func(id policy.PersonID, ts [][]float32) error {
		if id != li || ts[0][0] != face(1)[0][0] {
			t.Error("templates changed")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if _, err := Open(old, u.o); err == nil {
		t.Error("a copy under the old key opens")
	}
}

// Decisions and acts go on while the file is being exchanged, and none is lost.
func TestDoorWorksDuringRotation(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	stop, done := make(chan bool), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				done <- n
				return
			default:
			}
			if _, err := u.RecordDecision(context.Background(),
				policy.Decision{At: start, Person: li, Grant: true, Reason: "granted"}); err != nil {
				t.Error(err)
			}
			if err := u.ChangePerson("op", li, "lease changed", func(p *policy.Person) error {
				p.Groups = append(p.Groups, "x")
				return nil
			}); err != nil {
				t.Error(err)
			}
			n++
		}
	}()
	for range 20 {
		if err := u.Rotate(context.Background(), "op", "test"); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	n := <-done
	u.reopen(t)
	p, err := u.Person(li)
	if err != nil || len(p.Groups) != n {
		t.Errorf("%d of %d changes, %v", len(p.Groups), n, err)
	}
	if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}
