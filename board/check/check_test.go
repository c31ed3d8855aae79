package check_test

import (
	"context"
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/check"
	"menshen/hal/sim"
	"menshen/hal/voice/pcm"
)

// TestMain lets many doors be checked at once: their installers mostly wait.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "16")
	goleak.VerifyTestMain(m)
}

// Inputs of the demo's configuration.
const (
	rexInput = "[[input]]\nrole     = \"rex\"\npin      = \"SIM_REX\"\nactive   = \"low\"\n" +
		"pull     = \"up\"\ndebounce = \"10ms\"\n"
	fireInput = "[[input]]\nrole     = \"fire\"\npin      = \"SIM_FIRE\"\nactive   = \"high\"\n" +
		"pull     = \"up\"\ndebounce = \"10ms\"\n"
)

// find gives a step's result.
func find(t *testing.T, r *check.Report, id string) check.Result {
	t.Helper()
	for _, s := range r.Steps {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("there is no step %q", id)
	return check.Result{}
}

func value(t *testing.T, r check.Result, key string) float64 {
	t.Helper()
	for _, v := range r.Values {
		if v.Key == key {
			return v.Number
		}
	}
	t.Fatalf("step %s measured no %s, but %v", r.ID, key, r.Values)
	return 0
}

// TestGoodDoorPasses: everything that a good door has is tried and passes, with figures that are
// the simulated door's own; every move of the relay was recorded before it.
func TestGoodDoorPasses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, err := s.run()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range r.Steps {
		if step.Verdict != check.Passed && step.Verdict != check.Absent {
			t.Errorf("%s %s: %s", step.ID, step.Verdict, step.Why.EN)
		}
		if step.Verdict == check.Absent && (step.Why.EN == "" || step.Why.ZH == "") {
			t.Errorf("%s is absent without a reason", step.ID)
		}
	}
	if r.Verdict() != check.Passed || r.Tested().IsZero() || !r.ExitByHand() {
		t.Errorf("verdict %s, tested %v, by hand %v", r.Verdict(), r.Tested(), r.ExitByHand())
	}
	for _, id := range []string{"clock", "key", "storage", "watchdog", "updates", "rest", "relay", "restart", "contact",
		"rex", "exit", "fire", "power", "signal green", "signal red", "signal buzzer", "reader outside",
		"keypad outside", "camera"} {
		if got := find(t, r, id); got.Verdict != check.Passed {
			t.Errorf("%s: %s", id, got.Verdict)
		}
	}
	for _, id := range []string{"staff", "bell", "tamper"} {
		if got := find(t, r, id); got.Verdict != check.Absent {
			t.Errorf("%s, which is not wired: %s", id, got.Verdict)
		}
	}
	if bounce := value(t, find(t, r, "rex"), "bounce_on_ms"); bounce != 6 {
		t.Errorf("a button that bounces for 6 ms was measured with %v ms", bounce)
	}
	delay := value(t, find(t, r, "rex"), "to_relay_ms")
	if least, most := s.delay(); delay < least || delay > most {
		t.Errorf("from the button to the relay: %v ms measured, it was %v to %v ms", delay, least, most)
	}
	if rate := value(t, find(t, r, "reader outside"), "read_rate"); rate != 100 {
		t.Errorf("read rate %v", rate)
	}
	moves := s.on.Vault.(*paper).moves()
	to := map[periph.Level]string{periph.High: "unlock", periph.Low: "lock"}
	trace := s.door.Pin(sim.Relay).Trace()[1:]
	for i, step := range trace {
		n := 0
		for _, m := range moves {
			if m.Reason == "" || m.Actor != "op" {
				t.Errorf("a move without a reason or an actor: %+v", m)
			}
			if !m.At.After(step.At) && m.Detail["to"] == to[step.Level] {
				n++
			}
		}
		if n < i/2+1 {
			t.Errorf("move %d of the relay, to %v, has no record before it", i, step.Level)
		}
	}
	if s.door.Unlocked() {
		t.Error("the door was left unlocked")
	}
}

