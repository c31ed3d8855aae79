package check_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/check"
	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/hal/sim"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/store"
)

// site is a simulated door and the installer who stands at it: they do what the check asks for, and
// answer by what the door's lines do. Its fields are what is wrong with the wiring.
type site struct {
	t    *testing.T
	door *sim.Door
	on   check.Door

	inverted    bool // the lock hangs on the wrong contact of the relay
	lockDead    bool // no current at the lock
	clicks      bool // the lock clicks at a restart
	noHandle    bool
	magnetOff   bool // the contact does not see the door open
	deaf        bool // the reader's data lines are off
	otherCards  bool // another card is shown each time
	wrongKeys   bool
	rexOff      bool // the exit button is not wired
	rexChatters bool
	fireOff     bool
	lampsDark   bool
	mute        bool // the loudspeaker
	dim         bool // the display's lamp
	clockWrong  bool
	byHandle    bool // the installer opens the door by its handle, whatever the lock does
	noPower     bool // the lock is not as declared without power
	says        func(id string) (answer, known bool)

	hand func(task string) // does what it knows of a task as well

	mu       sync.Mutex
	let      []time.Time // when it was asked whether the lock let go
	heard    int         // steps of the relay's trace when "listen" was asked
	asked    []string
	tasks    []string
	results  []check.Result
	again    map[string]int // how often to try a step again
	skip     map[string]bool
	slips    bool   // a step is skipped by a slip of the finger, once
	stop     string // the step before which to stop
	fixed    func(id string)
	tapped   uint16
	lampFrom map[string]int
	todo     chan string

	hands   sync.Mutex
	pressed [2]time.Time // the exit button came to rest between them
}

// newSite builds a good door from the demo's configuration, with pieces of its text replaced.
func newSite(t *testing.T, replace ...string) *site {
	t.Helper()
	raw, err := os.ReadFile("../demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	prefix := strings.NewReplacer("/", "_", " ", "_").Replace(t.Name()) + "_"
	text := strings.Replace(string(raw), "enabled     = true", "enabled = false", 1)
	// Whose hands know one button, which is the exit's.
	bell := "[[input]]\nrole     = \"bell\"\npin      = \"SIM_BELL\"\nactive   = \"low\"\npull     = \"up\"\n" +
		"debounce = \"10ms\"\n"
	text = strings.Replace(text, bell, "", 1)
	for ; len(replace) >= 2; replace = replace[2:] {
		if !strings.Contains(text, replace[0]) {
			t.Fatalf("the configuration has no %q", replace[0])
		}
		text = strings.Replace(text, replace[0], replace[1], 1)
	}
	conf, err := config.Parse(strings.NewReader(strings.ReplaceAll(text, "SIM_", prefix)))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, again: map[string]int{}, skip: map[string]bool{}, lampFrom: map[string]int{},
		todo: make(chan string, 64)}
	if s.door, err = sim.New(sim.Config{Prefix: prefix}); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() { // the installer's hands do one thing after the other
		defer close(over)
		for task := range s.todo {
			s.act(task)
		}
	}()
	t.Cleanup(func() { close(s.todo); <-over; s.door.Close() })
	hw, _, err := wiring.Open(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hw.Close() })
	s.on = check.Door{Config: conf, Vault: &paper{}, Relay: hw.Relay, Inputs: hw.Inputs, Signals: hw.Signals,
		Readers: hw.Readers,
		Restart: hw.Relay.(interface{ Restart() (bool, error) }).Restart,
		Camera: func(context.Context) (check.CameraFacts, error) {
			return check.CameraFacts{State: "ok", Width: 640, Height: 480, FPS: 15, Confined: "landlock",
				Models: "test"}, nil
		},
		Watchdog: func(context.Context) (check.WatchdogFacts, error) {
			return check.WatchdogFacts{Service: 30 * time.Second, Restart: "always", Installed: true,
				Enabled: true}, nil
		},
		Clock: func() (check.ClockFacts, error) { return check.ClockFacts{Source: "rtc", Now: time.Now()}, nil },
		Key:   check.KeyFacts{Kind: "tpm", Apart: true},
		Disk: func(context.Context) (check.DiskFacts, error) {
			return check.DiskFacts{Writes: 200, P50: time.Millisecond, P99: 4 * time.Millisecond,
				Max: 5 * time.Millisecond, Free: 8 << 30}, nil
		},
		Loader: &check.LoaderFacts{Tries: true},
		Speak: func(context.Context) (check.VoiceFacts, error) {
			return check.VoiceFacts{Card: "Device", Took: 4 * time.Millisecond, Confined: "landlock"}, nil
		},
		Show: func(context.Context) (check.DisplayFacts, func(), error) {
			return check.DisplayFacts{Screen: "DSI-1, 800×480", Took: 4 * time.Millisecond}, func() {}, nil
		},
	}
	return s
}

