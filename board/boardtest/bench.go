// Package boardtest is a door on a work bench, for tests: a real vault, simulated wires, a
// simulated eye, and a clock that a test moves.
package boardtest

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"menshen/board"
	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/host"
	"menshen/board/papers"
	"menshen/board/unit"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/hal/display"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/hal/voice"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// Main is the TestMain of a package: it lets eye, voice and display run as children of a test, as
// they do of the program, and looks for goroutines that are left.
func Main(m *testing.M) {
	children := map[string]func(uintptr) error{"eye": eye.Main, "voice speak": voice.Main,
		"display show": display.Main}
	if child, ok := children[strings.Join(os.Args[1:], " ")]; ok {
		if err := child(3); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// Bench is the door. Until [Bench.Start] a test hands its unit the events itself.
type Bench struct {
	*testing.T
	Driver  unit.Driver
	Unit    *unit.Unit
	Law     *compliance.Keeper
	Desk    *desk.Desk
	Config  *config.Config
	Vault   *store.Vault
	Wires   *hal.Wires
	Clock   *Clock
	Relay   *haltest.Output
	Reader  *haltest.Reader
	Inputs  map[string]*haltest.Input
	Updates *Updates     // set before Assemble; nil: a unit with one system
	Root    desk.Updates // in the place of Updates
	Outputs map[string]*haltest.Output
	Eye     *Eye
	Time    *wiring.TimeSource
	Staff   desk.Session // of a manager
	Found   host.Facts   // on the machine
	Board   host.Board   // the zero value: this one
	Key     string       // the vault's key file
	Log     *slog.Logger // nil: none
	Tellers []scene.Presenter
	door    *board.Door
}

// Secret is the secret of every operator.
const Secret = "correct horse"

// Seat makes a configuration that of the manager's seat: a unit without a door.
func Seat(c *config.Config) {
	c.Unit.Seat, c.Unit.Location = true, ""
	c.Relay, c.Inputs, c.Signals, c.Outputs, c.Readers = config.Relay{}, nil, nil, nil, nil
	c.Camera, c.Faces, c.Passes = config.Camera{}, config.Faces{}, config.Passes{}
}

// New makes a door with one operator, a manager, logged in.
func New(t *testing.T, change ...func(*config.Config)) *Bench {
	t.Helper()
	conf, err := config.Parse(strings.NewReader(config.Example))
	if err != nil {
		t.Fatal(err)
	}
	b := &Bench{T: t, Config: conf, Clock: &Clock{t: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)},
		Relay: &haltest.Output{Name: "relay"}, Reader: &haltest.Reader{Name: "outside"},
		Inputs: map[string]*haltest.Input{}, Outputs: map[string]*haltest.Output{},
		Eye: &Eye{Seen: make(chan recognizer.Observation), Pics: make(chan eye.Picture), Cam: eye.CameraOK,
			Held: Confined},
		Found: host.Facts{DumpsOff: true, Locked: true}}
	conf.Unit.Dir, conf.Unit.Bench = Folder(t)+"/vault", true // its key lies in a file
	for _, f := range change {
		f(conf)
	}
	b.Key = t.TempDir() + "/key"
	b.Time = &wiring.TimeSource{Config: conf, Machine: func() string { return "" }}
	if b.Vault, err = store.Create(conf.Unit.Dir, b.VaultOptions()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Vault.Close() })
	b.Wires = &hal.Wires{Relay: b.Relay, Inputs: map[string]hal.Input{}, Readers: []hal.Reader{b.Reader},
		Signals: map[string]hal.Output{}, Outputs: map[string]hal.Output{}}
	for _, o := range conf.Outputs {
		b.Outputs[o.Name] = &haltest.Output{Name: o.Name}
		b.Wires.Outputs[o.Name] = b.Outputs[o.Name]
	}
	for _, role := range []string{"alarm", "duress", "interlock"} {
		b.Outputs[role] = &haltest.Output{Name: role}
		b.Wires.Signals[role] = b.Outputs[role]
	}
	for _, role := range []string{"rex", "contact", "fire"} {
		b.Inputs[role] = &haltest.Input{Name: role}
		b.Inputs[role].Set(false, b.Clock.Now()) // the first report of its run, by the bench's clock
		b.Wires.Inputs[role] = b.Inputs[role]
	}
	b.Assemble()
	b.Staff = b.Operator("anna", store.Manager)
	b.paperwork()
	return b
}

