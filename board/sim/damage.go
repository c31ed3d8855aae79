package sim

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"menshen/board/compliance"
	"menshen/board/desk"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
)

const damageTold = "a vault that is damaged is told of, lets nobody else in, and keeps nobody inside"

// pageSize is the size of a page of the vault's file. The first two are its heads.
const pageSize = 4096

// damageHead overwrites a part of one of the two heads of the vault's file, right after an act, and
// starts the unit on it. The act is not lost; of what happened at the door the last may be. Staff
// are told, and look.
func (w *world) damageHead(*person) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 {
		return
	}
	w.Faults[HeadDamaged]++
	w.checkStory()
	i := slices.IndexFunc(w.people, func(p *person) bool { return p.known && w.rnd.IntN(4) == 0 })
	if s, err := w.logIn(context.Background()); err == nil && i >= 0 { // they do not log out before it
		will := *w.people[i]
		will.longOpen = !will.longOpen
		if _, err := w.door.Desk.ChangePerson(context.Background(), s, will.id, will.details()); err != nil {
			w.fail(staffServed, "changing a person: %v", err)
		}
		w.people[i].longOpen = will.longOpen
		w.tell("desk: %s gets another time to pass; the session stays open", will.name)
	}
	image := readFile(w.disk.path)
	at := w.rnd.IntN(2)*pageSize + 16 + w.rnd.IntN(60)
	image[at] ^= 1 << w.rnd.IntN(8)
	w.tell("one of the vault's heads is damaged")
	w.restart(image, w.between(time.Second, 10*time.Minute))
	w.atDesk("the vault is checked", nil, func(ctx context.Context, s desk.Session) error {
		_, err := w.door.Desk.CheckVault(ctx, s)
		return err
	})
	w.driver.Mended(w.door.vault.Mend(context.Background()))
	w.checkPeople()
}

// damagePage changes one byte of the vault's file, other than its heads, while the unit runs or is
// off. Then people come, and staff look. At the end the file is put back as it was.
func (w *world) damagePage(*person) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 || !w.diskWell() {
		return
	}
	w.Faults[PageDamaged]++
	w.checkStory()
	compared, marks, began := w.compared, slices.Clone(w.marks), w.clock.now
	runs := w.rnd.IntN(2) == 0
	if w.stopped = w.unitTime(); !runs {
		w.stop(nil)
	}
	whole := readFile(w.disk.path)
	harmed := slices.Clone(whole)
	harmed[2*pageSize+w.rnd.IntN(len(whole)-2*pageSize)] ^= byte(1 + w.rnd.IntN(255))
	w.write(harmed)
	if !runs {
		w.openHarmed()
	}
	w.peopleCome()
	w.staffLook()
	_ = w.door.vault.Close()
	w.door.Unit.Close()
	w.write(whole)
	w.drain()
	w.story, w.moves, w.compared, w.marks = nil, 0, compared, marks
	took := w.clock.now.Sub(began)
	w.clock.now = began // for the unit all of it was no time
	w.start(took)
}

// write replaces the vault's file in its place, as a disk does.
func (w *world) write(image []byte) {
	f, err := os.OpenFile(w.disk.path, os.O_RDWR, 0)
	if err == nil {
		_, err = f.WriteAt(image, 0)
		err = errors.Join(err, f.Truncate(int64(len(image))), f.Close())
	}
	if err != nil {
		w.fail(damageTold, "%v", err)
	}
}

// openHarmed starts the program on a vault that may be damaged.
func (w *world) openHarmed() {
	w.clock.now = w.clock.now.Add(time.Second)
	w.door.vault = store.Await(w.door.conf.Unit.Dir, w.door.options)
	_ = w.door.vault.Mend(context.Background())
	if err := w.assemble(); err != nil {
		w.fail(damageTold, "it does not start: %v", err)
	}
}

// peopleCome tries the door in this state: exit and fire open, and nobody comes in who may not.
func (w *world) peopleCome() {
	step := func(e any) {
		w.decisions = nil
		w.driver.Device(e)
		w.driver.Tick()
		serr := w.door.vault.Settle()
		w.drain()
		st, _ := w.door.Unit.State(context.Background())
		w.tell("DBG settle %v backlog %d faults %v", serr, w.door.vault.Backlog(), st.Faults)
	}
	for _, line := range []string{"rex", "fire"} {
		step(hal.InputEvent{At: w.clock.host(), Input: line, Active: true})
		if !w.door.relay.on {
			w.fail(exitOpens, "the relay is off (%s)", line)
		}
		w.clock.now = w.clock.now.Add(release)
		step(hal.InputEvent{At: w.clock.host(), Input: line})
		if w.door.relay.on {
			w.fail(relocks, "the relay is on after %s", line)
		}
	}
	cards := []uint64{50000}
	for _, p := range w.people {
		cards = append(append(cards, p.card), p.lost...)
	}
	for _, card := range cards {
		p, current := w.holder(card)
		may := current && w.mayEnter(p, w.unitTime(), policy.ReasonCard).grant && !w.model.lockdown &&
			(w.plan.asks != forFace || !p.chose || cardAlone(p).grant)
		e, _, _ := w.door.reader.train(w.clock.running(), cardBits(card), nil)
		e.At = w.clock.host()
		if step(e); w.decided() != nil && w.decided().Grant && !may {
			w.fail(endedDenied, "a card opened with a vault that is damaged")
		}
		w.clock.now = w.clock.now.Add(release)
		w.driver.Tick()
	}
}

// staffLook reads the whole vault, as the unit does each day: it is whole, or the unit tells that
// it is not.
func (w *world) staffLook() {
	w.driver.Mended(w.door.vault.Mend(context.Background()))
	_ = w.door.vault.Settle()
	w.drain()
	w.door.round = compliance.Round{}
	w.round()
	if w.door.vault.Check() == nil && w.door.vault.Backlog() == 0 {
		w.checkStory()
		w.checkPeople()
		return
	}
	s, err := w.door.Unit.State(context.Background())
	if err != nil || len(s.Faults) == 0 && !s.Storeless && !s.Faces.Off.Is() {
		w.fail(damageTold, "faults %v, vault open %v, faces off %q, %v", s.Faults, !s.Storeless, s.Faces.Off, err)
	}
}
