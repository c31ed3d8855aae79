package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/policy"
	"menshen/recognizer/calibration"
	"menshen/store"
	"menshen/store/audit"
	openings "menshen/store/waits"
)

// world is everything around one door.
type world struct {
	plan    *Plan
	clock   clock
	door    door
	driver  unit.Driver
	watcher *unit.Watcher
	front   front
	scores  *calibration.Calibration
	disk    disk
	model   model
	people  []*person
	acting  *person // for whom staff do something now
	ending  []ended // whose erasure is due
	looking *person // whose face the door looks for, after their card
	host    *person // of the visitor at the door
	first   waiting // for a second person
	missed  waiting // whose face was refused last after their card
	rnd     *rand.Rand
	pace    *rand.Rand // of people: apart from rnd, so that it moves nothing else
	now     Happening

	decisions []policy.Decision     // since the last attempt began
	ordering  bool                  // staff give an order to the door
	early     bool                  // the cleaners come an hour earlier
	moved     bool                  // they came earlier once: their hours are a record
	changing  bool                  // the manager changes that
	machine   *machine              // the two systems
	installed int                   // updates
	looks     func(time.Time) bool  // at the system that runs; nil: it was found in order
	unplugged bool                  // the reader is
	walkedUp  time.Time             // when a face was first before the camera
	mends     func()                // ends the fault that lasts
	mendAt    time.Time             // when
	keptAt    time.Time             // when something keeps the clock right again
	assessed  time.Time             // until when the impact assessment is valid
	filing    bool                  // another is being filed
	stopped   time.Time             // when the program ended last, by the unit's time
	behind    time.Duration         // how far the unit's time may be behind the true one
	identity  *age.X25519Identity   // the manager's, for backups; nothing depends on which it is
	backup    *backup               // the last; nil: none yet
	nonces    map[[24]byte][32]byte // of what was seen sealed, with its hash
	trouble   time.Time             // when a fault last kept the unit from destroying what is due
	strangers []float32             // faces of people whom the unit must not keep
	raised    map[string]bool       // alarms that the unit raised
	mismatch  time.Time             // since when these are not those of the model
	unsure    time.Time             // the same of guessing
	wrongPINs []wrongCode           // oldest first
	rightPINs int
	moves     int // of the relay and the garage, since the log was compared

	call        call         // at the bell
	garageUntil time.Time    // until when the garage must be open
	wasCut      bool         // the power was, since the log was compared
	story       []told       // decisions since the log was compared
	opened      openings.Log // by the log
	faults      int          // that were counted for a day
	counted     int          // transactions of the vault when the law was counted
	marks       []mark       // decisions to look for later
	illAt       time.Time    // when the disk was ill last
	compared    uint64       // the last entry that was
	lastTick, lastLaw, lastHour,
	lastDay time.Time
	retainAt time.Time

	Stats
	*history
	called string       // begins its lines; empty: it is the only door
	adopts func()       // what other doors told, after a start; nil: there is none
	trusts func() bool  // whether another door may have answered within the lease on trust; nil: there is none
	orders []*siteOrder // of all doors, as far as they were heard here
}

// history is what happened, line by line. The doors of a site have one.
type history struct {
	lines []string // the last
	sum   hash.Hash
}

func newHistory() *history { return &history{sum: sha256.New()} }

// paceOf begins the streams of random numbers of world.pace.
const paceOf = 4e9

const (
	tickEvery = time.Minute
	lawEvery  = 10 * time.Minute
	keepLines = 400
)

// lineTime begins a line of the history.
const lineTime = "2006-01-02 15:04:05.000  "

// tell adds a line to the history.
func (w *world) tell(format string, args ...any) {
	line := w.clock.now.In(w.plan.Zone).Format(lineTime) + w.called + fmt.Sprintf(format, args...)
	fmt.Fprintln(w.sum, line)
	if w.lines = append(w.lines, line); len(w.lines) > 2*keepLines {
		w.lines = append(w.lines[:0], w.lines[keepLines:]...)
	}
}

// pass lets time go by, and does what is due meanwhile.
func (w *world) pass(d time.Duration) { w.passUntil(w.clock.now.Add(d)) }

func (w *world) passUntil(end time.Time) {
	for w.clock.now.Before(end) {
		next := end
		for _, t := range []time.Time{w.unitDue(), w.model.next(), w.lastTick.Add(tickEvery)} {
			if !t.IsZero() && t.After(w.clock.now) && t.Before(next) {
				next = t
			}
		}
		w.clock.now = next
		if next.Sub(w.lastTick) >= tickEvery {
			w.lastTick = next
			w.mend()
			w.housekeep()
		}
		w.settle()
	}
}