// Folder makes a folder for a vault, which the end of the test removes. It is in memory where the
// machine has room there: each record waits for the disk, and a busy one takes seconds.
func Folder(t *testing.T) string {
	t.Helper()
	const memory, enough = "/dev/shm", 256 << 20 // bytes
	if free, _, err := host.ThisBoard().Space(memory); err != nil || free < enough {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "menshen-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// VaultOptions gives the options of the bench's vault: its key in a file,
// its clock, and a quick hash.
func (b *Bench) VaultOptions() store.Options {
	o := wiring.VaultOptions(b.Config, b.Time)
	o.Key, o.Now, o.Running = store.KeyFile(b.Key), b.Clock.Now, b.Clock.Running
	o.Cost = store.Cost{Time: 1, Memory: 64, Lanes: 1}
	return o
}

// Assemble puts the door together from the bench's parts, as a start of the program does. A
// second call is another start.
func (b *Bench) Assemble() {
	b.Helper()
	parts := board.Parts{Config: b.Config, Vault: b.Vault, Wires: b.Wires, Time: b.Time, Log: b.Log,
		Board:      host.Board{Sys: host.ThisBoard().Sys, Space: b.space},
		SetClock:   func(t time.Time) error { b.Clock.Set(t); return nil },
		Presenters: b.Tellers,
		Look:       func(host.Where) (host.Facts, error) { return b.Found, nil }}
	if b.Eye != nil {
		parts.Eye = b.Eye
	}
	if b.Updates != nil {
		parts.Updates = b.Updates
	} else if b.Root != nil {
		parts.Updates = b.Root
	}
	d, err := board.New(parts)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.Unit.Close)
	b.door, b.Unit, b.Law, b.Desk = d, d.Unit, d.Law, d.Desk
	b.Driver = d.Unit.Drive(false)
	b.Driver.WaitForDisk(10 * time.Second)
}

// Reassemble is [Bench.Assemble], then the manager logs in again and the law counts everything.
func (b *Bench) Reassemble() {
	b.Helper()
	b.Assemble()
	b.Staff = b.LogIn("anna")
	b.CountAll()
}

// LogIn logs an operator in.
func (b *Bench) LogIn(name string) desk.Session {
	b.Helper()
	s, err := b.Desk.LogIn(context.Background(), "test", name, desk.Secret(Secret), i18n.English, nil)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// State gives the present state of the unit.
func (b *Bench) State() unit.State {
	b.Helper()
	s, err := b.Unit.State(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// FacesOff gives why no face opens now.
func (b *Bench) FacesOff() unit.Off {
	b.Helper()
	off, err := b.Unit.FacesOff(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return off
}

// WantFacesOff checks why no face opens now: the id of a rule or a state; empty: faces open. when
// says when in the test this is.
func (b *Bench) WantFacesOff(reason, when string) {
	b.Helper()
	if off := b.FacesOff().String(); off != reason {
		b.Errorf("%s: faces are off because of %q, want %q", when, off, reason)
	}
}

// StateOf gives how the unit stands to a rule, as it was counted last.
func (b *Bench) StateOf(rule policy.RuleID) policy.RuleState {
	b.Helper()
	all, _ := b.Law.Review()
	for _, f := range all {
		if f.Rule.ID == rule {
			return f.State
		}
	}
	b.Fatalf("there is no rule %s", rule)
	return ""
}

// CountAll makes the law count everything.
func (b *Bench) CountAll() {
	b.Helper()
	if err := b.Law.CountAll(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// paperwork files what a site must have on file before faces work, and has it counted. A seat has
// no faces.
func (b *Bench) paperwork() {
	b.Helper()
	if b.Config.Seat() {
		b.CountAll()
		return
	}
	b.Assess()
	b.Paper(papers.KindSign, papers.Sign{Door: b.Config.Unit.Name})
	b.CountAll()
	if off := b.FacesOff(); off.Is() {
		why, remedy := b.Law.Why(off.Rule, i18n.English)
		b.Fatalf("faces are off on a lawful bench: %s %s %s", off, why, remedy)
	}
}

// Paper puts something on file.
func (b *Bench) Paper(kind string, body any) {
	b.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.Vault.PutPaper("test", kind, raw); err != nil {
		b.Fatal(err)
	}
}

// Operator makes an operator and logs them in.
func (b *Bench) Operator(name string, role store.Role) desk.Session {
	b.Helper()
	if _, err := b.Vault.AddOperator(store.Door, name, role, []byte(Secret)); err != nil {
		b.Fatal(err)
	}
	s, err := b.Desk.LogIn(context.Background(), "test", name, desk.Secret(Secret), i18n.English, nil)
	if err != nil {
		b.Fatal(err)
	}
	if s, err = b.Desk.Acknowledge(context.Background(), s); err != nil {
		b.Fatal(err)
	}
	return s
}

// SetBench changes [unit] bench once nothing waits to be written: the vault's writer reads it to
// know whether the clock is trusted.
func (b *Bench) SetBench(on bool) {
	b.Helper()
	b.Entries()
	b.Config.Unit.Bench = on
}

// Start lets the door work until the test ends, with its law, which may read
// the configuration at any time.
func (b *Bench) Start() { b.start(b.door.Run) }

// StartUnit lets the unit work alone: a test may then change the configuration in
// the loop's turn (Driver.Do).
func (b *Bench) StartUnit() { b.start(b.Unit.Run) }

func (b *Bench) start(run func(context.Context) error) {
	b.Driver.Leave()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	// The loop's start is a record of its own: after this it comes before what the test does.
	if err := b.Driver.Do(ctx, func() {}); err != nil {
		b.Fatal(err)
	}
}

// Later moves the clock and lets the loop notice.
func (b *Bench) Later(d time.Duration) {
	b.Clock.Advance(d)
	b.Driver.Tick()
}

// Last gives the newest decision.
func (b *Bench) Last() store.Entry {
	b.Helper()
	for _, e := range b.Entries() {
		if e.Kind == audit.Decision {
			return e
		}
	}
	b.Fatal("no decision was recorded")
	return store.Entry{}
}

// Entries gives the log, newest first, after all that waits in memory is written.
func (b *Bench) Entries() []store.Entry {
	b.Helper()
	if _, err := b.Vault.Record(context.Background(), store.Entry{Kind: audit.Kind(b.Name())}); err != nil {
		b.Fatal(err)
	}
	es, err := b.Vault.Entries(0, 10000, true)
	if err != nil {
		b.Fatal(err)
	}
	return es
}

func (b *Bench) Count(kind audit.Kind) (n int) {
	b.Helper()
	for _, e := range b.Entries() {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// space gives the room on the bench's board, or on this one.
func (b *Bench) space(dir string) (free, size uint64, err error) {
	if b.Board.Space != nil {
		return b.Board.Space(dir)
	}
	return host.ThisBoard().Space(dir)
}

// Eventually waits until a condition is true.
func (b *Bench) Eventually(what string, yes func() bool) {
	b.Helper()
	for until := time.Now().Add(time.Minute); !yes(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			b.Fatalf("waited in vain: %s", what)
		}
	}
}

// Assess files an impact assessment for the unit as it is set now.
func (b *Bench) Assess() {
	b.Helper()
	basis, err := b.Law.Basis()
	if err != nil {
		b.Fatal(err)
	}
	b.Paper(papers.KindAssessment, papers.Assessment{Author: "anna", Necessity: "n", Impact: "i", Risks: "r",
		Measures: "m", Until: b.Clock.Now().AddDate(1, 0, 0), Basis: basis})
}

// AnotherStart starts the program again, on the vault as it is now, and
// looks once whether it opens.
func (b *Bench) AnotherStart() {
	b.Helper()
	o := b.VaultOptions()
	o.Busy = time.Millisecond
	v := store.Await(b.Config.Unit.Dir, o)
	b.Cleanup(func() { v.Close() })
	b.Vault = v
	b.Assemble()
	b.Mend()
}

// Mend does one round of what the unit does while its vault is not in order.
func (b *Bench) Mend() { b.Driver.Mended(b.Vault.Mend(context.Background())) }

// Hours parses spans of hours.
func Hours(t *testing.T, spans ...string) (s policy.Schedule) {
	t.Helper()
	for _, text := range spans {
		var p policy.Span
		if err := p.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		s = append(s, p)
	}
	return s
}
