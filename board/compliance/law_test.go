package compliance_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"menshen/board/boardtest"
	"menshen/board/compliance"
	"menshen/board/host"
	"menshen/board/papers"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// breach is one rule broken in a real unit, and mended.
type breach struct {
	id           string
	break_, mend func(*bench)
}

// held breaks a rule, and sees that faces go off for it while cards go on, that the status names it
// with a remedy, and that faces come back once it is mended.
func held(t *testing.T, all ...breach) {
	t.Helper()
	for _, x := range all {
		b := newBench(t)
		b.Enrolled(1)
		b.Someone(2)
		b.Tap(2)
		b.Later(time.Minute)
		b.CountAll()
		b.WantFacesOff("", "before "+x.id+" is broken")
		x.break_(b)
		b.CountAll()
		b.WantFacesOff(x.id, x.id+" is broken")
		for _, lang := range catalogue.Languages() {
			if why, remedy := b.why(lang); len(why) < len(x.id)+8 || remedy == "" {
				t.Errorf("%s in %s: %q, %q", x.id, lang.Code(), why, remedy)
			}
		}
		b.Later(10 * time.Second)
		if e := b.walkUpIfLooked(1); e.Grant {
			t.Errorf("%s is broken, and a face opens", x.id)
		}
		b.Later(10 * time.Second)
		b.Tap(2)
		if e := b.Last(); !e.Grant || e.Means != policy.ByCard {
			t.Errorf("%s is broken, and the card: %+v", x.id, e)
		}
		x.mend(b)
		b.CountAll()
		b.WantFacesOff("", x.id+" is mended")
	}
}

// walkUpIfLooked shows somebody to the eye, whether it looks or not, and gives the decision when
// there is one.
func (b *bench) walkUpIfLooked(n uint64) store.Entry {
	b.Helper()
	before := b.Count("decision")
	for range 50 {
		o := boardtest.Look(n)
		o.At = b.Clock.Now()
		b.Driver.See(&o)
		b.Later(100 * time.Millisecond)
		if b.Count("decision") > before {
			return b.Last()
		}
	}
	return store.Entry{}
}

// person is the holder of a card.
func (b *bench) person(n uint64) policy.Person {
	b.Helper()
	p, _, err := b.Vault.FindCredential(policy.CardKind, boardtest.CardOf(n).Credential())
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func TestRAltHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-ALT",
		func(b *bench) {
			b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: os.ErrClosed})
		},
		func(b *bench) {
			b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Recovered: true})
		}})
}

func TestRNoticeHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-NOTICE", // the sign was seen at another door
		func(b *bench) { b.Config.Unit.Name = "Block 5"; b.Law.LoseSigns() },
		func(b *bench) {
			b.Config.Unit.Name = "Block 5"
			b.Assess()
			b.Paper(papers.KindSign, papers.Sign{Door: "Block 5"})
			if err := b.Law.EnsureNotices(); err != nil {
				b.Fatal(err)
			}
		}},
		breach{"R-NOTICE", // other words are in force than those of this site
			func(b *bench) {
				if _, err := b.Vault.PutNotice("op", "We know what is good for you.", "zh"); err != nil {
					b.Fatal(err)
				}
			},
			func(b *bench) {
				if err := b.Law.EnsureNotices(); err != nil {
					b.Fatal(err)
				}
			}})
}

func TestRPiaHeldByTheUnit(t *testing.T) {
	held(t,
		breach{"R-PIA", func(b *bench) { b.Clock.Advance(366 * 24 * time.Hour) }, func(b *bench) { b.Assess() }},
		breach{"R-PIA", func(b *bench) { b.Config.Faces.StrangerIn = 1000 }, func(b *bench) { b.Assess() }},
		breach{"R-PIA", func(b *bench) {
			b.Clock.Advance(time.Second)
			b.Paper(papers.KindIncident, papers.Incident{ID: "abc", Noticed: b.Clock.Now()})
		}, func(b *bench) { b.Clock.Advance(time.Second); b.Assess() }},
		breach{"R-PIA", func(b *bench) {
			b.Clock.Advance(time.Second)
			b.Paper(papers.KindAssessment, papers.Assessment{Author: "anna", Necessity: "n", Impact: " ", Risks: "r",
				Measures: "m", Until: b.Clock.Now().AddDate(1, 0, 0)})
		}, func(b *bench) { b.Assess() }})
}

func TestRPurposeHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-PURPOSE",
		func(b *bench) {
			b.Config.Camera.Models = b.TempDir()
			if err := os.WriteFile(filepath.Join(b.Config.Camera.Models, "age_gender.onnx"), []byte("x"),
				0o600); err != nil {
				b.Fatal(err)
			}
		},
		func(b *bench) {
			if err := os.Remove(filepath.Join(b.Config.Camera.Models, "age_gender.onnx")); err != nil {
				b.Fatal(err)
			}
		}})
}