// TestFailSafeDoorPasses: a lock that is open without power is tried the other way round, and is
// left as it is declared: open.
func TestFailSafeDoorPasses(t *testing.T) {
	t.Parallel()
	s := newSite(t, "[relay]\n", "[relay]\nfail_safe = true\n")
	s.inverted = true // current locks it
	r, err := s.run()
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict() != check.Passed || r.Lock != "fail-safe" || slices.Contains(s.asked, "did it click") {
		t.Errorf("verdict %s of a lock %s; asked %v", r.Verdict(), r.Lock, s.asked)
		for _, step := range r.Steps {
			if step.Verdict == check.Failed {
				t.Errorf("%s: %s", step.ID, step.Why.EN)
			}
		}
	}
	if !s.released() {
		t.Error("the relay was not left in its declared safe state")
	}
}

// TestImpulseLockPasses: such a lock is tried by pulses of its own length, one for each pull at the
// door, and its exit button gives one too.
func TestImpulseLockPasses(t *testing.T) {
	t.Parallel()
	s := newSite(t, "[relay]\n", "[relay]\nlock = \"impulse\"\npulse = \"50ms\"\nrest = \"10ms\"\n",
		fireInput, "")
	s.byHandle = true
	seen := 0
	s.says = func(id string) (answer, known bool) {
		if id != "did it let go" {
			return false, false
		}
		before := seen
		seen = len(s.door.Pin(sim.Relay).Trace())
		return seen > before+1, true
	}
	r, err := s.run()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range r.Steps {
		if step.Verdict == check.Failed || step.ID == "restart" && step.Verdict != check.Passed {
			t.Errorf("%s: %s %s", step.ID, step.Verdict, step.Why.EN)
		}
	}
	on := 0
	trace := s.door.Pin(sim.Relay).Trace()
	for i, step := range trace {
		if !step.Level {
			continue
		}
		on++
		if i+1 == len(trace) || trace[i+1].At.Sub(step.At) > 2*time.Second {
			t.Error("the coil was left with current")
		}
	}
	if on < 4 {
		t.Errorf("%d pulses, want three for the relay's step and one for the button", on)
	}
}

// fault is one thing that is wrong with a door.
type fault struct {
	name string
	step string      // which finds it
	why  string      // in the result's words
	do   func(*site) // nil: nothing
	also []string    // steps that see the same fault
	text []string    // of the configuration: pairs of old and new
}

