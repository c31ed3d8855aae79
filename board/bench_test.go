package board

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/host"
	"menshen/board/papers"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// TestMain lets the eye be a child of this test, as it is one of the program.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "eye" {
		if err := eye.Main(3); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// bench is a unit on a work bench: a real vault, played wires, a played eye, and a clock that a test moves.
type bench struct {
	*testing.T
	*Unit
	clock   *clock
	relay   *haltest.Output
	reader  *haltest.Reader
	inputs  map[string]*haltest.Input
	outputs map[string]*haltest.Output
	eye     *fakeEye
	desk    *Desk
	staff   console.Session
	found   host.Facts // on the machine
	key     string     // the vault's key file
}

// clock is the wall clock of a test, and one that nobody sets.
type clock struct {
	mu     sync.Mutex
	t      time.Time
	passed time.Duration
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	c.passed += d
}
func (c *clock) running() time.Duration { c.mu.Lock(); defer c.mu.Unlock(); return c.passed }

// set puts the wall clock somewhere else; no time passes.
func (c *clock) set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.t = t }

// confined is an eye that is held as it should be.
var confined = eye.Confinement{NoDump: true, Limits: true, NoSwap: true, Landlock: 6, Seccomp: true}

// fakeEye sees what a test shows it.
type fakeEye struct {
	mu   sync.Mutex
	seen chan recognizer.Observation
	pics chan eye.Picture
	mode eye.Mode
	told int // how often the mode was said
	cam  eye.CameraState
	held eye.Confinement

	codes chan eye.Code
	reads bool // codes
}

func (f *fakeEye) Observations() <-chan recognizer.Observation { return f.seen }
func (f *fakeEye) Pictures() <-chan eye.Picture                { return f.pics }
func (f *fakeEye) Codes() <-chan eye.Code                      { return f.codes }
func (f *fakeEye) SetCodes(on bool)                            { f.mu.Lock(); defer f.mu.Unlock(); f.reads = on }
func (f *fakeEye) SetMode(m eye.Mode)                          { f.mu.Lock(); defer f.mu.Unlock(); f.mode = m; f.told++ }
func (f *fakeEye) Close() error                                { return nil }
func (f *fakeEye) Status() eye.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return eye.Status{State: eye.Running, Mode: f.mode, Camera: f.cam, Confined: f.held}
}
func (f *fakeEye) Mode() eye.Mode { f.mu.Lock(); defer f.mu.Unlock(); return f.mode }

const secret = "correct horse"

// newBench makes a unit with one operator, a manager, logged in. The loop does not run: tests hand it events themselves.
func newBench(t *testing.T, change ...func(*config.Config)) *bench {
	t.Helper()
	conf, err := config.Parse(strings.NewReader(config.Example))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: &clock{t: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}, relay: &haltest.Output{Name: "relay"},
		reader: &haltest.Reader{Name: "outside"}, inputs: map[string]*haltest.Input{}, outputs: map[string]*haltest.Output{},
		eye:   &fakeEye{seen: make(chan recognizer.Observation), pics: make(chan eye.Picture), cam: eye.CameraOK, held: confined},
		found: host.Facts{DumpsOff: true, Locked: true}}
	conf.Unit.Dir, conf.Unit.Bench = t.TempDir()+"/vault", true // its key lies in a file
	for _, f := range change {
		f(conf)
	}
	b.key = t.TempDir() + "/key"
	source := &TimeSource{conf: conf, machine: func() string { return "" }}
	o := vaultOptions(conf, source)
	o.Key, o.Now, o.Running, o.Cost = store.KeyFile(b.key), b.clock.now, b.clock.running, store.Cost{Time: 1, Memory: 64, Lanes: 1}
	v, err := store.Create(conf.Unit.Dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	hw := &hal.Wires{Relay: b.relay, Inputs: map[string]hal.Input{}, Readers: []hal.Reader{b.reader}, Signals: map[string]hal.Output{}}
	for _, role := range []string{"alarm", "duress", "interlock"} {
		b.outputs[role] = &haltest.Output{Name: role}
		hw.Signals[role] = b.outputs[role]
	}
	for _, role := range []string{"rex", "contact", "fire"} {
		b.inputs[role] = &haltest.Input{Name: role}
		hw.Inputs[role] = b.inputs[role]
	}
	if b.Unit, err = New(Parts{Config: conf, Vault: v, Wires: hw, Eye: b.eye, Time: source,
		Look: func(host.Where) (host.Facts, error) { return b.found, nil }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Unit.faces.index.Close)
	b.setClock = func(t time.Time) error { b.clock.set(t); return nil }
	b.door = policy.StartDoor(b.doorConf, false, b.clock.now())
	b.desk = b.Unit.Desk()
	b.staff = b.operator("anna", store.Manager)
	b.paperwork()
	return b
}

// paperwork files what a site must have on file before faces work, and has it counted.
func (b *bench) paperwork() {
	b.Helper()
	basis, err := b.basis()
	if err != nil {
		b.Fatal(err)
	}
	b.paper(papers.KindAssessment, papers.Assessment{Author: "anna", Necessity: "n", Impact: "i", Risks: "r", Measures: "m",
		Until: b.clock.now().AddDate(1, 0, 0), Basis: basis})
	b.paper(papers.KindSign, papers.Sign{Door: b.cfg.Unit.Name})
	if err := b.countAll(context.Background()); err != nil {
		b.Fatal(err)
	}
	if off := b.facesOff(); off.is() {
		why, remedy := b.whyOff(off, "en")
		b.Fatalf("faces are off on a lawful bench: %s %s", why, remedy)
	}
}

// paper puts something on file.
func (b *bench) paper(kind string, body any) {
	b.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.vault.PutPaper("test", kind, raw); err != nil {
		b.Fatal(err)
	}
}

// operator makes an operator and logs them in.
func (b *bench) operator(name string, role store.Role) console.Session {
	b.Helper()
	if _, err := b.vault.AddOperator(store.Door, name, role, []byte(secret)); err != nil {
		b.Fatal(err)
	}
	s, err := b.desk.LogIn(context.Background(), "test", name, console.Secret(secret), "en", nil)
	if err != nil {
		b.Fatal(err)
	}
	if s, err = b.desk.Acknowledge(context.Background(), s); err != nil {
		b.Fatal(err)
	}
	return s
}

// run lets the loop work until the test ends.
func (b *bench) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- b.Unit.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
}