func TestRLocalHeldByTheUnit(t *testing.T) {
	lawful := func(b *bench) {
		b.SetBench(true)
		b.Found = host.Facts{DumpsOff: true, Locked: true}
	}
	held(t,
		breach{"R-LOCAL", func(b *bench) { b.Found.Sockets = 1 }, lawful},
		breach{"R-LOCAL", func(b *bench) { b.Found.Remote = []string{"anydesk"}; b.real() }, lawful},
		breach{"R-LOCAL", func(b *bench) { b.Eye.Held.Landlock = 0; b.real() },
			func(b *bench) { b.Eye.Held = boardtest.Confined; lawful(b) }})
}

func TestRStrangerHeldByTheUnit(t *testing.T) {
	lawful := func(b *bench) {
		b.SetBench(true)
		b.Found, b.Eye.Held = host.Facts{DumpsOff: true, Locked: true}, boardtest.Confined
	}
	held(t,
		breach{"R-STRANGER", func(b *bench) { b.Found.Pictures = 1 }, lawful},
		breach{"R-STRANGER", func(b *bench) { b.Found.DumpsOff = false; b.real() }, lawful},
		breach{"R-STRANGER", func(b *bench) { b.Eye.Held.NoDump = false; b.real() }, lawful},
		breach{"R-STRANGER", func(b *bench) {
			b.Found.ClearSwap, b.Found.Locked = []string{"sda2"}, false
			b.real()
		}, lawful})
	b := newBench(t)
	b.Found.ClearSwap = []string{"sda2"} // with locked memory nothing gets there
	b.real()
	b.CountAll()
	b.WantFacesOff("", "swap, and memory that is locked")
}

// real makes of the bench a unit for real people: its key lies apart, its operator has two factors.
func (b *bench) real() {
	b.Helper()
	b.SetBench(false)
	b.Config.Key.Source = "tpm:/dev/tpmrm0"
	b.Assess()
	if err := b.Vault.SetOperatorCard(store.Door, b.Staff.Operator, []byte("anna's")); err != nil {
		b.Fatal(err)
	}
}

func TestREncryptHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-ENCRYPT",
		func(b *bench) { b.real(); b.Config.Key.Source = "file:/etc/menshen/key"; b.Assess() },
		func(b *bench) { b.real() }})
}

func TestROperatorHeldByTheUnit(t *testing.T) {
	var tom string
	held(t,
		breach{"R-OPERATOR", func(b *bench) {
			b.real()
			if err := b.Vault.SetOperatorCard(store.Door, b.Staff.Operator, nil); err != nil {
				b.Fatal(err)
			}
		}, (*bench).real},
		breach{"R-OPERATOR", func(b *bench) { // who has not promised confidentiality
			o, err := b.Vault.AddOperator(store.Door, "tom", store.Technician, []byte(boardtest.Secret))
			if err != nil {
				b.Fatal(err)
			}
			tom = o.ID
		}, func(b *bench) {
			if err := b.Vault.ChangeOperator("anna", tom, "operator blocked", func(o *store.Operator) error {
				o.Blocked = true
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}},
		breach{"R-OPERATOR", func(b *bench) {
			b.Config.Console.Idle *= 2
		}, func(b *bench) { b.Config.Console.Idle /= 2 }})
}

func TestRRefuseHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-REFUSE",
		func(b *bench) {
			for range 3 {
				b.Unit.Record(store.Entry{Kind: audit.AskedAfterNo})
			}
			b.Entries()
		},
		func(b *bench) {
			b.Clock.Advance(time.Second)
			b.Paper(papers.KindInquiry, papers.Inquiry{What: "spoke with them"})
		}})
}

// supposed is what no act can bring about: a count that says so all the same, as from a defect of
// our own. Faces go off for it.
func (b *bench) supposed(what func(*policy.PeopleFacts), id string) {
	b.Helper()
	b.Law.Suppose(what)
	b.WantFacesOff(id, "a count that says so")
	b.CountAll()
	b.WantFacesOff("", "counted again")
}

// R-CONSENT: the vault lets no consent be taken from under a face, nor another be put there that
// cannot be shown.
func TestRConsentHeldByTheUnit(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	for what, change := range map[string]func(*policy.FaceConsent){
		"no consent":        func(f *policy.FaceConsent) { f.State = policy.FaceNever },
		"an unknown notice": func(f *policy.FaceConsent) { f.Notice = [32]byte{1} },
	} {
		if err := b.Vault.ChangePerson("op", id, audit.PersonCorrected, func(p *policy.Person) error {
			change(&p.Face)
			return nil
		}); err == nil {
			t.Errorf("a face is left with %s", what)
		}
	}
	b.CountAll()
	if _, f := b.Law.Review(); f.People.NoConsent != 0 || f.People.WithFace != 1 {
		t.Errorf("counted %+v", f.People)
	}
	b.supposed(func(f *policy.PeopleFacts) { f.NoConsent = 1 }, "R-CONSENT")
}