// TestEachFaultIsFoundByItsStep breaks one thing at a time.
func TestEachFaultIsFoundByItsStep(t *testing.T) {
	for _, test := range []fault{
		{name: "inverted relay", step: "rest", why: "open while the relay is at rest",
			do: func(s *site) { s.inverted = true }, also: []string{"relay", "rex", "fire", "contact"}},
		{name: "lock without power", step: "relay", why: "did not let go",
			do: func(s *site) { s.lockDead = true }, also: []string{"contact", "rex", "fire"}},
		{name: "relay pulled up", step: "restart", why: "Without a program the wiring opens",
			do: func(s *site) { s.door.Pin(sim.Relay).Drive(periph.High) }},
		{name: "glitch at restart", step: "restart", why: "moved while the program restarted",
			do: func(s *site) { s.clicks = true }},
		{name: "fail-safe lock that stays locked", step: "restart", why: "keeps the lock locked",
			text: []string{"[relay]\n", "[relay]\nfail_safe = true\n",
				"active = \"high\"\n\n[[input]]\nrole     = \"rex\"",
				"active = \"low\"\n\n[[input]]\nrole     = \"rex\""}},
		{name: "contact stuck closed", step: "contact", why: "closed while it is open",
			do: func(s *site) { s.magnetOff = true }},
		{name: "contact inverted", step: "contact", why: "open while it is closed",
			text: []string{"pin      = \"SIM_DOOR\"\nactive   = \"high\"",
				"pin      = \"SIM_DOOR\"\nactive   = \"low\""}},
		{name: "a reader's key file is not there", step: "reader inside",
			why: "opening the sector's key: open /no/such/key",
			text: []string{"[camera]", "[[reader]]\nname = \"inside\"\nkind = \"rc522\"\nspi = \"0.0\"\n" +
				"key_file = \"/no/such/key\"\nkey = \"A\"\nblock = 4\n[camera]"}},
		{name: "REX not wired", step: "rex", why: "Nothing came from the exit button",
			do: func(s *site) { s.rexOff = true }},
		{name: "REX chatters", step: "rex", why: "does not come to rest",
			do: func(s *site) { s.rexChatters = true }},
		{name: "fire not wired", step: "fire", why: "Nothing came from the fire input",
			do: func(s *site) { s.fireOff = true }},
		{name: "no way out", step: "exit", why: "A person inside cannot get out",
			do: func(s *site) { s.noHandle = true }, text: []string{rexInput, ""}},
		{name: "wrong kind of lock", step: "power", why: "not as declared",
			do: func(s *site) { s.noPower = true }},
		{name: "deaf reader", step: "reader outside", why: "Nothing came from the reader",
			do: func(s *site) { s.deaf = true }},
		{name: "reader unplugged", step: "reader outside", why: "The reader reports",
			do: func(s *site) { s.door.Pin(sim.D1).Out(periph.High) }, also: []string{"keypad outside"}},
		{name: "noise for a card", step: "reader outside", why: "not the same each time",
			do: func(s *site) { s.otherCards = true }},
		{name: "keys exchanged", step: "keypad outside", why: "Instead of key 2",
			do: func(s *site) { s.wrongKeys = true }},
		{name: "dark lamps", step: "signal red", why: "did not go on and off",
			do: func(s *site) { s.lampsDark = true }, also: []string{"signal green", "signal buzzer"}},
		{name: "slow disk", step: "storage", why: "too slow", do: disk(check.DiskFacts{Writes: 200,
			P50: 20 * time.Millisecond, P99: 300 * time.Millisecond, Max: time.Second, Free: 8 << 30})},
		{name: "full disk", step: "storage", why: "nearly full",
			do: disk(check.DiskFacts{Writes: 200, Free: 1 << 20})},
		{name: "clock wrong", step: "clock", why: "The clock is wrong",
			do: func(s *site) { s.clockWrong = true }},
		{name: "clock behind", step: "clock", why: "behind the unit's own records",
			do: clock(time.Unix(0, 0), time.Now())},
		{name: "clock ahead", step: "clock", why: "3652 days ahead of the unit's own records",
			do: clock(time.Now().AddDate(0, 0, 3652).Add(time.Hour), time.Now())},
		{name: "camera covered", step: "camera", why: "no good picture: black",
			do: cam(check.CameraFacts{State: "black"})},
		{name: "camera slow", step: "camera", why: "too few",
			do: cam(check.CameraFacts{State: "ok", Width: 640, Height: 480, FPS: 2})},
		{name: "infrared that is not there", step: "infrared", why: "does not work: gone",
			do: lit(check.InfraredFacts{State: "gone", Detail: "no such device"})},
		{name: "infrared emitter not wired", step: "infrared", why: "changes nothing",
			do: lit(check.InfraredFacts{State: "unlit", Face: true, Lit: 40, Dark: 40})},
		{name: "infrared camera that looks elsewhere", step: "infrared", why: "not at the same place",
			do: lit(check.InfraredFacts{State: "ok", Changed: .5})},
		{name: "infrared emitter too far", step: "infrared", why: "too little brighter: 20 with it, 14 without",
			do: lit(check.InfraredFacts{State: "ok", Changed: .1, Face: true, Lit: 20, Dark: 14})},
		{name: "infrared camera that sees visible light", step: "infrared", why: "is bright in its picture (230)",
			do: lit(standing, check.InfraredFacts{State: "ok", Changed: .3, Middle: 230})},
		{name: "loudspeaker not wired", step: "voice", why: "nobody heard it", text: speaks,
			do: func(s *site) { s.mute = true }},
		{name: "voice without its card", step: "voice", why: "does not speak: no such sound card", text: speaks,
			do: voice(check.VoiceFacts{}, pcm.ErrNoCard)},
		{name: "voice with gaps", step: "voice", why: "had 3 gaps", text: speaks,
			do: voice(check.VoiceFacts{Underruns: 3}, nil)},
		{name: "display without its lamp", step: "display", why: "nobody saw it", text: shows,
			do: func(s *site) { s.dim = true }},
		{name: "display without its screen", step: "display", why: "shows nothing: the screen is gone", text: shows,
			do: display(check.DisplayFacts{}, errors.New("the screen is gone"))},
		{name: "display without a font", step: "display", why: "cannot write Chinese: no font", text: shows,
			do: display(check.DisplayFacts{Font: "no font"}, nil)},
		{name: "service not watched", step: "watchdog", why: "WatchdogSec is not set",
			do: watchdog(check.WatchdogFacts{Installed: true, Enabled: true, Restart: "always"})},
		{name: "no service", step: "watchdog", why: "not installed", do: watchdog(check.WatchdogFacts{})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, test.text...)
			if test.do != nil {
				test.do(s)
			}
			r, err := s.run()
			if err != nil {
				t.Fatal(err)
			}
			got := find(t, r, test.step)
			if got.Verdict != check.Failed || !strings.Contains(got.Why.EN, test.why) || got.Why.ZH == "" ||
				got.Remedy.EN == "" || got.Remedy.ZH == "" {
				t.Errorf("%s: %s, %q, %q", test.step, got.Verdict, got.Why.EN, got.Remedy.EN)
			}
			for _, other := range r.Steps {
				if other.Verdict == check.Failed && other.ID != test.step && !slices.Contains(test.also, other.ID) {
					t.Errorf("%s was blamed too: %s", other.ID, other.Why.EN)
				}
			}
			if r.Verdict() != check.Failed || !r.Tested().IsZero() {
				t.Errorf("the whole: %s, tested %v", r.Verdict(), r.Tested())
			}
		})
	}
}