// session makes a session of little patience.
func (s *site) session() *check.Session {
	session := check.New(s.on, "op", check.Report{UnitID: "00ff", Board: "bench", Software: "test", Config: "c0ffee",
		Operator: "anna", Role: "installer"})
	session.Patience = 2 * time.Second
	return session
}

// run takes the installer through a whole session.
func (s *site) run() (*check.Report, error) {
	s.t.Helper()
	session := s.session()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	err := session.Run(ctx, s)
	return session.Report, err
}

// released is what the lock does now.
func (s *site) released() bool { return !s.lockDead && s.door.Unlocked() != s.inverted }

func (s *site) Begin(_ context.Context, _, _ int, step check.Step) (check.Choice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if step.ID == "signal green" {
		for _, lamp := range []string{sim.LEDGreen, sim.LEDRed, sim.Buzzer} {
			s.lampFrom[lamp] = len(s.door.Pin(lamp).Trace())
		}
	}
	switch {
	case step.ID == s.stop:
		return check.Stop, nil
	case s.skip[step.ID]:
		s.skip[step.ID] = !s.slips
		return check.Skip, nil
	}
	return check.Go, nil
}

func (s *site) Ask(_ context.Context, q check.Question) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inBothLanguages(q.Text)
	s.asked = append(s.asked, q.ID)
	if s.says != nil {
		if answer, known := s.says(q.ID); known {
			return answer, nil
		}
	}
	relay := s.door.Pin(sim.Relay).Trace()
	switch q.ID {
	case "skip it":
		return !s.slips, nil
	case "is the time right":
		return !s.clockWrong, nil
	case "is it locked", "is it locked again":
		return !s.released(), nil
	case "did it let go":
		s.let = append(s.let, time.Now())
		return s.released(), nil
	case "listen":
		s.heard = len(relay)
		return true, nil
	case "did it click":
		return s.clicks || len(relay) > s.heard, nil
	case "opens by hand":
		return !s.noHandle, nil
	case "without current", "current is back":
		return !s.noPower, nil
	case "telephone there":
		return true, nil
	case "did you hear it":
		return !s.mute, nil
	case "do you see it":
		return !s.dim, nil
	case "did it blink":
		return !s.lampsDark && s.blinked(), nil
	}
	s.t.Errorf("an unknown question: %s", q.ID)
	return false, nil
}

// blinked reports whether one lamp went on three times since it was asked last, and is off.
func (s *site) blinked() bool {
	lit := 0
	for lamp := range s.lampFrom {
		trace := s.door.Pin(lamp).Trace()
		if n := len(trace) - s.lampFrom[lamp]; n > 0 {
			lit++
			if n != 6 || trace[len(trace)-1].Level {
				return false
			}
		}
		s.lampFrom[lamp] = len(trace)
	}
	return lit == 1
}

func (s *site) Do(task check.Task) {
	s.mu.Lock()
	s.tasks = append(s.tasks, task.ID)
	s.mu.Unlock()
	s.todo <- task.ID
}