// later moves the clock and lets the loop notice.
func (b *bench) later(d time.Duration) {
	b.clock.advance(d)
	b.tick(b.now())
}

// someone adds a person with card number n and, with used, lets them open the door with it once.
func (b *bench) someone(n uint64) policy.PersonID {
	b.Helper()
	id, err := b.vault.AddPerson(store.Door, policy.Person{Name: policy.Private(fmt.Sprintf("Tenant %d", n)), Lang: "en"})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.vault.AddCredential(store.Door, id, policy.CardKind, cardOf(n).Credential(), "fob", true); err != nil {
		b.Fatal(err)
	}
	return id
}

func cardOf(n uint64) hal.Card {
	return hal.Card{Bits: 26, Raw: []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, Number: n, Clonable: true}
}

// tapped hands a card to the loop.
func (b *bench) tapped(n uint64) {
	c := cardOf(n)
	b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Card: &c})
}

// tapAtReader lets the running loop read a card, and gives its decision.
func (b *bench) tapAtReader(n uint64) store.Entry {
	b.Helper()
	before := b.count("decision")
	b.reader.Tap(cardOf(n))
	for until := time.Now().Add(10 * time.Second); b.count("decision") == before; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			b.Fatal("no decision on a card within 10 s")
		}
	}
	return b.last()
}

func (b *bench) input(role string, active bool) {
	b.handle(hal.InputEvent{At: b.clock.now(), Input: role, Active: active})
}

// last gives the newest decision.
func (b *bench) last() store.Entry {
	b.Helper()
	for _, e := range b.entries() {
		if e.Kind == "decision" {
			return e
		}
	}
	b.Fatal("no decision was recorded")
	return store.Entry{}
}

// entries gives the log, newest first, with all that waits in memory written.
func (b *bench) entries() []store.Entry {
	b.Helper()
	if _, err := b.vault.Record(context.Background(), store.Entry{Kind: "test"}); err != nil {
		b.Fatal(err)
	}
	es, err := b.vault.Entries(0, 10000, true)
	if err != nil {
		b.Fatal(err)
	}
	return es
}

func (b *bench) count(kind audit.Kind) (n int) {
	b.Helper()
	for _, e := range b.entries() {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// faceOf makes up the face of somebody: the same for the same number.
func faceOf(n uint64) *recognizer.Embedding {
	r := rand.New(rand.NewPCG(n, 1))
	var e recognizer.Embedding
	for i := range e {
		e[i] = float32(r.NormFloat64() / 22.6) // about unit length
	}
	return &e
}

// look is a good picture of somebody.
func look(n uint64) recognizer.Observation {
	return recognizer.Observation{Faces: 1, Live: 0.95, Embedding: faceOf(n), Quality: recognizer.Quality{Height: 150}}
}

// enrolled gives somebody with card n a face as well, by consent, past the desk.
func (b *bench) enrolled(n uint64) policy.PersonID {
	b.Helper()
	id := b.someone(n)
	b.tapped(n)
	b.later(time.Minute)
	_, hash, err := b.vault.Notice("en")
	if err != nil {
		b.Fatal(err)
	}
	err = b.vault.ChangePerson(store.Door, id, "consent given", func(p *policy.Person) (err error) {
		*p, err = policy.Consent(*p, policy.Yes{At: b.clock.now(), Notice: hash, Lang: "en", OwnAct: true})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := b.vault.EnrolFace(store.Door, id, [][]float32{faceOf(n)[:]}); err != nil {
		b.Fatal(err)
	}
	if err := b.faces.index.Insert([16]byte(id), faceOf(n)[:]); err != nil {
		b.Fatal(err)
	}
	b.faces.recalibrate()
	return id
}

// walkUp shows somebody to the eye until there is a decision, and gives it.
func (b *bench) walkUp(n uint64) store.Entry {
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
	b.Fatal("no decision on a face within 5 s")
	return store.Entry{}
}
