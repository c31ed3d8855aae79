package board

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"menshen/board/host"
	"menshen/board/papers"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// recount counts everything again, as the unit does within a second of an act and once a day.
func (b *bench) recount() {
	b.Helper()
	if err := b.countAll(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// breach is one rule broken in a real unit, and mended.
type breach struct {
	id           string
	break_, mend func(*bench)
}

// held breaks a rule, and sees that faces go off for it while cards go on, that the status names it with a remedy, and that faces come back once it is mended.
func held(t *testing.T, all ...breach) {
	t.Helper()
	for _, x := range all {
		b := newBench(t)
		b.enrolled(1)
		b.someone(2)
		b.tapped(2)
		b.later(time.Minute)
		b.recount()
		if off := b.facesOff().String(); off != "" {
			t.Fatalf("faces off before anything is broken: %s", off)
		}
		x.break_(b)
		b.recount()
		if off := b.facesOff().String(); off != x.id {
			t.Errorf("%s is broken, and faces are off because of %q", x.id, off)
		}
		for _, lang := range []string{"en", "zh"} {
			if why, remedy := b.whyOff(b.facesOff(), lang); len(why) < len(x.id)+8 || remedy == "" {
				t.Errorf("%s in %s: %q, %q", x.id, lang, why, remedy)
			}
		}
		b.later(10 * time.Second)
		if e := b.walkUpIfLooked(1); e.Grant {
			t.Errorf("%s is broken, and a face opens", x.id)
		}
		b.later(10 * time.Second)
		b.tapped(2)
		if e := b.last(); !e.Grant || e.Means != policy.ByCard {
			t.Errorf("%s is broken, and the card: %+v", x.id, e)
		}
		x.mend(b)
		b.recount()
		if off := b.facesOff().String(); off != "" {
			t.Errorf("%s is mended, and faces are off because of %q", x.id, off)
		}
	}
}

// walkUpIfLooked shows somebody to the eye, whether it looks or not, and gives the decision when there is one.
func (b *bench) walkUpIfLooked(n uint64) store.Entry {
	b.Helper()
	before := b.count("decision")
	for range 50 {
		o := look(n)
		o.At = b.clock.now()
		b.observe(&o)
		b.later(100 * time.Millisecond)
		if b.count("decision") > before {
			return b.last()
		}
	}
	return store.Entry{}
}

// person is the holder of a card.
func (b *bench) person(n uint64) policy.Person {
	b.Helper()
	p, _, err := b.vault.FindCredential(policy.CardKind, cardOf(n).Credential())
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func TestRAltHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-ALT",
		func(b *bench) { b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: os.ErrClosed}) },
		func(b *bench) { b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Recovered: true}) }})
}

func TestRNoticeHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-NOTICE", // the sign was seen at another door
		func(b *bench) { b.cfg.Unit.Name, b.counted.file.Signs = "Block 5", nil },
		func(b *bench) {
			b.cfg.Unit.Name = "Block 5"
			b.assess()
			b.paper(papers.KindSign, papers.Sign{Door: "Block 5"})
			if err := b.ensureNotices(); err != nil {
				b.Fatal(err)
			}
		}},
		breach{"R-NOTICE", // other words are in force than those of this site
			func(b *bench) {
				if _, err := b.vault.PutNotice("op", "We know what is good for you.", "zh"); err != nil {
					b.Fatal(err)
				}
			},
			func(b *bench) {
				if err := b.ensureNotices(); err != nil {
					b.Fatal(err)
				}
			}})
}

func TestRPiaHeldByTheUnit(t *testing.T) {
	held(t,
		breach{"R-PIA", func(b *bench) { b.clock.advance(366 * 24 * time.Hour) }, (*bench).assess},
		breach{"R-PIA", func(b *bench) { b.cfg.Faces.StrangerIn = 1000 }, (*bench).assess},
		breach{"R-PIA", func(b *bench) {
			b.clock.advance(time.Second)
			b.paper(papers.KindIncident, papers.Incident{ID: "abc", Noticed: b.clock.now()})
		}, func(b *bench) { b.clock.advance(time.Second); b.assess() }},
		breach{"R-PIA", func(b *bench) {
			b.clock.advance(time.Second)
			b.paper(papers.KindAssessment, papers.Assessment{Author: "anna", Necessity: "n", Impact: " ", Risks: "r", Measures: "m", Until: b.clock.now().AddDate(1, 0, 0)})
		}, (*bench).assess})
}

