package console_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"menshen/board/console"
	"menshen/board/desk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScreenAfterLogIn(t *testing.T) {
	s := sit(t, newDesk(), console.Options{})
	s.logIn("mei")
	s.hit("people\r")
	s.see("mei> ")
	screen := s.screen()
	for _, want := range []string{"Menshen, door unit block 3", "Welcome, mei (manager)", "1204", "Li Na",
		"apartment  name"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen)
		}
	}
	if strings.Contains(screen, "sesame") {
		t.Errorf("the secret is on the screen:\n%s", screen)
	}
}

func TestSecretLeavesNoTrace(t *testing.T) {
	for _, plain := range []bool{false, true} {
		s := sit(t, newDesk(), console.Options{Plain: plain})
		s.logIn("mei")
		s.hit("pin 1204\r")
		s.see("by the person: ")
		s.hit("48151\r")
		s.see("more: ")
		s.hit("48151\r")
		s.see("PIN aa11bb22 is set.")
		s.see("mei> ")
		s.hit("\x1b[A\x1b[A\x1b[A\x1b[A\x15whoami\r") // back through the history
		s.see("mei, manager")
		if sent := s.sent(); strings.Contains(sent, "4815") || strings.Contains(sent, "sesame") {
			t.Errorf("plain %v: a secret was sent to the line: %q", plain, sent)
		}
	}
}

func TestHistoryHasCommandsOnly(t *testing.T) {
	s := sit(t, newDesk(), console.Options{})
	s.logIn("mei")
	s.hit("remove 1204\r")
	s.see("mistake): ")
	s.hit("a private reason\r")
	s.see("no: ")
	s.hit("no\r")
	s.see("Nothing was done.")
	s.see("mei> ")
	s.hit("\x1b[A")
	if got := s.see("1204"); !strings.Contains(got, "remove 1204") {
		t.Errorf("the up key gave %q", got)
	}
}

func TestROperatorIdleLogOut(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.clock.advance(4 * time.Minute)
	s.do("mei", "whoami")
	s.clock.advance(4 * time.Minute)
	s.do("mei", "whoami")
	s.hit("rem") // half a command does not outlive its author
	s.see("rem")
	s.clock.advance(5 * time.Minute)
	s.see("Logged out: no key was pressed for 5m0s.")
	s.see("log-in: ")
	if log := fake.calls(); log[len(log)-1] != "log out mei idle" {
		t.Errorf("the desk last heard %q", log[len(log)-1])
	}
}

func TestROperatorNoiseDoesNotKeepASessionUp(t *testing.T) {
	s := sit(t, newDesk(), console.Options{})
	s.logIn("mei")
	for range 6 {
		s.clock.advance(time.Minute)
		s.hit("\xff\xfe\x80\x1b[?1;2c")
	}
	s.see("no key was pressed for 5m0s")
}

func TestROperatorIdleLogOutWhileACommandWaits(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("card 1203\r")
	s.see("tap the card at the door")
	s.clock.advance(5 * time.Minute)
	s.see("no key was pressed")
	fake.card <- "01020304" // too late: no session waits for it
	s.see("log-in: ")
	if n := len(fake.people[1].Credentials); n != 1 {
		t.Errorf("the person has %d cards after the log-out, want 1", n)
	}
}

func TestROperatorBreakLogsOut(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("\x00")
	s.see("log-in: ")
	if log := fake.calls(); log[len(log)-1] != "log out mei line lost" {
		t.Errorf("the desk last heard %q", log[len(log)-1])
	}
}

func TestROperatorRoles(t *testing.T) {
	for name, want := range map[string]struct{ may, mayNot string }{
		"ida": {"status", "people"},
		"tom": {"open because", "remove 1204"},
		"aud": {"people", "open because"},
		"mei": {"people", ""},
	} {
		s := sit(t, newDesk(), console.Options{})
		s.logIn(name)
		if got := s.do(name, want.may); strings.Contains(got, "role may not") {
			t.Errorf("%s may not %s: %q", name, want.may, got)
		}
		if want.mayNot == "" {
			continue
		}
		if got := s.do(name, want.mayNot); !strings.Contains(got, "role may not") {
			t.Errorf("%s may %s: %q", name, want.mayNot, got)
		}
		verb, _, _ := strings.Cut(want.mayNot, " ")
		if got := s.do(name, "help"); strings.Contains(got, "\n"+verb+" ") {
			t.Errorf("help shows %s to %s", verb, name)
		}
	}
}

