package console_test

import (
	"image"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"menshen/board/console"
	"menshen/board/desk"
)

// sitFull is a seat at a desk that can do all.
func sitFull(t *testing.T, o console.Options) (*seat, *fullDesk) {
	t.Helper()
	clock := newClock()
	o.Clock = clock
	fake := newFullDesk(clock)
	return sit(t, fake, o), fake
}

// ramp is a picture that grows brighter to the right, with a face in its middle.
func ramp() *desk.Picture {
	p := &desk.Picture{Width: 160, Height: 120, Gray: make([]uint8, 160*120), Face: image.Rect(60, 40, 100, 90),
		Zone:   image.Rect(20, 10, 140, 110),
		Advice: "come closer", Figures: "50 px high"}
	for i := range p.Gray {
		p.Gray[i] = uint8(i % 160 * 255 / 159)
	}
	return p
}

// snow is the most expensive picture there is: each pixel is random, and new each time.
func snow(r *rand.Rand) *desk.Picture {
	p := ramp()
	for i := range p.Gray {
		p.Gray[i] = uint8(255 * r.IntN(2))
	}
	return p
}

func TestAimKeepsTheByteBudgetOfTheLine(t *testing.T) {
	const seconds, perSecond = 10, 15
	for _, style := range []string{"ascii", "blocks"} {
		still := func(*rand.Rand) *desk.Picture { return ramp() }
		for name, picture := range map[string]func(*rand.Rand) *desk.Picture{"still": still, "snow": snow} {
			s, fake := sitFull(t, console.Options{Width: 100, Height: 40})
			r := rand.New(rand.NewPCG(3, 4))
			fake.every = time.Second / perSecond
			fake.pictures = func(i int) *desk.Picture {
				if i == seconds*perSecond {
					return nil
				}
				return picture(r)
			}
			s.logIn("tom")
			begin := len(s.sent())
			s.hit("aim " + style + "\r")
			for range seconds * perSecond {
				<-fake.shown
			}
			s.hit("x")
			s.see("tom> ")
			sent := s.sent()[begin:]
			frames := strings.Count(sent, "come closer")
			t.Logf("%s, %s: %d bytes/s, %.1f pictures/s", style, name, len(sent)/seconds, float64(frames)/seconds)
			if len(sent) > seconds*11520 {
				t.Errorf("%s, %s: %d bytes in %d s, a line of 115200 baud carries %d", style, name, len(sent),
					seconds, seconds*11520)
			}
			if frames < 2*seconds {
				t.Errorf("%s, %s: %d pictures in %d s, want 2 a second or more", style, name, frames, seconds)
			}
		}
	}
}

func TestAimShowsFaceZoneAndShades(t *testing.T) {
	s, fake := sitFull(t, console.Options{Width: 80, Height: 24})
	fake.every = time.Second
	fake.pictures = func(i int) *desk.Picture {
		if i == 5 {
			return nil
		}
		p := ramp()
		p.Left = 9*time.Minute + 43*time.Second
		return p
	}
	s.logIn("ida")
	s.hit("aim\r")
	for range 5 {
		<-fake.shown
	}
	s.see("any key ends this")
	screen := strings.Split(s.screen(), "\n")
	if !strings.HasPrefix(strings.TrimSpace(screen[22]), "9:43 left  come closer  50 px high") {
		t.Errorf("the caption is %q", screen[22])
	}
	// 160 by 120 in 22 rows is 58 columns; the face is from 60/160 to 100/160
	// across and 40/120 to 90/120 down.
	if top, bottom := screen[7][21:36], screen[16][21:36]; top != "+"+strings.Repeat("-", 13)+"+" || bottom != top {
		t.Errorf("the face box is not where the face is: %q, %q\n%s", top, bottom, s.screen())
	}
	if left, right := screen[0][0:1], screen[0][57:58]; left != " " || right != "@" {
		t.Errorf("dark is %q, bright is %q", left, right)
	}
	if !strings.Contains(screen[12], ":") {
		t.Errorf("no zone in %q", screen[12])
	}
	s.hit("q")
	s.see("ida> ")
	if rest := strings.TrimSpace(s.screen()); rest != "ida>" {
		t.Errorf("after aiming the screen still shows %q", rest)
	}
	if log := fake.calls(); log[len(log)-1] != "aim ended" {
		t.Errorf("the desk last heard %q", log[len(log)-1])
	}
}

