package console_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"menshen/board/console"
	"menshen/board/desk"
)

// acts are the calls that change something.
var acts = []string{"rotate", "passphrase", "backup", "pass", "add", "change", "remove", "pin", "revoke", "consent",
	"refuse", "withdraw", "enrol", "open", "set time", "assessment", "sign", "incident", "request", "filing",
	"inquiry", "secret of", "recovery of"}

// TestBreakingOffDoesNothing gives up each dialogue at each of its questions
// with Ctrl-C, and with Ctrl-D.
func TestBreakingOffDoesNothing(t *testing.T) {
	for command, answers := range map[string][]string{
		"remove 1204":            {"mistake): ", "lease end", "yes or no: "},
		"pin 1204":               {"by the person: ", "4815", "Once more: "},
		"revoke 1204 3f9a":       {"yes or no: "},
		"consent 1203":           {"yes or no: "},
		"withdraw 1204":          {"yes or no: "},
		"staff-add joe auditor":  {"by themselves: ", "long enough 1", "Once more: "},
		"staff-code mei":         {"yes or no: "},
		"secret":                 {"Present secret: ", "open sesame", "New secret: ", "long enough 1", "Once more: "},
		"remove 3":               {"Which number? ", "1", "mistake): "},
		"consent 501":            {"Guardian's name: ", "Zhao Lei", "...): ", "father", "yes or no: "},
		"rotate a copy was lost": {"yes or no: "},
		"passphrase set":         {"or more: ", "correct horse", "Once more: "},
		"passphrase remove":      {"yes or no: "},
		"passphrase":             nil,
		"backup":                 nil,
		"rotate":                 nil,
		"retention ran":          nil,
		"pass-end 8c1f":          {"yes or no: "},
		"pass --hours 1000":      nil,
		"sign":                   {"yes or no: "},
		"assess new": {"one purpose?\r\n> ", "because", "\n> ", "", "passers-by?\r\n> ", "none", "\n> ", "",
			"how bad?\r\n> ", "some", "\n> ", "",
			"after a leak.\r\n> ", "many", "\n> ", "", "function): ", "Mei", "2027-11-22: ", "", "yes or no: "},
		"assess old":              nil,
		"law R-17":                nil,
		"incident open":           nil,
		"incident told i7 all":    nil,
		"incident told i7 people": {"yes or no: "},
		"incident close i7":       {"yes or no: "},
		"incident write i7": {"What happened", "", "onsequences", "", "taken", "", "planned", "",
			"affected (3): ", "4", "UTC): ", "", "entries, staff"},
		"request add see":        nil,
		"filing elsewhere many":  nil,
		"inquiry":                nil,
		"card 1203":              {"tap the card"},
		"card 1203 fob --write":  {"tap the card"},
		"staff-card":             {"tap the new card"},
		"enrol 1204":             {"stand before"},
		"people --json --jso":    nil,
		"open":                   nil,
		"add":                    nil,
		"change 1204":            nil,
		"change 1204 --lang fr":  nil,
		"add X --until sometime": nil,
		"clock 99":               nil,
		"staff-role mei":         nil,
		"lang fr":                nil,
		"plain maybe":            nil,
		"notice fr":              nil,
		"decisions 0":            nil,
		"why x":                  nil,
		"aim sideways":           nil,
	} {
		for _, key := range []string{"\x03", "\x04"} {
			for stop := 0; stop == 0 || stop < len(answers); stop += 2 {
				s, fake := sitFull(t, console.Options{})
				fake.add("Zhao Mi", "501", "en")
				fake.people[len(fake.people)-1].Face.Minor = true
				s.logIn("mei")
				begin := len(fake.calls())
				s.hit(command + "\r")
				for i := 0; i <= stop && i < len(answers); i += 2 {
					s.see(answers[i])
					if i < stop {
						s.hit(answers[i+1] + "\r")
					}
				}
				atDoor := len(answers) == 1 && !strings.HasSuffix(answers[0], " ")
				switch {
				case atDoor:
					s.hit("\x03") // a wait at the door hears only this
				case answers != nil:
					s.hit(key)
				}
				s.see("mei> ")
				s.do("mei", "whoami")
				for _, call := range fake.calls()[begin:] {
					act := func(a string) bool { return strings.HasPrefix(call, a) }
					if slices.ContainsFunc(acts, act) && call != "enrol" {
						t.Errorf("%s, broken off at question %d with %q, did %q", command, stop/2+1, key, call)
					}
				}
			}
		}
	}
}