// TestOldBootLoader: a door whose boot loader cannot try an update passes, and the report says so.
func TestOldBootLoader(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.on.Loader = &check.LoaderFacts{Built: time.Date(2021, 4, 29, 0, 0, 0, 0, time.UTC)}
	r, err := s.run()
	if err != nil {
		t.Fatal(err)
	}
	got := find(t, r, "updates")
	if got.Verdict != check.Passed || !strings.Contains(got.Remark.EN, "too old to try an update") {
		t.Errorf("%s, %q", got.Verdict, got.Remark.EN)
	}
}

func disk(f check.DiskFacts) func(*site) {
	return func(s *site) { s.on.Disk = func(context.Context) (check.DiskFacts, error) { return f, nil } }
}

func clock(now, floor time.Time) func(*site) {
	f := check.ClockFacts{Source: "rtc", Now: now, Floor: floor}
	return func(s *site) { s.on.Clock = func() (check.ClockFacts, error) { return f, nil } }
}

func cam(f check.CameraFacts) func(*site) {
	return func(s *site) { s.on.Camera = func(context.Context) (check.CameraFacts, error) { return f, nil } }
}

// speaks is the configuration of a door with a voice.
var speaks = []string{"[camera]", "[voice]\ncard = \"Device\"\n[camera]"}

func voice(f check.VoiceFacts, err error) func(*site) {
	return func(s *site) { s.on.Speak = func(context.Context) (check.VoiceFacts, error) { return f, err } }
}

// shows is the configuration of a door with a display.
var shows = []string{"[camera]", "[display]\nscreen = \"drm\"\n[camera]"}

func display(f check.DisplayFacts, err error) func(*site) {
	return func(s *site) {
		s.on.Show = func(context.Context) (check.DisplayFacts, func(), error) { return f, func() {}, err }
	}
}

// standing is an installer by the light of a good emitter.
var standing = check.InfraredFacts{State: "ok", Changed: .5, Face: true, Lit: 130, Dark: 12, Middle: 120}

// lit is an infrared camera that shows these, one after the other for each task, and the last one
// until time is up.
func lit(shows ...check.InfraredFacts) func(*site) {
	return func(s *site) {
		s.on.Infrared = func(ctx context.Context, done func(check.InfraredFacts) bool) error {
			now := shows[0]
			if len(shows) > 1 {
				shows = shows[1:]
			}
			for ctx.Err() == nil {
				if done(now) {
					return nil
				}
				time.Sleep(time.Millisecond)
			}
			return ctx.Err()
		}
	}
}

// TestInfrared: an infrared camera that lights a face and not a screen passes, with its figures in
// the report. Without a screen there, it was not tried.
func TestInfrared(t *testing.T) {
	t.Parallel()
	dark := check.InfraredFacts{State: "ok", Changed: .4, Middle: 11}
	for held, want := range map[bool]check.Verdict{true: check.Passed, false: check.Failed} {
		t.Run(string(want), func(t *testing.T) {
			s := newSite(t)
			lit(standing, dark)(s)
			s.says = func(id string) (bool, bool) { return held, id == "telephone there" }
			r, err := s.run()
			if err != nil {
				t.Fatal(err)
			}
			got := find(t, r, "infrared")
			if got.Verdict != want || held && len(got.Values) != 4 {
				t.Errorf("%s, %q, %+v", got.Verdict, got.Why.EN, got.Values)
			}
		})
	}
}

func watchdog(f check.WatchdogFacts) func(*site) {
	return func(s *site) { s.on.Watchdog = func(context.Context) (check.WatchdogFacts, error) { return f, nil } }
}