// unitDue is when the unit's door has something to do, in true time.
func (w *world) unitDue() time.Time {
	due := w.driver.Due()
	if due.IsZero() {
		return due
	}
	return w.clock.now.Add(due.Sub(w.door.vault.Clock().Now))
}

// housekeep is what the unit's other goroutines do.
func (w *world) housekeep() {
	ctx := context.Background()
	if w.disk.fails != nil || w.door.vault.Waits() || w.clock.now.Sub(w.lastHour) >= time.Hour {
		w.driver.Mended(w.door.vault.Mend(ctx))
	}
	if w.mends != nil || !w.door.vault.Clock().Destroys() {
		w.trouble = w.clock.now
	}
	w.checkClock()
	w.lookAtSystem()
	w.keepSafe()
	if !w.clock.now.Before(w.retainAt) {
		w.retainAt = w.clock.now.Add(w.door.Law.Retain(ctx, w.door.Unit.Report))
	}
	w.count()
	if w.clock.now.Sub(w.lastLaw) >= lawEvery {
		w.lastLaw = w.clock.now
		w.checkLaw()
	}
	if w.clock.now.Sub(w.lastHour) < time.Hour {
		return
	}
	w.lastHour = w.clock.now
	w.round()
	if people, err := w.door.vault.People(); err == nil {
		w.endLeases(people)
	}
	w.checkPeople()
	if w.clock.now.Sub(w.lastDay) >= 24*time.Hour && w.diskWell() {
		w.lastDay = w.clock.now
		w.checkDay()
	}
}

// count lets the unit hold itself against the law again, if anything was written since.
func (w *world) count() {
	if w.counted != w.disk.writes {
		w.counted = w.disk.writes
		w.round()
	}
}

// round is what the unit does in two seconds: it looks at the machine, and counts.
func (w *world) round() {
	for range 2 {
		w.door.Law.Round(context.Background(), &w.door.round, w.door.Unit.Report)
	}
}

// keepSafe says of what was decided until the last tick that it is on the disk, where that is
// well. It may have waited for it until then.
func (w *world) keepSafe() {
	if w.disk.fails != nil {
		w.illAt = w.clock.now
		return
	}
	for i := range w.story {
		if s := &w.story[i]; w.clock.now.Sub(w.illAt) >= 2*tickEvery && s.told.Before(w.clock.now.Add(-tickEvery)) {
			s.safe = true
		}
	}
}

// ended is a person whose face, or whose whole record, the unit is to erase.
type ended struct {
	*person
	record bool
}

// endLeases lets the unit end the faces and the records that are due, and knows who has none any
// more. What a disk that is full keeps from being erased is erased at the next hour, also by a
// clock that does not let more become due.
func (w *world) endLeases(people []policy.Person) {
	w.driver.EndLeases(people)
	if c := w.door.vault.Clock(); c.Destroys() {
		w.ending = nil
		for _, p := range w.people {
			if p.known && p.over(c.Now) {
				w.ending = append(w.ending, ended{p, !c.Now.Before(p.until.Add(forgetAfter))})
			}
		}
	}
	if w.disk.fails != nil && !errors.Is(w.disk.fails, store.ErrSlow) {
		w.driver.EraseDue()
		return
	}
	for _, p := range w.ending {
		if p.record {
			boxes, _ := w.door.vault.Ciphertext(p.id, "person")
			p.blocks = append(p.blocks, boxes...)
		}
	}
	w.driver.EraseDue()
	for _, p := range w.ending {
		w.ends(p.person, p.record)
	}
	w.ending = nil
}

// ends notes that a person has no face, or is not on record, any longer.
func (w *world) ends(p *person, record bool) {
	w.faceEnds(p)
	if record {
		p.known = false
		w.checkErased(p)
	}
}

// settle ends a step, as the unit's loop does: what waits is written, what the unit told is taken
// in, and all is checked.
func (w *world) settle() {
	w.Steps++
	w.driver.Tick()
	_ = w.door.vault.Settle()
	w.drain()
	w.checkStep()
}

// drain takes in what the unit told.
func (w *world) drain() {
	for {
		select {
		case e := <-w.watcher.Events():
			w.take(e)
		default:
			return
		}
	}
}