// assess puts a new impact assessment on file.
func (b *bench) assess() {
	b.Helper()
	basis, err := b.basis()
	if err != nil {
		b.Fatal(err)
	}
	b.paper(papers.KindAssessment, papers.Assessment{Author: "anna", Necessity: "n", Impact: "i", Risks: "r", Measures: "m",
		Until: b.clock.now().AddDate(1, 0, 0), Basis: basis})
}

func TestRPurposeHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-PURPOSE",
		func(b *bench) {
			b.cfg.Camera.Models = b.TempDir()
			if err := os.WriteFile(filepath.Join(b.cfg.Camera.Models, "age_gender.onnx"), []byte("x"), 0o600); err != nil {
				b.Fatal(err)
			}
		},
		func(b *bench) {
			if err := os.Remove(filepath.Join(b.cfg.Camera.Models, "age_gender.onnx")); err != nil {
				b.Fatal(err)
			}
		}})
}

func TestRLocalHeldByTheUnit(t *testing.T) {
	lawful := func(b *bench) { b.found, b.cfg.Unit.Bench = host.Facts{DumpsOff: true, Locked: true}, true }
	held(t,
		breach{"R-LOCAL", func(b *bench) { b.found.Sockets = 1 }, lawful},
		breach{"R-LOCAL", func(b *bench) { b.found.Remote = []string{"anydesk"}; b.real() }, lawful},
		breach{"R-LOCAL", func(b *bench) { b.eye.held.Landlock = 0; b.real() },
			func(b *bench) { b.eye.held = confined; lawful(b) }})
}

func TestRStrangerHeldByTheUnit(t *testing.T) {
	lawful := func(b *bench) {
		b.found, b.eye.held, b.cfg.Unit.Bench = host.Facts{DumpsOff: true, Locked: true}, confined, true
	}
	held(t,
		breach{"R-STRANGER", func(b *bench) { b.found.Pictures = 1 }, lawful},
		breach{"R-STRANGER", func(b *bench) { b.found.DumpsOff = false; b.real() }, lawful},
		breach{"R-STRANGER", func(b *bench) { b.eye.held.NoDump = false; b.real() }, lawful},
		breach{"R-STRANGER", func(b *bench) { b.found.ClearSwap, b.found.Locked = []string{"sda2"}, false; b.real() }, lawful})
	b := newBench(t)
	b.found.ClearSwap = []string{"sda2"} // with locked memory nothing gets there
	b.real()
	b.recount()
	if off := b.facesOff().String(); off != "" {
		t.Errorf("locked memory and swap: faces are off because of %s", off)
	}
}

// real makes of the bench a unit for real people: its key lies apart, its operator has two factors.
func (b *bench) real() {
	b.Helper()
	b.cfg.Unit.Bench, b.cfg.Key.Source = false, "tpm:/dev/tpmrm0"
	b.assess()
	if err := b.vault.SetOperatorCard(store.Door, b.staff.Operator, []byte("anna's")); err != nil {
		b.Fatal(err)
	}
}

func TestREncryptHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-ENCRYPT",
		func(b *bench) { b.real(); b.cfg.Key.Source = "file:/etc/menshen/key"; b.assess() },
		func(b *bench) { b.real() }})
}

func TestROperatorHeldByTheUnit(t *testing.T) {
	var tom string
	held(t,
		breach{"R-OPERATOR", func(b *bench) {
			b.real()
			if err := b.vault.SetOperatorCard(store.Door, b.staff.Operator, nil); err != nil {
				b.Fatal(err)
			}
		}, (*bench).real},
		breach{"R-OPERATOR", func(b *bench) { // who has not promised confidentiality
			o, err := b.vault.AddOperator(store.Door, "tom", store.Technician, []byte(secret))
			if err != nil {
				b.Fatal(err)
			}
			tom = o.ID
		}, func(b *bench) {
			if err := b.vault.ChangeOperator("anna", tom, "operator blocked", func(o *store.Operator) error { o.Blocked = true; return nil }); err != nil {
				b.Fatal(err)
			}
		}},
		breach{"R-OPERATOR", func(b *bench) { b.cfg.Console.Idle *= 2 }, func(b *bench) { b.cfg.Console.Idle /= 2 }})
}

func TestRRefuseHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-REFUSE",
		func(b *bench) {
			for range 3 {
				b.note(audit.AskedAfterNo, nil)
			}
			b.entries()
		},
		func(b *bench) {
			b.clock.advance(time.Second)
			b.paper(papers.KindInquiry, papers.Inquiry{What: "spoke with them"})
		}})
}

// supposed is what no act can bring about: a count that says so all the same, as from a defect of our own. Faces go off for it.
func (b *bench) supposed(what func(*policy.PeopleFacts), id string) {
	b.Helper()
	b.counted.mu.Lock()
	what(&b.counted.facts.People)
	b.counted.version++
	b.counted.mu.Unlock()
	if off := b.facesOff().String(); off != id {
		b.Errorf("faces off because of %q, want %s", off, id)
	}
	b.recount()
	if off := b.facesOff().String(); off != "" {
		b.Errorf("counted anew, and off because of %q", off)
	}
}

// R-CONSENT: the vault lets no consent be taken from under a face, nor another be put there that cannot be shown.
func TestRConsentHeldByTheUnit(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(1)
	for what, change := range map[string]func(*policy.FaceConsent){
		"no consent":              func(f *policy.FaceConsent) { f.State = policy.FaceNever },
		"words that nobody knows": func(f *policy.FaceConsent) { f.Notice = [32]byte{1} },
	} {
		if err := b.vault.ChangePerson("op", id, audit.PersonCorrected, func(p *policy.Person) error { change(&p.Face); return nil }); err == nil {
			t.Errorf("a face is left with %s", what)
		}
	}
	b.recount()
	if _, f := b.Review(); f.People.NoConsent != 0 || f.People.WithFace != 1 {
		t.Errorf("counted %+v", f.People)
	}
	b.supposed(func(f *policy.PeopleFacts) { f.NoConsent = 1 }, "R-CONSENT")
}

// R-EQUAL: no record makes the face the better way in; that is how package policy decides, and its tests hold it for everybody. With a card for another door only
// the face rests, which is R-ALT's to tell.
func TestREqualHeldByTheUnit(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(1)
	if _, err := b.vault.AddLimited("op", id, policy.Credential{Kind: policy.CardKind, Door: "another"}, cardOf(9).Credential()); err != nil {
		t.Fatal(err)
	}
	if err := b.vault.RevokeCredential("op", id, b.person(1).Keys[0].ID); err != nil {
		t.Fatal(err)
	}
	b.recount()
	if _, f := b.Review(); f.People.Unequal != 0 || f.People.FaceOnly != 1 {
		t.Errorf("counted %+v", f.People)
	}
	b.later(time.Minute)
	if e := b.walkUp(1); e.Grant {
		t.Error("the face opens where the card does not")
	}
	b.supposed(func(f *policy.PeopleFacts) { f.Unequal = 1 }, "R-EQUAL")
}

// R-AUDIT: somebody changes one line of the log on the disk, under the running unit.
func TestRAuditHeldByTheUnit(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.someone(2)
	b.recount()
	path := filepath.Join(b.cfg.Unit.Dir, "vault.db")
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
	if err := b.countAll(context.Background()); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("counting: %v", err)
	}
	if off := b.facesOff().String(); off != "R-AUDIT" {
		t.Errorf("faces off because of %q", off)
	}
	if b.tapped(2); !b.relay.On() {
		t.Error("the card does not open")
	}
}

func TestRFilingHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-FILING",
		func(b *bench) {
			b.paper(papers.KindFiling, papers.Filing{Elsewhere: policy.FilingAt, Reached: b.clock.now().AddDate(0, -3, 0)})
		},
		func(b *bench) {
			b.paper(papers.KindFiling, papers.Filing{Elsewhere: policy.FilingAt, Filed: b.clock.now(), Handler: b.cfg.Unit.Handler})
		}})
}

func TestRNoprivateHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-NOPRIVATE",
		func(b *bench) { b.cfg.Unit.Location = "changing room"; b.assess(); b.ensureNotices() },
		func(b *bench) { b.cfg.Unit.Location = "office"; b.assess(); b.ensureNotices() }})
}