// TestAimShowsBothCameras: the infrared picture stands beside the other, with its own boxes, and
// says below what the emitter does.
func TestAimShowsBothCameras(t *testing.T) {
	s, fake := sitFull(t, console.Options{Width: 80, Height: 24})
	fake.every = time.Second
	fake.pictures = func(i int) *desk.Picture {
		if i == 6 {
			return nil
		}
		p := ramp()
		if i > 0 { // the second camera comes later
			p.Infrared = ramp()
			p.Infrared.Advice, p.Infrared.Figures = "the same face, lit by the emitter", "120 lit, 14 dark"
		}
		return p
	}
	s.logIn("ida")
	s.hit("aim\r")
	for range 6 {
		<-fake.shown
	}
	s.see("120 lit, 14 dark")
	rows := strings.Split(s.screen(), "\n")
	if !strings.Contains(rows[21], "come closer") ||
		!strings.HasPrefix(rows[22], "infrared: the same face, lit by the emitter  120 lit, 14 dark") {
		t.Errorf("below the pictures: %q, %q", rows[21], rows[22])
	}
	corners := 0
	for _, row := range rows[:21] {
		corners += strings.Count(row, "+---")
	}
	if corners != 4 { // a top and a bottom of each
		t.Errorf("the boxes of two faces have %d edges:\n%s", corners, s.screen())
	}
	s.hit("q")
	s.see("ida> ")
}

func TestAimInWords(t *testing.T) {
	s, fake := sitFull(t, console.Options{Plain: true})
	far, near := ramp(), ramp()
	far.Face = image.Rect(0, 0, 30, 36)
	near.Good = true
	none := ramp()
	none.Face = image.Rectangle{}
	fake.pictures = func(i int) *desk.Picture {
		return append([]*desk.Picture{none, none, far, far, near}, nil)[min(i, 5)]
	}
	s.logIn("mei")
	s.hit("aim\r")
	for _, want := range []string{"no face", "face at left top, 30% of the height, outside the zone: come closer",
		"face at middle centre, 40% of the height: good"} {
		s.see(want)
	}
	s.hit("\r")
	if got := s.see("mei> "); strings.Contains(got, "no face") {
		t.Errorf("the same words again: %q", got)
	}
}

func TestAuditorMayNotAim(t *testing.T) {
	s, _ := sitFull(t, console.Options{})
	s.logIn("aud")
	if got := s.do("aud", "aim"); !strings.Contains(got, "role may not") {
		t.Errorf("an auditor aims: %q", got)
	}
}

func TestWatch(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.logIn("tom")
	s.hit("watch reader\r")
	s.see("Press any key to end this.")
	fake.events <- desk.Event{At: now, Source: "door", Text: "opened"}
	fake.events <- desk.Event{At: now, Source: "reader in", Text: "a card of 26 bits", Lost: 3}
	fake.events <- desk.Event{At: now, Source: "reader in", Text: "a frame was lost", Fault: true}
	got := s.see("! reader in: a frame was lost")
	if strings.Contains(got, "opened") || !strings.Contains(got, "(3 events left out") ||
		!strings.Contains(got, "09:30:00.000   reader in: a card of 26 bits") {
		t.Errorf("watch showed %q", got)
	}
	s.hit("\x03")
	s.see("tom> ")
	s.hit("watch --json\r")
	s.see("\r\n")
	fake.events <- desk.Event{At: now, Source: "door", Text: "opened"}
	s.see(`{"at":"2026-11-22T09:30:00Z","source":"door","text":"opened","fault":false,"lost":0}`)
	s.hit(" ")
	s.see("tom> ")
}

func TestLive(t *testing.T) {
	s, fake := sitFull(t, console.Options{Width: 80, Height: 24})
	s.logIn("tom")
	s.hit("live\r")
	s.see("Press any key to end this.")
	if first := strings.Split(s.screen(), "\n")[0]; strings.TrimSpace(first) != "door: locked" {
		t.Errorf("the first row is %q", first)
	}
	fake.add("New", "1", "en")
	s.clock.await(t, time.Second)
	s.clock.advance(time.Second)
	s.see("Press any key to end this.")
	s.hit("x")
	s.see("tom> ")
}

func TestLiveInPlainModeTellsOnlyNews(t *testing.T) {
	s, fake := sitFull(t, console.Options{Plain: true})
	s.logIn("tom")
	s.hit("live\r")
	s.see("running: 1h0m0s")
	fake.fakeDesk.mu.Lock()
	fake.records, fake.readerFault = nil, "cable cut"
	fake.fakeDesk.mu.Unlock()
	s.clock.await(t, time.Second)
	s.clock.advance(time.Second)
	if got := s.see("cable cut"); strings.Contains(got, "door:") {
		t.Errorf("no news: %q", got)
	}
	s.hit("x")
	s.see("tom> ")
}