// TestRSafeDuringTheCheck: the exit button and the fire line release the lock while something else
// is tried, and the fire holds it open against the check.
func TestRSafeDuringTheCheck(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var rex, fire, held bool
	s.says = func(id string) (bool, bool) {
		if id != "opens by hand" {
			return false, false
		}
		rex = s.after(s.press, true)
		s.door.Pin(sim.REX).Drive(periph.High)
		s.after(func() {}, false)
		fire = s.after(func() { s.door.Alarm(true) }, true)
		time.Sleep(100 * time.Millisecond)
		held = s.door.Unlocked()
		s.door.Alarm(false)
		return true, true
	}
	if _, err := s.run(); err != nil {
		t.Fatal(err)
	}
	if !rex || !fire || !held {
		t.Errorf("during a question: exit released %v, fire released %v and held %v", rex, fire, held)
	}
}

// after does something at the door, and waits until the relay is so.
func (s *site) after(do func(), unlocked bool) bool {
	do()
	for until := time.Now().Add(time.Minute); s.door.Unlocked() != unlocked; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			return false
		}
	}
	return true
}

// TestStopLeavesTheLockAtRest: whenever the check is broken off, the lock is at rest.
func TestStopLeavesTheLockAtRest(t *testing.T) {
	for _, at := range []string{"did it let go", "is it locked again", "listen"} {
		t.Run(at, func(t *testing.T) {
			s := newSite(t)
			ctx, cancel := context.WithCancel(context.Background())
			s.says = func(id string) (bool, bool) {
				if id == at {
					cancel()
				}
				return false, false
			}
			session := s.session()
			if err := session.Run(ctx, s); !errors.Is(err, check.ErrStopped) {
				t.Fatalf("broken off with %v", err)
			}
			if s.door.Unlocked() || session.Report.Verdict() != check.Open && session.Report.Verdict() != check.Failed {
				t.Errorf("unlocked %v, verdict %s", s.door.Unlocked(), session.Report.Verdict())
			}
		})
	}
}

// TestStepsAreRepeatedAndSkipped: what was mended passes at the next try; a skipped step is
// recorded, and without one that people's safety stands on the door does not count as tested.
func TestStepsAreRepeatedAndSkipped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.rexOff = true
	s.again["rex"] = 1
	s.fixed = func(string) { s.rexOff = false }
	s.skip["signal buzzer"] = true
	r, err := s.run()
	if err != nil {
		t.Fatal(err)
	}
	if rex := find(t, r, "rex"); rex.Verdict != check.Passed || rex.Tries != 2 || rex.Why.EN != "" {
		t.Errorf("after the repair: %+v", rex)
	}
	if r.Verdict() != check.PassedOpen || r.Tested().IsZero() || find(t, r, "signal buzzer").Verdict != check.Skipped {
		t.Errorf("with a buzzer skipped: %s", r.Verdict())
	}
	t.Run("fire by a slip of the finger", func(t *testing.T) {
		s := newSite(t)
		s.skip["fire"], s.slips = true, true
		r, err := s.run()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(s.asked, "skip it") || r.Verdict() != check.Passed {
			t.Errorf("asked %v; the whole: %s", s.asked, r.Verdict())
		}
	})
	t.Run("fire", func(t *testing.T) {
		s := newSite(t)
		s.skip["fire"] = true
		r, err := s.run()
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict() != check.Open || !r.Tested().IsZero() {
			t.Errorf("with fire skipped: %s", r.Verdict())
		}
	})
}

// TestResume: what passed before a power cut is not asked again, what failed is.
func TestResume(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.clockWrong, s.stop = true, "contact"
	first := s.session()
	if err := first.Run(context.Background(), s); !errors.Is(err, check.ErrStopped) {
		t.Fatal(err)
	}
	t.Run("after the power cut", func(t *testing.T) {
		s := newSite(t)
		session := s.session()
		session.Resume(first.Report)
		if err := session.Run(context.Background(), s); err != nil {
			t.Fatal(err)
		}
		if session.Report.Verdict() != check.Passed || find(t, session.Report, "clock").Tries != 2 ||
			!session.Report.Began.Equal(first.Report.Began) {
			t.Errorf("resumed: %s, clock %+v", session.Report.Verdict(), find(t, session.Report, "clock"))
		}
		if slices.Contains(s.asked, "listen") || !slices.Contains(s.asked, "is the time right") {
			t.Errorf("asked again: %v", s.asked)
		}
	})
}