func TestWhichOfSeveral(t *testing.T) {
	fake := newDesk()
	fake.add("Li Nan", "112", "en")
	fake.add("Li Ning", "12", "en")
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.hit("person Li\r")
	got := s.see("Which number? ")
	if !strings.Contains(got, "1  1204 Li Na\r\n2  112 Li Nan\r\n3  12 Li Ning") {
		t.Errorf("the choice is %q", got)
	}
	s.hit("2\r")
	s.see("Li Nan")
	s.see("mei> ")
	s.hit("person Li\r")
	s.see("Which number? ")
	s.hit("7\r")
	s.see("Nothing was done.")
	s.see("mei> ")
	if got := s.do("mei", "person 12"); !strings.Contains(got, "Li Ning") {
		t.Errorf("12 is not apartment 12: %q", got)
	}
	if got := s.do("mei", "person"); !strings.Contains(got, "say who") {
		t.Errorf("person without words: %q", got)
	}
	for i := range 10 {
		fake.add("Zhou", fmt.Sprint(900+i), "en")
	}
	if got := s.do("mei", "person Zhou"); !strings.Contains(got, "10 people fit") {
		t.Errorf("too many to choose from: %q", got)
	}
}

func TestDetails(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	s.do("mei",
		`change 1204 --name "Li Nan" --apartment 1205 --lang en --from 2026-01-01 --until none `+
			`--group staff,east --block yes --long-open`)
	p := fake.people[0]
	if p.Name.Reveal() != "Li Nan" || p.Apartment.Reveal() != "1205" || p.Lang != "en" ||
		p.From.Format("2006-01-02") != "2026-01-01" ||
		!p.Until.IsZero() || !p.Blocked {
		t.Errorf("changed to %q in %q, %s, %v to %v, blocked %v", p.Name.Reveal(), p.Apartment.Reveal(), p.Lang,
			p.From, p.Until, p.Blocked)
	}
	if got := s.do("mei", "person 1205"); !strings.Contains(got, "more time") {
		t.Errorf("the person reads %q", got)
	}
	if got := s.do("mei", "change 1205 --block maybe"); !strings.Contains(got, "--block is yes or no") ||
		!fake.people[0].Blocked {
		t.Errorf("a slip lets in a person who is blocked: %q", got)
	}
	s.do("mei", "change 1205 --block no --minor")
	if p := fake.people[0]; p.Blocked || !p.Face.Minor || !p.LongOpen ||
		!slices.Equal(p.Groups, []string{"staff", "east"}) {
		t.Errorf("blocked %v, minor %v, more time %v, groups %q", p.Blocked, p.Face.Minor, p.LongOpen, p.Groups)
	}
	s.do("mei", "change 1205 --minor=no --long-open=no")
	if p := fake.people[0]; p.Face.Minor || p.LongOpen {
		t.Errorf("minor %v, more time %v", p.Face.Minor, p.LongOpen)
	}
	s.do("mei", "change 1205 --until 2026-12-31")
	if got := fake.people[0].Until.Format("2006-01-02"); got != "2027-01-01" {
		t.Errorf("a lease whose last day is 2026-12-31 ends before %s", got)
	}
}