// take takes in what the unit told.
func (w *world) take(e unit.Event) {
	switch e.Kind {
	case unit.Decided:
		d := e.Decision
		w.decisions = append(w.decisions, d)
		w.front.owes(d)
		w.note(d)
		w.noteFactors(d)
		w.noteGarage(d)
		w.tell("door: %s by %s, %s", either(d.Grant, "granted", "denied"), d.Means, d.Reason)
		// at a frame, or when the window ends by itself
		if d.Grant && (d.Means == policy.ByFace || d.Means == policy.ByCardFace) {
			w.model.grant(w.clock.now, w.lengthFor(w.byID(d.Person)), d.Reason)
		}
		w.story = append(w.story, told{told: w.clock.now, seq: e.Seq, at: d.At, means: d.Means, grant: d.Grant,
			reason: d.Reason})
	case unit.Recorded:
		r := e.Record
		switch r.Kind {
		case audit.Alarm:
			w.raised[r.Detail["of"]] = true
			w.tell("door: alarm, %s", r.Detail["of"])
		case audit.Quiet:
			delete(w.raised, r.Detail["of"])
			w.tell("door: alarm over, %s", r.Detail["of"])
		case audit.Bell, audit.BellUnanswered:
			w.noteCall()
		case audit.OutputSwitched:
			w.moves++
			w.tell("door: %s %s, %s", r.Detail["output"], r.Detail["to"], r.Reason)
		case audit.Relay:
			w.moves++
			w.tell("door: relay %s, %s", r.Detail["to"], r.Reason)
		}
	}
}

// told is a decision that the unit told of.
type told struct {
	told   time.Time // in true time
	seq    uint64    // 0: it was not on the disk yet, or is only counted
	at     time.Time
	means  policy.Means
	grant  bool
	reason policy.Reason
	cut    bool // the power was cut since, before it was certain to be on the disk
	safe   bool // it is: the disk was well for a while since
}

func newWorld(p *Plan) (*world, error) {
	scores, err := calibration.Default()
	if err != nil {
		return nil, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	w := &world{plan: p, identity: identity, nonces: map[[24]byte][32]byte{}, scores: scores,
		model: newModel(), raised: map[string]bool{}, history: newHistory(),
		clock: clock{began: p.Begin.Add(-time.Hour), now: p.Begin.Add(-time.Hour)},
		rnd:   rand.New(rand.NewPCG(p.Seed, 1)), pace: rand.New(rand.NewPCG(p.Seed, paceOf)),
		Stats: newStats(p.Days)}
	w.front.clock = &w.clock
	w.lastTick, w.lastHour, w.lastDay = w.clock.now, w.clock.now.Add(-time.Hour), w.clock.now
	w.retainAt, w.trouble = w.clock.now.Add(time.Minute), w.clock.now
	for i, l := range p.lives {
		w.people = append(w.people, &person{life: l, n: i, name: fmt.Sprintf("Resident-%04d-of-the-house", i),
			base: newFace(p.Seed, i, i/2)})
	}
	return w, nil
}

// live runs the plan. What it panics with is a violation, or a bug.
func (w *world) live(ctx context.Context, dir string, progress func(done float64)) (err error) {
	w.disk.path = filepath.Join(dir, "vault", "vault.db")
	if err := w.build(dir); err != nil {
		return fmt.Errorf("building the door: %w", err)
	}
	defer func() { _ = w.door.vault.Close(); w.door.Unit.Close() }()
	w.atDesk("the manager accepts the commitment", nil, func(context.Context, desk.Session) error { return nil })
	w.housekeep()
	for i, h := range w.plan.All {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if progress != nil && i%64 == 0 {
			progress(float64(i) / float64(len(w.plan.All)))
		}
		if h.At.After(w.clock.now) {
			w.undergo(func() { w.passUntil(h.At) })
		}
		w.now, w.rnd = h, rand.New(rand.NewPCG(w.plan.Seed, uint64(h.N)+2))
		w.pace = rand.New(rand.NewPCG(w.plan.Seed, paceOf+uint64(h.N)))
		w.Happened[h.Kind]++
		w.undergo(func() { w.happen(h) })
		w.noteFaults()
	}
	w.undergo(func() { w.passUntil(w.plan.end()) })
	w.undergo(w.atTheEnd)
	w.undergo(w.checkReplay)
	return nil
}

// undergo does something during which the power may be cut.
func (w *world) undergo(f func()) {
	defer func() {
		switch r := recover(); r.(type) {
		case nil:
		case powerCut:
			w.powerReturns()
		default:
			panic(r)
		}
	}()
	f()
}

func (w *world) hash() string { return hex.EncodeToString(w.sum.Sum(nil)) }

func readFile(path string) []byte {
	b, _ := os.ReadFile(path)
	return bytes.Clone(b)
}

func either[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