func TestSetClock(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.logIn("tom")
	if got := s.do("tom", "clock"); !strings.Contains(got, "2026-11-22 09:30:00, UTC; from the clock chip.") {
		t.Errorf("the time is shown as %q", got)
	}
	if got := s.do("tom", "clock tomorrow"); !strings.Contains(got, "for example: clock 2026-11-22 09:30:00") {
		t.Errorf("a wrong time: %q", got)
	}
	s.hit("clock 2062-11-23 10:00:00\r")
	s.see("ahead by 13150 days 0 h")
	s.see("yes or no: ")
	s.hit("no\r")
	s.see("tom> ")
	if !fake.set.IsZero() {
		t.Error("a slip of the fingers set the clock")
	}
	s.hit("clock 2026-11-22 09:24:00\r") // six minutes are asked about
	s.see("back by 0 h 06 min 00 s")
	s.see("yes or no: ")
	s.hit("yes\r")
	s.see("The time is now 2026-11-22 09:24:00, UTC.")
	s.see("tom> ")
	s.do("tom", "clock 2026-11-22 09:33:00") // three are not
	if want := time.Date(2026, 11, 22, 9, 33, 0, 0, time.UTC); !fake.set.Equal(want) {
		t.Errorf("the time was set to %v, want %v", fake.set, want)
	}
}

func TestROperatorTwoFactors(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.see("log-in: ")
	s.hit("two\r")
	s.see("secret: ")
	s.hit("open sesame\r")
	s.see("tap your own card at the reader")
	fake.card <- "own"
	s.see("Welcome, two")
	s.see("two> ")
	s.hit("logout\r")
	s.see("log-in: ")
	s.hit("two\r")
	s.see("secret: ")
	s.hit("open sesame\r")
	s.see("tap your own card")
	s.hit("\x03") // no card at hand
	s.see("Broken off.")
}

func TestROperatorAccounts(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	s.logIn("mei")
	s.hit("staff-add joe technician\r")
	s.see("by themselves: ")
	s.hit("long enough 1\r")
	s.see("more: ")
	s.hit("long enough 2\r")
	s.see("the two differ")
	s.see("mei> ")
	s.hit("staff-add joe technician\r")
	s.see("by themselves: ")
	s.hit("long enough 1\r")
	s.see("more: ")
	s.hit("long enough 1\r")
	s.see("Added joe.")
	s.see("mei> ")
	s.do("mei", "staff-role joe installer")
	s.do("mei", "staff-block joe")
	if got := fake.operators[1]; got.Role != desk.Installer || !got.Blocked {
		t.Errorf("joe is %+v", got)
	}
	if got := s.do("mei", "staff-role joe king"); !strings.Contains(got, "for example") {
		t.Errorf("a role that is none: %q", got)
	}
	s.hit("staff-card\r")
	s.see("tap the new card")
	fake.card <- "own"
	s.see("this card is needed to log in")
	s.see("mei> ")
	s.hit("staff-code joe\r")
	s.see("yes or no: ")
	s.hit("yes\r")
	s.see("a1b2c-d3e4f")
	s.see("press Enter: ")
	s.hit("\r")
	s.see("mei> ")
	if strings.Contains(s.screen(), "a1b2c") {
		t.Error("the recovery code stayed on the screen")
	}
	s.hit("logout\r")
	s.see("log-in: ")
	for _, try := range []struct{ code, outcome string }{{"wrong", "is wrong."}, {"a1b2c-d3e4f", "used up"}} {
		s.hit("?recover\r")
		s.see("name: ")
		s.hit("joe\r")
		s.see("envelope: ")
		s.hit(try.code + "\r")
		s.see("secret: ")
		s.hit("another one 3\r")
		s.see("more: ")
		s.hit("another one 3\r")
		s.see(try.outcome)
		if try.code == "wrong" {
			s.clock.await(t, time.Second)
		}
		s.clock.advance(time.Second)
		s.see("log-in: ")
	}
	if strings.Contains(s.sent(), "another one") || strings.Contains(s.sent(), "long enough") {
		t.Error("a secret was sent to the line")
	}
}

func TestADeskWithoutCamerasOffersNoAiming(t *testing.T) {
	s := sit(t, newDesk(), console.Options{Width: 100, Height: 60})
	s.logIn("mei")
	if got := s.do("mei", "help"); strings.Contains(got, "\n  aim ") || strings.Contains(got, "\n  staff ") ||
		!strings.Contains(got, "\n  remove ") {
		t.Errorf("help offers what the desk has not: %q", got)
	}
	if got := s.do("mei", "aim"); !strings.Contains(got, "there is no command") {
		t.Errorf("aim: %q", got)
	}
}