// R-EQUAL: no record makes the face the better way in; that is how package policy decides, and its
// tests hold it for everybody. With a card for another door only the face rests, which is R-ALT's
// to tell.
func TestREqualHeldByTheUnit(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	if _, err := b.Vault.AddLimited("op", id, policy.Credential{Kind: policy.CardKind, Door: "another"},
		boardtest.CardOf(9).Credential()); err != nil {
		t.Fatal(err)
	}
	if err := b.Vault.RevokeCredential("op", id, b.person(1).Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	b.CountAll()
	if _, f := b.Law.Review(); f.People.Unequal != 0 || f.People.FaceOnly != 1 {
		t.Errorf("counted %+v", f.People)
	}
	b.Later(time.Minute)
	if e := b.WalkUp(1); e.Grant {
		t.Error("the face opens where the card does not")
	}
	b.supposed(func(f *policy.PeopleFacts) { f.Unequal = 1 }, "R-EQUAL")
}

// R-AUDIT: somebody changes one line of the log on the disk, under the running unit.
func TestRAuditHeldByTheUnit(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Someone(2)
	b.CountAll()
	path := filepath.Join(b.Config.Unit.Dir, "vault.db")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(copied, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(copied, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	err = db.View(func(tx *bolt.Tx) error {
		_, line := tx.Bucket([]byte("audit")).Cursor().First()
		at = bytes.Index(raw, line) + len(line)/2
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil || at < 0 {
		t.Fatal(at, err)
	}
	disk, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	if _, err := disk.WriteAt([]byte{raw[at] ^ 1}, int64(at)); err != nil {
		t.Fatal(err)
	}
	if err := b.Law.CountAll(context.Background()); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("counting: %v", err)
	}
	b.WantFacesOff("R-AUDIT", "an entry was changed")
	if b.Tap(2); !b.Relay.On() {
		t.Error("the card does not open")
	}
}

func TestRFilingHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-FILING",
		func(b *bench) {
			b.Paper(papers.KindFiling, papers.Filing{Elsewhere: policy.FilingAt,
				Reached: b.Clock.Now().AddDate(0, -3, 0)})
		},
		func(b *bench) {
			b.Paper(papers.KindFiling, papers.Filing{Elsewhere: policy.FilingAt, Filed: b.Clock.Now(),
				Handler: b.Config.Unit.Handler})
		}})
}

func TestRNoprivateHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-NOPRIVATE",
		func(b *bench) { b.Config.Unit.Location = "changing room"; b.Assess(); b.Law.EnsureNotices() },
		func(b *bench) { b.Config.Unit.Location = "office"; b.Assess(); b.Law.EnsureNotices() }})
}

// R-ERASE: a lease that is over is no matter of 15 days: the unit erases at once. Where it cannot,
// faces go off when the backstop has passed.
func TestREraseHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-ERASE",
		func(b *bench) {
			p := b.person(1)
			at := b.Clock.Now().AddDate(0, 0, -16)
			if err := b.Vault.ChangePerson("op", p.ID, "lease changed", func(p *policy.Person) error {
				p.Until = at
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		},
		func(b *bench) {
			p := b.person(1)
			if err := b.Vault.ChangePerson("op", p.ID, "lease changed", func(p *policy.Person) error {
				p.Until = time.Time{}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}})
}

func TestRMinorHeldByTheUnit(t *testing.T) {
	minor := func(is bool) func(*bench) {
		return func(b *bench) {
			if err := b.Vault.ChangePerson("op", b.person(1).ID, "person corrected", func(p *policy.Person) error {
				p.Face.Minor = is
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}
	}
	held(t, breach{"R-MINOR", minor(true), minor(false)})
}

// R-WITHDRAW: a door where staff let people in, and where no reader takes the card by which one's
// face is taken back.
func TestRWithdrawHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-WITHDRAW", func(b *bench) {
		b.Wires.Inputs["staff"] = b.Inputs["rex"]
		b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: os.ErrClosed})
	}, func(b *bench) {
		b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Recovered: true})
	}})
}

