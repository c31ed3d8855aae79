package voice

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"menshen/hal/scene"
	"menshen/hal/voice/pcm"
	"menshen/hal/voice/recording"
	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/internal/confine/confinetest"

	"go.uber.org/goleak"
)

// TestMain lets the test binary be the child: one that speaks on a card that is not there, or one
// that misbehaves.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if child, ok := children[os.Args[1]]; ok {
			if err := child(); err != nil {
				os.Stderr.WriteString(err.Error() + "\n")
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

// timedCard plays as time goes by. With pulled, it is pulled out once something was said.
type timedCard struct {
	fakeCard
	began  time.Time
	pulled bool
}

func (c *timedCard) Write(b []int16) (int, error) {
	if c.began.IsZero() {
		c.began = time.Now()
	}
	c.play()
	n, err := c.fakeCard.Write(b)
	if c.pulled && len(c.played) > 9600 {
		return 0, pcm.ErrGone
	}
	return n, err
}

func (c *timedCard) play() {
	n := int(time.Since(c.began)*time.Duration(c.mode.Rate)/time.Second) - len(c.played)
	if n = min(n, len(c.ring)); n > 0 {
		c.played, c.ring = append(c.played, c.ring[:n]...), c.ring[n:]
	}
}

// alone runs a child that is confined as a voice is, but has a card of its own.
func alone(pulled bool) error {
	return child.Main(3, &protocol, func(c *child.Conn, cfg Config) error {
		return speak(c, cfg, func(Config) (opened, confine.Report, error) {
			is, err := confine.Process(keeps(cfg, "/dev/null"))
			card := &timedCard{fakeCard: fakeCard{mode: mode}, pulled: pulled}
			return opened{card, mode, "a card", turned{2, "set \"PCM\": denied"}}, is, err
		})
	})
}

// says begins like a child that is in order, and goes on with something else.
func says(then func(*child.Conn)) error {
	c := child.NewConn(os.NewFile(3, ""), &protocol)
	var cfg Config
	if err := c.ReadConfig(&cfg); err != nil {
		return err
	}
	c.Send(kindReady, []byte(`{"Card":"a card"}`))
	then(c)
	time.Sleep(time.Minute)
	return nil
}

// turnsUp asks two devices for their controls, confined as a voice with the first as its card's:
// that knows no such request, the other cannot be opened.
func turnsUp() error {
	is, err := confine.Process(keeps(Config{Memory: 128 << 20}, "/dev/zero"))
	fmt.Println(is)
	_, own := pcm.TurnUp("/dev/zero")
	_, other := pcm.TurnUp("/dev/full")
	if err != nil || !errors.Is(own, syscall.ENOTTY) || !errors.Is(other, syscall.EACCES) {
		return fmt.Errorf("confined: %v; its own card: %v; another: %v", err, own, other)
	}
	return nil
}

// children are what a test can start as a child, by name.
var children = map[string]func() error{
	"speaks":            func() error { return alone(false) },
	"is pulled out":     func() error { return alone(true) },
	"true, without one": func() error { return Main(3) },
	"crashes":           func() error { syscall.Kill(os.Getpid(), syscall.SIGABRT); select {} },
	"hangs":             func() error { return says(func(*child.Conn) {}) },
	"never begins":      func() error { time.Sleep(time.Minute); return nil },
	"babbles": func() error {
		os.NewFile(3, "").Write([]byte(strings.Repeat("this is no message ", 100)))
		time.Sleep(time.Minute)
		return nil
	},
	"floods": func() error {
		return says(func(c *child.Conn) {
			for c.SendJSON(kindBeat, beat{}) == nil {
			}
		})
	},
	"lies": func() error {
		return says(func(c *child.Conn) { c.SendJSON(kindBeat, beat{Said: -1}) })
	},
	"lies of its card": func() error {
		return says(func(c *child.Conn) { c.SendJSON(kindReady, ready{Mixer: turned{Controls: -1}}) })
	},
	"speaks out of turn": func() error {
		return says(func(c *child.Conn) { c.Send(kindTell, someOrder.bytes()) })
	},
	"says anything": func() error {
		return says(func(c *child.Conn) {
			for range 10 {
				b := make([]byte, rand.IntN(200))
				for i := range b {
					b[i] = byte(rand.IntN(256))
				}
				c.Send(kindBeat, b)
			}
		})
	},
	"escapes": func() error {
		return confinetest.Refused(func() error {
			cfg := Config{Recordings: recording.Files{os.TempDir()}, Memory: 128 << 20}
			is, err := confine.Process(keeps(cfg, "/dev/null"))
			fmt.Println(is)
			return err
		}, confinetest.Escapes, confinetest.Reaches)
	},
	"turns up": turnsUp,
}

func start(t *testing.T, child string, cfg Config) *Voice {
	t.Helper()
	cfg.Command = []string{os.Args[0], child}
	if cfg.Recordings == nil {
		all := map[string]*recording.Recording{}
		for _, p := range scene.Phrases() {
			all["en/"+p.ID] = steadyTone(400, 300*time.Millisecond)
		}
		cfg.Recordings, cfg.Language = recording.Files{folder(t, all)}, "en"
	}
	v, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

// until waits for a state of the voice.
func until(t *testing.T, v *Voice, what string, ok func(Status) bool) Status {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if s := v.Status(); ok(s) {
			return s
		}
	}
	t.Fatalf("not %s: %+v", what, v.Status())
	return Status{}
}

// TestSpeaks: a scene that is presented is said by a confined child, at once.
func TestSpeaks(t *testing.T) {
	v := start(t, "speaks", Config{})
	s := until(t, v, "running", func(s Status) bool { return s.State == child.Running })
	if s.Card != "a card" || s.TurnedUp != 2 || !strings.Contains(s.Trouble().Error(), "PCM") {
		t.Errorf("%+v, %v", s, s.Trouble())
	}
	v.Present(scene.Scene{Kind: scene.Opened})
	s = until(t, v, "heard", func(s Status) bool { return s.Said == 1 })
	if s.Took <= 0 || s.Problem != "" || s.RSS == 0 {
		t.Errorf("%+v", s)
	}
	v.Present(scene.Scene{Kind: scene.Ready})
	v.Present(scene.Scene{Kind: scene.Refused, Next: scene.TapCard})
	until(t, v, "heard twice", func(s Status) bool { return s.Said == 2 })
	v.Close()
	if s := v.Status(); s.State != child.Stopped {
		t.Errorf("%+v after Close", s)
	}
	v.Present(scene.Scene{Kind: scene.Opened}) // as the unit may, while it ends
}

// TestEarlyScene: what was told before the child was there is said by it, if it is not old. Where a
// child takes that long to start, it is tried again.
func TestEarlyScene(t *testing.T) {
	for {
		told := steady()
		v := start(t, "speaks", Config{})
		v.Present(scene.Scene{Kind: scene.Opened})
		until(t, v, "running", func(s Status) bool { return s.State == child.Running })
		if steady()-told < stale {
			until(t, v, "heard", func(s Status) bool { return s.Said == 1 })
			return
		}
		v.Close()
	}
}

// TestMissingRecording is told, in words that name it.
func TestMissingRecording(t *testing.T) {
	v := start(t, "speaks", Config{Recordings: recording.Files{t.TempDir()}, Language: "en"})
	v.Present(scene.Scene{Kind: scene.Opened})
	s := until(t, v, "missed", func(s Status) bool { return s.Problem != "" })
	if err := s.Trouble(); err == nil || !strings.Contains(err.Error(), "en/scene.opened.wav") {
		t.Error(err)
	}
}

// TestChildren: one that dies, hangs, floods or lies is replaced.
func TestChildren(t *testing.T) {
	for name, want := range map[string]error{
		"crashes": child.ErrExited, "hangs": child.ErrSilent, "never begins": child.ErrSilent,
		"babbles": child.ErrProtocol,
		"floods":  child.ErrFlood, "lies": child.ErrProtocol, "lies of its card": child.ErrProtocol,
		"speaks out of turn": child.ErrProtocol,
		"says anything":      child.ErrProtocol, "is pulled out": child.ErrExited, "true, without one": child.ErrExited,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Card: "none", Silence: time.Minute, StartIn: time.Minute}
			if want == child.ErrSilent { // a slow machine takes no other one for silent
				cfg.Silence, cfg.StartIn = 3*time.Second, 3*time.Second
			}
			v := start(t, name, cfg)
			for i := 0; v.Status().Restarts < 1; i++ {
				v.Present(scene.Scene{Kind: scene.Kinds()[i%len(scene.Kinds())]})
				time.Sleep(20 * time.Millisecond) // the socket holds what a deaf child does not take
			}
			s := until(t, v, "told", func(s Status) bool { return s.LastError != nil })
			if !errors.Is(s.LastError, want) || s.Trouble() == nil && s.State != child.Running {
				t.Errorf("%v, want %v", s.LastError, want)
			}
		})
	}
}

// TestNoCard: the error has the remedy.
func TestNoCard(t *testing.T) {
	v := start(t, "true, without one", Config{Card: "Headphones"})
	s := until(t, v, "failed", func(s Status) bool { return s.LastError != nil })
	if !strings.Contains(s.LastError.Error(), `"Headphones"`) || !errors.Is(s.LastError, child.ErrExited) {
		t.Error(s.LastError)
	}
}

// TestRLocalConfined: a voice that has been taken over reaches no network, program, file or
// process.
func TestRLocalConfined(t *testing.T) {
	if _, skip, err := confinetest.Run("escapes", t.TempDir()); skip != "" {
		t.Skip(skip)
	} else if err != nil {
		t.Error(err)
	}
}

// TestRLocalOwnMixer: a voice may turn its own card up, and no other.
func TestRLocalOwnMixer(t *testing.T) {
	if _, skip, err := confinetest.Run("turns up", t.TempDir()); skip != "" {
		t.Skip(skip)
	} else if err != nil {
		t.Error(err)
	}
}
