package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/term"

	"menshen/board"
	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/hal/camera"
	"menshen/hal/sim"
	"menshen/recognizer/models"
)

// site is a door that runs, as "menshen run" runs it: with simulated wires and
// camera, and the eye's own process.
type site struct {
	t        *testing.T
	dir      string
	conf     string // path
	door     *sim.Door
	pictures string
}

const (
	passphrase = "correct horse battery"
	facility   = 42
)

// newSite sets a unit up with its first operator, anna, and lets it run until the test ends.
// changes are pairs of old and new text of the configuration.
func newSite(t *testing.T, changes ...string) *site {
	t.Helper()
	modelsDir, err := models.Dir()
	if err != nil {
		t.Fatal(err)
	}
	dir := boardtest.Folder(t)
	s := &site{t: t, dir: dir, conf: filepath.Join(dir, "door.toml"),
		pictures: filepath.Join(filepath.Dir(modelsDir), "pictures")}
	raw, err := os.ReadFile("../../board/demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	changes = append([]string{`source = "sim:camera"`,
		fmt.Sprintf("source = \"sim:camera\"\nmodels = %q", modelsDir)}, changes...)
	text := strings.NewReplacer(changes...).Replace(string(raw))
	if err := os.WriteFile(s.conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "camera"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.show(camera.Scene{})
	conf, err := config.Load(s.conf)
	if err != nil {
		t.Fatal(err)
	}
	if err := board.Init(conf, "anna", []byte(passphrase)); err != nil {
		t.Fatal(err)
	}
	if s.door, err = sim.New(sim.Config{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- runDoor(ctx, conf, slog.New(slog.NewTextHandler(io.Discard, nil))) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the door ended with %v", err)
		}
		s.door.Close()
	})
	s.until("the control socket", func() bool { _, err := os.Stat(conf.ControlSocket()); return err == nil })
	return s
}

// until waits for a condition, and gives how long that took.
func (s *site) until(what string, yes func() bool) time.Duration {
	s.t.Helper()
	began := time.Now()
	for ; !yes(); time.Sleep(2 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			s.t.Fatalf("waited in vain: %s", what)
		}
	}
	return time.Since(began)
}

// show puts a person before the camera.
func (s *site) show(sc camera.Scene) {
	s.t.Helper()
	if err := camera.SetScene(filepath.Join(s.dir, "camera"), sc); err != nil {
		s.t.Fatal(err)
	}
}

// wei is one man on two pictures; the first is for enrolment.
func (s *site) wei() (enrolledOn, met camera.Scene) {
	return camera.Scene{Picture: filepath.Join(s.pictures, "face.jpg"), Face: [4]int{272, 137, 438, 396}},
		camera.Scene{Picture: filepath.Join(s.pictures, "face-detect.jpg"), Face: [4]int{155, 77, 260, 234}}
}

// seat is a person at a terminal of 80 by 24.
type seat struct {
	t   *testing.T
	pty *os.File
	vt  vt10x.Terminal

	mu   sync.Mutex
	cond sync.Cond
	raw  []byte
	mark int // where the last see ended
	gone bool
}

