package unit_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// lobby is a second door of the bench's site: its vault alone.
type lobby struct {
	*store.Vault
	at *bench
}

// withLobby makes a site of the bench's door and another.
func withLobby(b *bench) lobby {
	b.Helper()
	dir := b.TempDir()
	o := store.Options{Key: store.KeyFile(filepath.Join(dir, "root.key")), Now: b.Clock.Now}
	v, err := store.Create(filepath.Join(dir, "vault"), o)
	b.must(err)
	b.Cleanup(func() { v.Close() })
	b.must(b.Vault.FoundSite(store.Door, "gate"))
	request, code, err := v.RequestSite("lobby")
	b.must(err)
	welcome, code, err := b.Vault.AdmitDoor(store.Door, request, code)
	b.must(err)
	b.must(v.JoinSite(store.Door, welcome, code))
	return lobby{v, b}
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// meet carries all records between the two doors.
func (l lobby) meet() {
	l.at.Helper()
	records := func(v *store.Vault) (all [][]byte) {
		for _, door := range [][16]byte{l.at.Vault.Unit(), l.Unit()} {
			some, err := v.SiteRecords(door, 1, 1<<20)
			l.at.must(err)
			all = append(all, some...)
		}
		return all
	}
	_, err := l.ApplySite(records(l.at.Vault))
	l.at.must(err)
	_, err = l.SayWord(false)
	l.at.must(err)
	_, err = l.at.Unit.ApplySite(context.Background(), records(l.Vault))
	l.at.must(err)
}

// TestRWithdrawFacesRest: at a door that no other answers for a week faces rest, it says so, and
// cards open. They are back with the first answer, also where the machine's clock was years off.
func TestRWithdrawFacesRest(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	other := withLobby(b)
	keep := func() { b.must(b.Unit.KeepTrust(context.Background())) }
	later := func(d time.Duration) {
		b.Later(d)
		b.CountAll()
		keep()
	}
	keep()
	other.meet()
	b.WantFacesOff("", "as the doors meet")
	for range 6 {
		later(24 * time.Hour)
	}
	b.WantFacesOff("", "after six days")
	later(24 * time.Hour)
	b.WantFacesOff("no other door of the site answers", "after a week")
	if b.Later(time.Second); b.Eye.Mode() != eye.Off || b.Driver.Scene().Ways&scene.Resting == 0 {
		t.Errorf("the eye is %s, and the door tells %+v", b.Eye.Mode(), b.Driver.Scene())
	}
	if fault := b.State().Faults["other doors"]; fault == "" || b.Count("fault") != 1 {
		t.Errorf("fault %q, recorded %d times", fault, b.Count("fault"))
	}
	b.Tap(1)
	if e := b.Last(); !e.Grant || e.Person != id {
		t.Errorf("the card: %+v", e)
	}
	other.meet()
	b.WantFacesOff("", "when the other has answered")
	if b.State().Faults["other doors"] != "" || b.Count("fault over") != 1 {
		t.Errorf("the fault stays: %v", b.State().Faults)
	}

	b.Clock.Set(b.Clock.Now().AddDate(-3, 0, 0)) // the floor holds
	later(6 * 24 * time.Hour)
	keep()
	later(2 * 24 * time.Hour)
	b.WantFacesOff("no other door of the site answers", "after eight days by a clock three years late")
	other.meet()
	b.WantFacesOff("", "when the other has answered")
}

// TestRWithdrawOpensNoLongerThanTheLease: a face that was taken back at another door opens at one
// that is cut off until its trust is over, not an hour longer, and from when the record comes never
// again, though the doors meet and trust each other as before. Whom it was not taken back of opens.
func TestRWithdrawOpensNoLongerThanTheLease(t *testing.T) {
	b := newBench(t)
	id, neighbour := b.Enrolled(1), b.Enrolled(2)
	other := withLobby(b)
	keep := func() { b.must(b.Unit.KeepTrust(context.Background())) }
	opens := func(n uint64, who policy.PersonID) bool { // whatever the eye is told, it shows it a face
		before := b.Count(audit.Decision)
		for range 10 {
			o := boardtest.Look(n)
			o.At = b.Clock.Now()
			b.Driver.See(&o)
			b.Later(100 * time.Millisecond)
			if b.Count(audit.Decision) > before {
				e := b.Last()
				return e.Grant && e.Person == who && e.Means == policy.ByFace
			}
		}
		return false
	}
	keep()
	other.meet()
	met, lease := b.Clock.Now(), b.Config.Site.FaceTrust.D()
	b.must(other.ChangePerson("anna", id, audit.ConsentWithdrawn, func(p *policy.Person) error {
		*p = policy.Withdraw(*p, b.Clock.Now())
		return nil
	}))
	since := func(wait time.Duration) time.Duration { // the doors met, and nobody carried
		b.Later(wait)
		b.CountAll()
		keep()
		return b.Clock.Now().Sub(met)
	}
	for _, until := range []time.Duration{time.Hour, lease / 3, lease / 2, lease - time.Hour, lease - time.Minute} {
		ago := since(until - b.Clock.Now().Sub(met))
		if !opens(1, id) {
			t.Fatalf("it opens no longer %v after the doors met, and the door cannot know why", ago)
		}
	}
	for range 4 {
		if ago := since(time.Hour); opens(1, id) || opens(2, neighbour) {
			t.Fatalf("a face opens %v after the doors met", ago)
		}
	}
	for range 3 {
		other.meet()
		b.CountAll()
		b.WantFacesOff("", "when the other has answered")
		if opens(1, id) || !opens(2, neighbour) {
			t.Fatal("the record has come, and the face opens, or a neighbour's does not")
		}
		since(24 * time.Hour)
	}
	if _, err := b.Vault.EraseDue(store.Door); err != nil {
		t.Error(err)
	}
	if p, err := b.Vault.Person(id); err != nil || p.Face.State != policy.FaceWithdrawn || opens(1, id) {
		t.Errorf("%q, %v", p.Face.State, err)
	}
}