func (s *site) act(task string) {
	time.Sleep(20 * time.Millisecond) // a little later, as people do
	s.mu.Lock()
	rexOff := s.rexOff // which may have been mended meanwhile
	s.mu.Unlock()
	if s.hand != nil {
		s.hand(task)
	}
	switch task {
	case "pull":
		if s.released() && !s.magnetOff {
			s.door.Force()
			time.Sleep(50 * time.Millisecond)
			s.door.Shut()
		}
	case "open":
		if (s.released() || s.byHandle) && !s.magnetOff {
			s.door.Force()
		}
	case "close":
		s.door.Shut()
	case "press":
		switch {
		case rexOff:
		case s.rexChatters: // for almost two seconds
			s.door.Bounce(sim.REX, periph.High, 600, 3*time.Millisecond)
		default:
			s.press()
		}
	case "let go":
		s.door.Pin(sim.REX).Drive(periph.High)
	case "raise":
		if !s.fireOff {
			s.door.Alarm(true)
		}
	case "clear":
		s.door.Alarm(false)
	case "tap":
		if !s.deaf {
			s.watched()
			if s.otherCards {
				s.tapped++
			}
			s.door.Tap(42, 1000+s.tapped)
		}
	case "type":
		s.watched()
		if s.wrongKeys {
			s.door.Type("13")
		} else {
			s.door.Type("1234567890*#")
		}
	}
}

// press presses the exit button, whose contact bounces for 6 ms.
func (s *site) press() {
	before := time.Now()
	s.door.Bounce(sim.REX, periph.Low, 3, 3*time.Millisecond)
	s.hands.Lock()
	defer s.hands.Unlock()
	s.pressed = [2]time.Time{before, time.Now()}
}

// delay gives the least and the most, in ms, that can have passed from the first edge of the exit
// button to the relay.
func (s *site) delay() (least, most float64) {
	s.hands.Lock()
	defer s.hands.Unlock()
	const bounce = 6 * time.Millisecond
	after := func(t time.Time) bool { return !t.Before(s.pressed[0]) }
	trace := s.door.Pin(sim.Relay).Trace()
	on := slices.IndexFunc(trace, func(st sim.Step) bool { return bool(st.Level) && after(st.At) })
	asked := slices.IndexFunc(s.let, after)
	if on < 0 || asked < 0 {
		s.t.Fatal("the relay did not move after the exit button")
	}
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 }
	return ms(trace[on].At.Sub(s.pressed[1]) + bounce), ms(s.let[asked].Sub(s.pressed[0]) + bounce)
}

// watched waits until a driver listens to the reader's lines.
func (s *site) watched() {
	for until := time.Now().Add(time.Minute); !s.door.Pin(sim.D0).Watched() && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
}

func (s *site) Waiting(time.Duration) {}

func (s *site) Tell(m i18n.Message) { s.inBothLanguages(m) }

// inBothLanguages notices what the Chinese catalogue lacks.
func (s *site) inBothLanguages(m i18n.Message) {
	if m.String() == "" || catalogue.In("zh").Say(m) == m.String() {
		s.t.Errorf("%q is not in both languages", m)
	}
}

func (s *site) Done(_ context.Context, r check.Result) (check.Choice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results = append(s.results, r)
	if s.again[r.ID] > 0 {
		s.again[r.ID]--
		if s.fixed != nil {
			s.fixed(r.ID)
		}
		return check.Again, nil
	}
	return check.Go, nil
}

// paper is a vault that keeps what is recorded.
type paper struct {
	mu      sync.Mutex
	entries []store.Entry
}

func (p *paper) Record(_ context.Context, e store.Entry) (uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.At = time.Now()
	p.entries = append(p.entries, e)
	return uint64(len(p.entries)), nil
}

func (p *paper) moves() (out []store.Entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.entries {
		if e.Kind == "relay" {
			out = append(out, e)
		}
	}
	return out
}