// watch takes what comes from the line at its speed, in bytes a second; 0: at once.
func (s *seat) watch(rate int) {
	buf := make([]byte, 128)
	var free time.Time // when the line has carried what came so far
	for {
		n, err := s.pty.Read(buf)
		if rate > 0 {
			if now := time.Now(); now.After(free) {
				free = now
			}
			free = free.Add(time.Duration(n) * time.Second / time.Duration(rate))
			time.Sleep(time.Until(free))
		}
		s.mu.Lock()
		s.raw = append(s.raw, buf[:n]...)
		_, _ = s.vt.Write(buf[:n])
		s.gone = err != nil
		s.cond.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// console runs "menshen console" at a terminal. done gives its end.
func (s *site) console() (*seat, chan error) {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(self, "console", "--config", s.conf)
	cmd.Env = append(os.Environ(), "TERM=xterm", "LC_ALL=C.UTF-8")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		s.t.Fatal(err)
	}
	seat := &seat{t: s.t, pty: file, vt: vt10x.New(vt10x.WithSize(80, 24))}
	seat.cond.L = &seat.mu
	go seat.watch(0)
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	s.t.Cleanup(func() { file.Close() })
	return seat, done
}

func (s *seat) hit(keys string) {
	s.t.Helper()
	if _, err := s.pty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// see waits until words have come since the last see, and gives all that came up to them.
func (s *seat) see(words string) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	wake := time.AfterFunc(2*time.Minute, s.cond.Broadcast)
	defer wake.Stop()
	for end := time.Now().Add(2 * time.Minute); ; s.cond.Wait() {
		if i := strings.Index(string(s.raw[s.mark:]), words); i >= 0 {
			got := string(s.raw[s.mark : s.mark+i+len(words)])
			s.mark += len(got)
			return got
		}
		if s.gone || time.Now().After(end) {
			s.t.Fatalf("never saw %q; the screen shows\n%s", words, s.vt.String())
		}
	}
}

// do types a line and answers the questions that follow: pairs of question and answer; it gives
// what came up to the last prompt.
func (s *seat) do(line string, answers ...string) string {
	s.t.Helper()
	s.hit(line + "\r")
	for i := 0; i+1 < len(answers); i += 2 {
		s.see(answers[i])
		s.hit(answers[i+1] + "\r")
	}
	s.see("\n")
	return s.see("anna> ")
}

// TestConsoleFirstDay is a manager's first day at "menshen console" of a real unit: from the log-in
// to a door that opens, to a person with a card and a face, to that person gone. What takes time is
// measured; run it with -v for the figures.
func TestConsoleFirstDay(t *testing.T) {
	s := newSite(t)
	anna, ended := s.console()
	anna.see("log-in: ")
	began := time.Now()
	anna.hit("anna\r")
	anna.see("secret: ")
	anna.hit(passphrase + "\r")
	anna.see("Confidentiality commitment")
	anna.see("yes or no: ")
	anna.hit("yes\r")
	anna.see("anna> ")
	anna.hit("open first day\r")
	s.until("the door opens", s.door.Unlocked)
	t.Logf("log-in, commitment and opened door, answered at once: %v", time.Since(began).Round(time.Millisecond))
	anna.see("anna> ")

	anna.do(`add "Wei Webcam" --apartment 4-201 --lang en`)
	anna.hit("card 4-201\r")
	anna.see("...")
	s.door.Tap(facility, 1071)
	anna.see("is now theirs.")
	anna.see("anna> ")
	s.until("the door locks", func() bool { return !s.door.Unlocked() })
	s.door.Tap(facility, 1071)
	s.until("the card opens", s.door.Unlocked)
	if got := anna.do("why"); !strings.Contains(got, "granted: card") ||
		!strings.Contains(got, "4-201") && !strings.Contains(got, "Wei") {
		t.Errorf("why the card opened: %s", got)
	}

	anna.do("page off")
	if got := anna.do("law"); !strings.Contains(got, "Faces are off: R-NOTICE") || !strings.Contains(got, "assess") {
		t.Errorf("the rules on the first day: %s", got)
	}
	if got := anna.do("sign", "yes or no: ", "yes"); !strings.Contains(got, "Recorded.") {
		t.Errorf("sign: %s", got)
	}
	got := anna.do("assess new", "1 of 4", "Hands full.", "> ", "", "2 of 4", "None for who says no.", "> ", "",
		"3 of 4", "A photo.", "> ", "And leaks.", "> ", "",
		"4 of 4", "Liveness.", "> ", "", "function): ", "Anna, manager", "or Enter for ", "", "yes or no: ", "yes")
	if !strings.Contains(got, "On file.") {
		t.Errorf("assessment: %s", got)
	}
	if got := anna.do("law"); strings.Contains(got, "Faces are off") || !strings.Contains(got, "R-PIA") {
		t.Errorf("the rules with the papers on file: %s", got)
	}

	began = time.Now()
	anna.hit("consent 4-201\r")
	anna.see("yes or no: ")
	anna.hit("yes\r")
	anna.see("...")
	s.door.Tap(facility, 1071)
	anna.see("Consent recorded.")
	anna.see("anna> ")
	enrolledOn, met := s.wei()
	s.show(enrolledOn)
	before := time.Now()
	anna.hit("enrol 4-201\r")
	anna.see("step out of the picture")
	s.show(camera.Scene{})
	anna.see("walk up to the door")
	s.show(met)
	anna.see("anna> ")
	if shows := anna.vt.String(); !strings.Contains(shows, "Enrolled from 5 pictures") {
		t.Fatalf("the screen shows\n%s", shows)
	}
	t.Logf("consent and enrolment of one person: %v, of which %v at the camera",
		time.Since(began).Round(time.Millisecond), time.Since(before).Round(time.Millisecond))

	s.show(camera.Scene{})
	s.until("the door locks", func() bool { return !s.door.Unlocked() })
	time.Sleep(2500 * time.Millisecond) // whoever was enrolled has left
	s.show(met)
	t.Logf("walk-up until the face opened: %v", s.until("the face opens", s.door.Unlocked).Round(time.Millisecond))
	s.show(camera.Scene{})
	if got := anna.do("why"); !strings.Contains(got, "granted: face") {
		t.Errorf("why the face opened: %s", got)
	}

	began = time.Now()
	got = anna.do("withdraw 4-201", "yes or no: ", "yes")
	t.Logf("face withdrawn, erased and proven: %v", time.Since(began).Round(time.Millisecond))
	if !strings.Contains(got, "Receipt ") || !strings.Contains(got, ", 0 after") {
		t.Errorf("withdrawal: %s", got)
	}
	began = time.Now()
	got = anna.do("remove 4-201", "mistake): ", "lease end", "yes or no: ", "yes")
	t.Logf("person erased and proven: %v", time.Since(began).Round(time.Millisecond))
	if !strings.Contains(got, "Erased.") || !strings.Contains(got, "Receipt ") {
		t.Errorf("removal: %s", got)
	}
	if got := anna.do("people"); !strings.Contains(got, "Nothing.") {
		t.Errorf("people: %s", got)
	}
	if got := anna.do("verify"); !strings.Contains(got, "The audit log is whole") {
		t.Errorf("verify: %s", got)
	}
	anna.hit("logout\r")
	if err := <-ended; err != nil {
		t.Errorf("menshen console ended with %v", err)
	}
	if strings.Contains(string(anna.raw), passphrase) {
		t.Error("the passphrase was echoed")
	}
}

// TestAimOverSerial: a line of 115,200 baud carries 11,520 bytes a second. No picture of the
// simulated camera costs more than half of that, with a person moving before it and without, so the
// line carries two a second or more.
func TestAimOverSerial(t *testing.T) {
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	defer near.Close()
	if _, err := term.MakeRaw(int(near.Fd())); err != nil {
		t.Fatal(err)
	}
	s := newSite(t, "[faces]\n", fmt.Sprintf("[console]\nserial = %q\n\n[faces]\n", near.Name()))
	tom := &seat{t: t, pty: far, vt: vt10x.New(vt10x.WithSize(80, 24))}
	tom.cond.L = &tom.mu
	const lineRate = 11520
	go tom.watch(lineRate)
	tom.see("log-in: ")
	tom.hit("anna\r")
	tom.see("secret: ")
	tom.hit(passphrase + "\r")
	tom.see("yes or no: ")
	tom.hit("yes\r")
	tom.see("anna> ")
	enrolledOn, _ := s.wei()
	for _, who := range []struct {
		name  string
		scene camera.Scene
	}{{"an empty corridor", camera.Scene{}}, {"a person who walks up", enrolledOn}} {
		for _, style := range []string{"ascii", "blocks"} {
			s.show(who.scene)
			tom.hit("aim " + style + "\r")
			const caption = "any key ends this" // once in each picture
			tom.see(caption)
			if who.scene.Picture != "" {
				tom.see(" px, sharp ") // a face, in the caption
				tom.see(caption)
			}
			const pictures = 12
			all, most := 0, 0
			for range pictures {
				cost := len(tom.see(caption))
				all, most = all+cost, max(most, cost)
			}
			t.Logf("%s, %s: the line carries %.1f pictures a second; the largest has %d bytes",
				who.name, style, float64(pictures*lineRate)/float64(all), most)
			if most > lineRate/2 {
				t.Errorf("%s, %s: a picture of %d bytes, want two a second on a line of %d",
					who.name, style, most, lineRate)
			}
			tom.hit("x")
			tom.see("anna> ")
			if left := strings.TrimSpace(tom.vt.String()); left != "anna>" {
				t.Errorf("after the aiming the screen still shows\n%s", left)
			}
		}
	}
}
