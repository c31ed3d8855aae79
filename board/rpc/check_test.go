package rpc_test

import (
	"image"
	"slices"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/rpc"
	"menshen/recognizer/eye"
	"menshen/store/audit"
)

// atDoor does at the bench what tasks of the self-test ask for.
func atDoor(b *boardtest.Bench, task string) {
	input := func(role string, active bool) { b.Inputs[role].Set(active, b.Clock.Now()) }
	switch task {
	case "press":
		input("rex", true)
	case "let go":
		input("rex", false)
	case "open":
		input("contact", true)
	case "close":
		input("contact", false)
	case "raise":
		input("fire", true)
	case "clear":
		input("fire", false)
	case "tap":
		b.Reader.Tap(boardtest.CardOf(7))
	}
}

// lives lets the camera's pictures come and the clock run, until the test ends.
func lives(b *boardtest.Bench) {
	done := make(chan struct{})
	b.Cleanup(func() { close(done) })
	go func() {
		for {
			select {
			case <-time.After(20 * time.Millisecond):
				b.Clock.Advance(20 * time.Millisecond)
			case <-done:
				return
			}
		}
	}()
	go func() {
		for {
			select {
			case b.Eye.Pics <- eye.Picture{Width: 4, Height: 4, Grey: make([]byte, 16), Camera: image.Pt(640, 480)}:
				time.Sleep(50 * time.Millisecond)
			case <-done:
				return
			}
		}
	}()
}

// ran is a self-test over the line.
type ran struct {
	*peer
	b       *boardtest.Bench
	id      int
	steps   []string // that began
	during  map[string]func()
	answers map[string]string // by the id of a step or a question; else go and yes
}

// run takes the self-test to its end, and gives what it came to.
func (r *ran) run(params object) object {
	r.Helper()
	r.last++
	r.id = r.last
	r.send("check.run", r.id, params)
	for {
		m := r.next()
		if m["id"] == float64(r.id) {
			if m["result"] == nil {
				r.Fatalf("%v", m)
			}
			return m["result"].(object)
		}
		if m["method"] != "event" {
			continue
		}
		e := m["params"].(object)
		what, _ := e["what"].(string)
		answer := "yes"
		switch e["kind"] {
		case "step":
			what, answer = e["step"].(object)["id"].(string), "go"
			r.steps = append(r.steps, what)
		case "done":
			answer = "go"
		case "task":
			atDoor(r.b, what)
		}
		if f := r.during[what]; f != nil && e["number"] != nil {
			f()
		}
		if a, ok := r.answers[what]; ok {
			answer = a
		}
		if e["number"] != nil {
			r.last++
			r.send("check.answer", r.last, object{"number": e["number"], "choice": answer})
		}
	}
}

func checkBench(t *testing.T) (*boardtest.Bench, *ran) {
	t.Helper()
	b := boardtest.New(t, func(c *config.Config) { c.Signals = []config.Signal{{Role: "alarm"}} })
	b.Start()
	lives(b)
	p := dial(t, b, rpc.Options{})
	p.logIn()
	return b, &ran{peer: p, b: b, during: map[string]func(){}, answers: map[string]string{}}
}

// TestCheckOverTheLine: a program takes the installer through the whole self-test of a door that
// works on meanwhile: cards open, exit and fire release (R-SAFE), and only the reader that is tried
// opens nothing. The report is filed, signed, and can be taken along.
func TestRSafeCheckOverTheLine(t *testing.T) {
	b, r := checkBench(t)
	b.Someone(3)
	released := func(why string, act func()) {
		moves := len(b.Relay.Moves())
		act()
		b.Eventually(why+" releases the door", func() bool { return len(b.Relay.Moves()) > moves })
		b.Clock.Advance(time.Minute)
		b.Eventually("it is locked again", func() bool { return !b.Relay.On() })
	}
	r.answers["camera"] = "skip" // the bench's eye has no frame rate
	r.during["clock"] = func() {
		released("a card", func() { b.Reader.Tap(boardtest.CardOf(3)) })
		released("the exit button", func() { atDoor(b, "press"); atDoor(b, "let go") })
		released("a fire", func() { atDoor(b, "raise"); atDoor(b, "clear") })
		if second := r.ask("check.run", object{}); code(second) != rpc.CodeRefused {
			t.Errorf("a second self-test: %v", second)
		}
	}
	decided := b.Count(audit.Decision)
	r.during["reader outside"] = func() { decided = b.Count(audit.Decision) }
	got := r.run(object{"afresh": true})
	if got["verdict"].(object)["code"] != "passed with open points" || got["tested"] != true {
		t.Errorf("the door did not pass: %v", got)
	}
	if after := b.Count(audit.Decision); after != decided {
		t.Errorf("cards at the reader that was tried led to %d decisions", after-decided)
	}
	for _, step := range []string{"clock", "rest", "relay", "contact", "rex", "fire", "power", "signal alarm",
		"camera"} {
		if !slices.Contains(r.steps, step) {
			t.Errorf("no step %q among %v", step, r.steps)
		}
	}
	b.Eventually("the lock is at rest", func() bool { return !b.Relay.On() })
	if b.Count(audit.CheckBegun) != 1 || b.Count(audit.CheckEnded) != 1 {
		t.Errorf("begun %d times, ended %d", b.Count(audit.CheckBegun), b.Count(audit.CheckEnded))
	}
	if s := b.State(); s.Checking || s.Aiming {
		t.Errorf("after it: %+v", s)
	}
	name := r.ask("check.report", object{})["result"].(object)["name"]
	b.Operator("ivan", desk.Installer)
	p := dial(t, b, rpc.Options{})
	p.ask("session.login", object{"name": "ivan", "secret": boardtest.Secret})
	if piece := p.ask("file.read", object{"name": name, "offset": 0}); piece["result"] == nil {
		t.Errorf("the installer cannot take the report: %v", piece)
	}
}

// TestCheckBrokenOff: a self-test that is stopped leaves the lock at rest and goes on where it was;
// a failed step can be tried again; what was not asked cannot be answered.
func TestCheckBrokenOff(t *testing.T) {
	b, r := checkBench(t)
	r.answers["rest"] = "stop"
	if got := r.run(object{}); got["ended"] != nil || got["tested"] == true {
		t.Errorf("broken off: %v", got)
	}
	if bad := r.ask("check.answer", object{"number": 9, "choice": "go"}); code(bad) != rpc.CodeRefused {
		t.Errorf("an answer to nothing: %v", bad)
	}
	r.steps = nil
	r.answers = map[string]string{"is it locked": "no", "rest": "go", "relay": "stop"}
	got := r.run(object{})
	if len(r.steps) == 0 || r.steps[0] != "rest" {
		t.Errorf("it went on at %v", r.steps)
	}
	for _, s := range got["steps"].([]any) {
		if s := s.(object); s["id"] == "rest" && s["verdict"].(object)["code"] != "failed" {
			t.Errorf("a door that is open at rest: %v", s)
		}
	}
	if b.Relay.On() {
		t.Error("the lock is released")
	}
	r.ask("door.lockdown", object{"on": true})
	if refused := r.ask("check.run", object{}); code(refused) != rpc.CodeRefused {
		t.Errorf("in a lockdown: %v", refused)
	}
}