// R-ERASE: a lease that is over is no matter of 15 days: the unit erases at once. Where it cannot, faces go off when the backstop has passed.
func TestREraseHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-ERASE",
		func(b *bench) {
			p := b.person(1)
			at := b.clock.now().AddDate(0, 0, -16)
			if err := b.vault.ChangePerson("op", p.ID, "lease changed", func(p *policy.Person) error { p.Until = at; return nil }); err != nil {
				b.Fatal(err)
			}
		},
		func(b *bench) {
			p := b.person(1)
			if err := b.vault.ChangePerson("op", p.ID, "lease changed", func(p *policy.Person) error { p.Until = time.Time{}; return nil }); err != nil {
				b.Fatal(err)
			}
		}})
}

func TestRMinorHeldByTheUnit(t *testing.T) {
	minor := func(is bool) func(*bench) {
		return func(b *bench) {
			if err := b.vault.ChangePerson("op", b.person(1).ID, "person corrected", func(p *policy.Person) error { p.Face.Minor = is; return nil }); err != nil {
				b.Fatal(err)
			}
		}
	}
	held(t, breach{"R-MINOR", minor(true), minor(false)})
}

// R-WITHDRAW: a door where staff let people in, and where no reader takes the card by which one's face is taken back.
func TestRWithdrawHeldByTheUnit(t *testing.T) {
	held(t, breach{"R-WITHDRAW", func(b *bench) {
		b.hw.Inputs["staff"] = b.inputs["rex"]
		b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: os.ErrClosed})
	}, func(b *bench) { b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Recovered: true}) }})
}

// Rules that do not switch faces off are shown all the same: R-RIGHTS, R-INCIDENT, R-RETAIN, R-SAFE.
func TestRRightsRIncidentShownByTheUnit(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.paper(papers.KindRequest, papers.Request{ID: "q", Asked: b.clock.now().AddDate(0, -2, 0), What: "see"})
	b.paper(papers.KindIncident, papers.Incident{ID: "i", Noticed: b.clock.now()})
	b.handle(hal.InputEvent{At: b.clock.now(), Input: "rex", Fault: os.ErrClosed})
	b.assess()
	b.recount()
	if off := b.facesOff().String(); off != "" {
		t.Errorf("faces off because of %s", off)
	}
	want := []string{"R-RIGHTS", "R-INCIDENT", "R-RETAIN", "R-SAFE"}
	broken := func() (ids []string) {
		all, _ := b.Review()
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
	b.paper(papers.KindRequest, papers.Request{ID: "q", Asked: b.clock.now().AddDate(0, -2, 0), What: "see", Done: b.clock.now()})
	b.paper(papers.KindIncident, papers.Incident{ID: "i", Noticed: b.clock.now(), ToldPeople: b.clock.now(), ToldAuthority: b.clock.now()})
	if _, err := b.vault.Prune(context.Background(), store.Door); err != nil {
		t.Fatal(err)
	}
	b.input("rex", false)
	b.recount()
	b.facesOff()
	if got := broken(); len(got) != 0 {
		t.Errorf("mended, and broken: %q", got)
	}
}

// TestStaleCountsSwitchFacesOff: a unit that could not look at itself for more than a day does not go on as if all were well.
func TestStaleCountsSwitchFacesOff(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.recount()
	b.later(policy.Fresh + time.Minute)
	if off := b.facesOff().String(); off != "R-ALT" {
		t.Errorf("faces off because of %q", off)
	}
	b.tapped(1)
	if !b.last().Grant {
		t.Error("the card does not open")
	}
	b.recount()
	if off := b.facesOff().String(); off != "" {
		t.Errorf("counted anew, and off because of %q", off)
	}
}

// TestActsAreCountedSoon: the running unit notices an act by whatever way within a second or two, in both directions.
func TestActsAreCountedSoon(t *testing.T) {
	b := newBench(t)
	b.run()
	wait := func(want string) {
		t.Helper()
		var off string
		for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
			if err := b.do(context.Background(), func() { off = b.facesOff().String() }); err != nil {
				t.Fatal(err)
			}
			if off == want {
				return
			}
		}
		t.Fatalf("faces off because of %q, want %q", off, want)
	}
	wait("")
	b.clock.advance(time.Second)
	b.paper(papers.KindIncident, papers.Incident{ID: "i", Noticed: b.clock.now()})
	wait("R-PIA")
	b.clock.advance(time.Second)
	b.assess()
	wait("")
}