// TestSameNameTwiceIsAsked: a person who is entered a second time gets a second set of credentials,
// which still work when the first lease ends.
func TestSameNameTwiceIsAsked(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	n := len(fake.people)
	s.hit("add \" li  na\" --apartment 1204\r")
	s.see("is already registered, with handle ")
	s.see("yes or no: ")
	s.hit("no\r")
	s.see("Nothing was done.")
	s.see("mei> ")
	if len(fake.people) != n {
		t.Error("added although the answer was no")
	}
	s.do("mei", `add "LI NA" --apartment 1205`) // of another flat: not asked
	s.hit("change 1205 --apartment 1204\r")
	s.see("is already registered, with handle ")
	s.see("yes or no: ")
	s.hit("yes\r")
	s.see("mei> ")
	if len(fake.people) != n+1 || fake.people[n].Apartment.Reveal() != "1204" {
		t.Errorf("%d people, flat %s", len(fake.people), fake.people[n].Apartment.Reveal())
	}
}

func TestROperatorStaffList(t *testing.T) {
	s, _ := sitFull(t, console.Options{})
	s.logIn("aud")
	if got := s.do("aud", "staff"); !strings.Contains(got, "mei   manager  yes   2") {
		t.Errorf("staff: %q", got)
	}
	if got := s.do("aud", "staff --json"); !strings.Contains(got,
		`"name":"mei","role":"manager","card":true,"commitment":"2",`+
			`"blocked":false,"locked":null,"seen":"2026-11-22T09:30:00Z"`) {
		t.Errorf("staff --json: %q", got)
	}
}

// TestROperatorOwnSecret: a person who finds a console open does not know the present secret. No
// secret is echoed, and one on the command's own line is not taken.
func TestROperatorOwnSecret(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.logIn("aud")
	change := func(present string) {
		for _, step := range [][2]string{{"Present secret: ", present}, {"New secret: ", "long enough 1"},
			{"Once more: ", "long enough 1"}} {
			if got := s.see(step[0]); strings.Contains(got, present) || strings.Contains(got, "long enough") {
				t.Errorf("a secret was echoed: %q", got)
			}
			s.hit(step[1] + "\r")
		}
	}
	s.hit("secret shown-here-1\r")
	s.see("do not use it")
	s.see("aud> ")
	s.hit("\x1b[A\r") // the up key does not bring it back
	if got := s.see("aud> "); strings.Contains(got, "shown-here-1") {
		t.Errorf("the command with the secret is in the history: %q", got)
	}
	got := s.do("aud", "lang zh") + s.do("aud", "secret shown-here-1") + s.do("aud", "lang en")
	if !strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "请勿使用") {
		t.Errorf("in Chinese: %q", got)
	}
	s.hit("secret\r")
	change("a guess")
	s.see("Name or secret is wrong.")
	s.see("aud> ")
	s.hit("secret\r")
	change("open sesame")
	s.see("Changed. Log in with the new one.")
	s.see("log-in: ")
	if log := fake.calls(); !slices.Contains(log, "secret of aud") {
		t.Errorf("the desk heard %q", log)
	}
}

func TestSecretNeverPrints(t *testing.T) {
	s := desk.Secret("open sesame")
	for _, got := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %x %s %d", s, s, s, s, s, s), s.String(),
		s.GoString()} {
		if strings.Contains(got, "sesame") || strings.Contains(got, "6f70656e") || strings.Contains(got, "111") {
			t.Errorf("printed as %q", got)
		}
	}
	s.Wipe()
	if string(s) != strings.Repeat("\x00", 11) {
		t.Error("not wiped")
	}
}

func TestSessionThatEndedElsewhere(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.logIn("mei")
	fake.mu.Lock()
	clear(fake.sessions)
	fake.mu.Unlock()
	s.hit("status\r")
	s.see("The session has ended. Log in again.")
	s.see("log-in: ")
}

// TestStoppedBetweenTwoQuestions: a Ctrl-C that comes while a command works, and not at its prompt,
// ends it before its next question.
func TestStoppedBetweenTwoQuestions(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.logIn("mei")
	fake.slow = make(chan struct{})
	s.hit("remove 1204\r")
	<-fake.slow
	s.hit("\x03")
	if got := s.see("mei> "); strings.Contains(got, "mistake): ") || !strings.Contains(got, "Broken off.") {
		t.Errorf("after Ctrl-C: %q", got)
	}
	if got := s.do("mei", "whoami"); !strings.Contains(got, "manager") {
		t.Errorf("then: %q", got)
	}
}
