package voice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/hal/scene"
	"menshen/hal/voice/recording"
	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/internal/i18n"
)

// Config is what a child needs to know. It is sent to the child as JSON. Zero fields take the
// defaults named.
type Config struct {
	Card       string          // as pcm.Find takes it: "Headphones"
	Recordings recording.Files // folders; what the first lacks comes from the next
	Language   string          // the site's: "zh"

	// Volume is that of a time, 1 to 100; nil: 100. An alarm is said at 100 at any time. It is
	// called by whoever calls Present.
	Volume func(time.Time) int `json:"-"`

	Silence time.Duration // time without a beat after which the child is killed; 3 s
	StartIn time.Duration // time the child has to open its card; 10 s
	Memory  int64         // resident bytes at which the child is killed; 128 MiB

	Unconfined bool     // leave out Landlock, seccomp and limits: only for kernels without them; Status shows it
	Command    []string `json:"-"` // child's argv; the default is this executable with the verb "voice"
}

// Voice is the parent's side. All methods may be called from any goroutine.
type Voice struct {
	cfg    Config
	cancel context.CancelFunc
	done   chan struct{}

	mu     sync.Mutex
	status Status
	child  *child.Child // nil: none is running
	last   order
}

// Status is how the voice is.
type Status struct {
	child.Life
	Card      string         // with how it plays; empty: none is open
	TurnedUp  int            // switches and volumes of the card that this child has changed
	Mixer     string         // the first of them that could not be set; empty: each could
	Confined  confine.Report // what holds the child
	RSS       int64          // resident bytes of the child
	Said      int            // scenes that this child has said
	Took      time.Duration  // from the last scene that was said to its first sound at the card
	Talking   bool           // as of the last beat
	Underruns int            // times that the card had nothing to play in the midst of words
	Problem   string         // the last recording that could not be used; empty: each could
}

// Trouble is what is wrong with the voice, with the remedy where there is one; nil: nothing.
func (s Status) Trouble() error {
	switch {
	case s.State == child.Waiting, s.State == child.Starting && s.LastError != nil:
		return s.LastError
	case s.Problem != "":
		return i18n.Problem(i18n.E("voice.lacks", "a recording cannot be used: %s", s.Problem),
			i18n.M("voice.lacks-remedy", "install menshen-voice of the program's version, or mend the file "+
				"('menshen voice check')"))
	case s.Mixer != "":
		return i18n.Problem(i18n.E("voice.mixer", "the sound card cannot be turned up: %s", s.Mixer),
			i18n.M("voice.mixer-remedy", "listen whether the door is heard ('menshen check'); if not, take another "+
				"sound card"))
	}
	return nil
}

// Message is how the voice is, for an operator.
func (s Status) Message() i18n.Message {
	switch s.State {
	case child.Starting:
		return i18n.M("voice.starting", "starting")
	case child.Waiting:
		return i18n.M("voice.waiting", "is started again in a moment")
	case child.Stopped:
		return i18n.M("voice.stopped", "stopped")
	}
	m := i18n.M("voice.runs", "%s; process %d with %d MiB", s.Card, s.PID, s.RSS>>20)
	if s.TurnedUp > 0 {
		m = i18n.Join(m, i18n.M("voice.turned-up", "; %d of its controls turned up", s.TurnedUp))
	}
	if s.Said > 0 {
		m = i18n.Join(m, i18n.M("voice.said", "; spoke %d times, last after %d ms", s.Said, s.Took.Milliseconds()))
	}
	return m
}

// Start runs a voice until ctx ends or Close is called. It fails only when no child can ever be
// made; all later errors are in Status, and the child is started again.
func Start(ctx context.Context, cfg Config) (*Voice, error) {
	if len(cfg.Command) == 0 {
		self, err := child.Self("voice")
		if err != nil {
			return nil, err
		}
		cfg.Command = append(self, "speak")
	}
	if cfg.Silence <= 0 {
		cfg.Silence = 3 * time.Second
	}
	if cfg.StartIn <= 0 {
		cfg.StartIn = 10 * time.Second
	}
	if cfg.Memory <= 0 {
		cfg.Memory = 128 << 20
	}
	ctx, cancel := context.WithCancel(ctx)
	v := &Voice{cfg: cfg, cancel: cancel, done: make(chan struct{}),
		status: Status{Life: child.Life{State: child.Starting, Since: time.Now()}}}
	go v.run(ctx)
	return v, nil
}

// Present implements [scene.Presenter].
func (v *Voice) Present(s scene.Scene) {
	o := order{scene: s, volume: 100, at: steady()}
	if v.cfg.Volume != nil {
		o.volume = max(1, min(v.cfg.Volume(time.Now()), 100))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last = o
	v.tell()
}

// tell hands the last scene to the child, if there is one. The caller holds mu.
func (v *Voice) tell() {
	if v.child != nil && v.last.volume > 0 {
		v.child.Tell(kindTell, v.last.bytes())
	}
}

// Status is how the voice is now.
func (v *Voice) Status() Status {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.status
}

// Close ends the child and waits for that.
func (v *Voice) Close() error {
	v.cancel()
	<-v.done
	return nil
}

func (v *Voice) run(ctx context.Context) {
	defer close(v.done)
	child.Keep(ctx, &child.Spec{Name: "voice", Command: v.cfg.Command, Protocol: &protocol, StartIn: v.cfg.StartIn,
		Silence: v.cfg.Silence, Memory: v.cfg.Memory, Pace: mostMessages}, parent{v})
}

// parent is what a Voice does for its child (child.Parent).
type parent struct{ *Voice }

func (p parent) Config() any { return p.cfg }

func (p parent) Lives(l child.Life) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.State != child.Running {
		p.status = Status{}
	}
	p.status.Life = l
}

// stale is how long after it was told a scene is not begun any more by a child that was not there;
// an alarm is.
const stale = 3 * time.Second

func (p parent) Began(c *child.Child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = c
	if rankOf(p.last.scene) == alarm || steady()-p.last.at < stale {
		p.tell()
	}
}

func (p parent) Took(c *child.Child, k child.Kind, payload []byte) error {
	switch k {
	case kindReady:
		return p.ready(payload)
	case kindBeat:
		return p.beat(payload, c.RSS())
	}
	return fmt.Errorf("%w: kind %d is not for the parent", child.ErrProtocol, k)
}

func (v *Voice) ready(payload []byte) error {
	var r ready
	err := json.Unmarshal(payload, &r)
	if err == nil && r.Mixer.Controls < 0 {
		err = errors.New("less than nothing")
	}
	if err != nil {
		return fmt.Errorf("%w: ready: %w", child.ErrProtocol, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.status.Card, v.status.Confined = child.Printable(r.Card), r.Confined
	v.status.TurnedUp, v.status.Mixer = r.Mixer.Controls, child.Printable(r.Mixer.Problem)
	return nil
}

func (v *Voice) beat(payload []byte, rss int64) error {
	var b beat
	err := json.Unmarshal(payload, &b)
	if err == nil && min(b.Said, b.Underruns, int(b.Took)) < 0 {
		err = errors.New("less than nothing")
	}
	if err != nil {
		return fmt.Errorf("%w: beat: %w", child.ErrProtocol, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s := &v.status
	s.Said, s.Took, s.Talking, s.Underruns = b.Said, b.Took, b.Talking, b.Underruns
	s.Problem, s.RSS = child.Printable(b.Problem), rss
	return nil
}

func (p parent) Ended(bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = nil
}