func TestROperatorCommitmentFirst(t *testing.T) {
	fake := newDesk()
	fake.commit = &desk.Commitment{Version: "2", Text: "I keep what I see here to myself."}
	s := sit(t, fake, console.Options{})
	s.see("log-in: ")
	s.hit("mei\r")
	s.see("secret: ")
	s.hit("open sesame\r")
	s.see("I keep what I see here to myself.")
	s.see("yes or no: ")
	s.hit("no\r")
	s.see("Nothing can be done here")
	s.see("log-in: ")
	s.hit("mei\r")
	s.see("secret: ")
	s.hit("open sesame\r")
	s.see("yes or no: ")
	s.hit("yes\r")
	s.see("Welcome, mei")
}

func TestFailedLogInRests(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	for i := 1; i <= 3; i++ {
		s.see("log-in: ")
		s.hit("mei\r")
		s.see("secret: ")
		s.hit("wrong\r")
		s.see("wrong.")
		rest := time.Duration(i) * time.Second
		s.clock.await(t, rest)
		s.clock.advance(rest)
	}
	s.see("log-in: ")
}

func TestRConsentFlow(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("consent 1203\r")
	s.see("Purpose: opening this door, nothing else.")
	s.see("yes or no: ")
	s.hit("yes\r")
	s.see("now tap your own card at the door")
	fake.card <- "own"
	s.see("Consent recorded.")
	s.hit("enrol 1203\r")
	for _, advice := range []string{"come closer", "", "", ""} {
		fake.faces <- advice
	}
	s.see("[0/3] come closer")
	s.see("[3/3] good")
	s.see("Enrolled from 3 pictures, none of which is kept.")
	s.see("mei> ")
	s.hit("withdraw 1203\r")
	s.see("yes or no: ")
	s.hit("yes\r")
	s.see("Receipt E-9")
}

func TestRRefuseAsksOnlyOnRequest(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.do("mei", "refuse 1203")
	s.hit("consent 1203\r")
	s.see("refused before")
	s.see("yes or no: ")
	s.hit("no\r")
	if got := s.see("mei> "); strings.Contains(got, "Purpose") {
		t.Errorf("the notice was pressed on a person who refused: %q", got)
	}
}

func TestTypedAheadAnswersNoQuestion(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("withdraw 1204\ryes\r")
	s.see("yes or no: ")
	s.hit("\r")
	s.see("Nothing was done.")
}

func TestControlCGivesUpTheWait(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("card 1203\r")
	s.see("tap the card")
	s.hit("\x03")
	s.see("Broken off.")
	s.see("mei> ")
	s.hit("half a command\x03")
	s.see("mei> ")
	s.do("mei", "whoami")
}

func TestProblemHasRemedy(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("card 1203 fob\r")
	s.see("tap the card")
	fake.card <- "taken"
	s.see("that card belongs to another person; tap another one")
}

func TestWhyAndVerify(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("tom")
	if got := s.do("tom", "why"); !strings.Contains(got, "score 0.410 of 0.500") ||
		!strings.Contains(got, "face too uncertain") {
		t.Errorf("why: %q", got)
	}
	if got := s.do("tom", "why 12"); !strings.Contains(got, "no such record") {
		t.Errorf("why of an unknown decision: %q", got)
	}
	if got := s.do("tom", "verify"); !strings.Contains(got, "812 entries") {
		t.Errorf("verify: %q", got)
	}
	fake.badEntry = 77
	if got := s.do("tom", "verify"); !strings.Contains(got, "NOT whole: entry 77") {
		t.Errorf("verify of a broken log: %q", got)
	}
}

func TestCompletion(t *testing.T) {
	s := sit(t, newDesk(), console.Options{})
	s.logIn("mei")
	s.hit("dec\t")
	s.see("decisions ")
	s.hit("\x15person Li\t")
	s.see(`person "Li Na" `)
	s.hit("\x15person 120\t")
	s.see("1203  1204")
	s.hit("4\r")
	s.see("grey fob")
}

func TestOnce(t *testing.T) {
	for name, keys := range map[string][]string{"Ctrl-D at the log-in": {"\x04"},
		"after a log-out": {"mei\r", "open sesame\r", "logout\r"}} {
		line := newScript(append(keys, "whoami\r", "whoami\r")...)
		err := console.Serve(t.Context(), line, newDesk(), console.Options{Unit: "block 3", Once: true})
		if out := line.out.String(); err != nil || strings.Count(out, "log-in: ") != 1 {
			t.Errorf("%s: %v; %q", name, err, out)
		}
		close(line.closed)
	}
}