// Rules that do not switch faces off are shown all the same: R-RIGHTS, R-INCIDENT, R-RETAIN,
// R-SAFE.
func TestRRightsRIncidentShownByTheUnit(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Paper(papers.KindRequest, papers.Request{ID: "q", Asked: b.Clock.Now().AddDate(0, -2, 0), What: "see"})
	b.Paper(papers.KindIncident, papers.Incident{ID: "i", Noticed: b.Clock.Now()})
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: "rex", Fault: os.ErrClosed})
	b.Assess()
	b.CountAll()
	b.WantFacesOff("", "rules are broken that do not protect people")
	want := []string{"R-RIGHTS", "R-INCIDENT", "R-RETAIN", "R-SAFE"}
	broken := func() (ids []string) {
		all, _ := b.Law.Review()
		for _, f := range all {
			if f.State == policy.Broken {
				ids = append(ids, string(f.Rule.ID))
			}
		}
		slices.Sort(ids)
		return ids
	}
	slices.Sort(want)
	if got := broken(); !slices.Equal(got, want) {
		t.Errorf("broken: %q, want %q", got, want)
	}
	b.Paper(papers.KindRequest, papers.Request{ID: "q", Asked: b.Clock.Now().AddDate(0, -2, 0), What: "see",
		Done: b.Clock.Now()})
	b.Paper(papers.KindIncident, papers.Incident{ID: "i", Noticed: b.Clock.Now(), ToldPeople: b.Clock.Now(),
		ToldAuthority: b.Clock.Now()})
	if _, err := b.Vault.Prune(context.Background(), store.Door); err != nil {
		t.Fatal(err)
	}
	b.Input("rex", false)
	b.CountAll()
	b.FacesOff()
	if got := broken(); len(got) != 0 {
		t.Errorf("mended, and broken: %q", got)
	}
}

// TestStaleCountsSwitchFacesOff: a unit that could not look at itself for more than a day does not
// go on as if all were well.
func TestStaleCountsSwitchFacesOff(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.CountAll()
	b.Later(policy.Fresh + time.Minute)
	if off := b.FacesOff().String(); off != "R-ALT" {
		t.Errorf("faces off because of %q", off)
	}
	b.Tap(1)
	if !b.Last().Grant {
		t.Error("the card does not open")
	}
	b.CountAll()
	b.WantFacesOff("", "counted again")
}

// TestActsAreCountedSoon: the running unit notices an act by whatever way within a second or two,
// in both directions.
func TestActsAreCountedSoon(t *testing.T) {
	b := newBench(t)
	b.Start()
	wait := func(want string) {
		t.Helper()
		var off string
		for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
			if off = b.FacesOff().String(); off == want {
				return
			}
		}
		t.Fatalf("faces off because of %q, want %q", off, want)
	}
	wait("")
	b.Clock.Advance(time.Second)
	b.Paper(papers.KindIncident, papers.Incident{ID: "i", Noticed: b.Clock.Now()})
	wait("R-PIA")
	b.Clock.Advance(time.Second)
	b.Assess()
	wait("")
}

// why is why faces are off, as the status tells it.
func (b *bench) why(lang i18n.Language) (why, fix string) {
	b.Helper()
	s := b.Staff
	s.Lang = lang
	st, err := b.Desk.Status(context.Background(), s)
	if err != nil {
		b.Fatal(err)
	}
	return st.FacesOff, st.FacesFix
}

// TestRSafeIsAFault: an exit button that does not work shows as a fault as soon as the unit looks,
// and goes with it.
func TestRSafeIsAFault(t *testing.T) {
	b := newBench(t)
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: "rex", Fault: os.ErrClosed})
	b.Driver.Tick()
	if err := b.Law.ExitFault(); err == nil || !strings.Contains(err.Error(), "request to exit") {
		t.Errorf("got %v", err)
	}
	b.Input("rex", false)
	b.Driver.Tick()
	if err := b.Law.ExitFault(); err != nil {
		t.Errorf("got %v", err)
	}
}

// TestRRetainRunIsSeenSoon: a run that finds nothing to remove counts in the next round, and not
// only an hour later. A unit that was off for more than a day has such a run a minute after its
// start.
func TestRRetainRunIsSeenSoon(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	report := func(context.Context, string, error) error { return nil }
	var r compliance.Round
	b.Law.Round(ctx, &r, report)
	if state := b.StateOf(policy.RuleRetain); state != policy.Broken {
		t.Fatalf("before the first run: %s", state)
	}
	b.Law.Retain(ctx, report)
	b.Clock.Advance(time.Second)
	b.Law.Round(ctx, &r, report)
	if state := b.StateOf(policy.RuleRetain); state != policy.Kept {
		t.Errorf("a second after the run: %s", state)
	}
}

// TestRRetainTriesAgainSoon: what could not be removed, since the disk failed at that moment, is
// not left for a day.
func TestRRetainTriesAgainSoon(t *testing.T) {
	b := newBench(t)
	report := func(context.Context, string, error) error { return nil }
	if wait := b.Law.Retain(context.Background(), report); wait != 24*time.Hour {
		t.Errorf("after a run: again in %v", wait)
	}
	if err := b.Vault.Close(); err != nil {
		t.Fatal(err)
	}
	if wait := b.Law.Retain(context.Background(), report); wait > 10*time.Minute {
		t.Errorf("after a run that failed: again in %v", wait)
	}
}
