package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"menshen/board/check"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/host"
	"menshen/board/notice"
	"menshen/board/slots"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/hal/voice"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// OpenCheck opens a unit for the installer's self-test: vault and wires as [Open] does,
// without the loop and the eye. It locks the vault. Errors: the service runs, with the remedy; it
// is a seat.
// closeAll closes what was opened.
func OpenCheck(c *config.Config) (d check.Door, v *store.Vault, closeAll func() error, err error) {
	if c.Seat() {
		return d, nil, nil, i18n.Problem(desk.ErrSeat, i18n.M("board.seat-check", "there is nothing to test here: "+
			"'menshen config check' looks at the file, 'status' and 'law' at the console at the rest"))
	}
	if _, err := host.Harden(); err != nil {
		return d, nil, nil, fmt.Errorf("keeping the memory off the disk: %w", err)
	}
	v, err = OpenVault(c)
	if err != nil {
		return d, nil, nil, err
	}
	hw, _, err := wiring.Open(c)
	if err != nil {
		return d, nil, nil, errors.Join(err, v.Close())
	}
	closeAll = func() error { return errors.Join(hw.Close(), v.Close()) }
	d = check.Door{
		Config: c, Vault: v, Relay: hw.Relay, Inputs: hw.Inputs, Signals: hw.Signals, Readers: hw.Readers,
		Clock: func() (check.ClockFacts, error) {
			floor, err := v.Floor()
			return check.ClockFacts{Source: wiring.MachineTime(), Now: time.Now(), Floor: floor}, err
		},
		Disk:    func(ctx context.Context) (check.DiskFacts, error) { return check.Disk(ctx, c.Unit.Dir) },
		Outputs: map[string]func(bool) error{},
	}
	for name, out := range hw.Outputs {
		d.Outputs[name] = recorded(v, c.Unit.Name, name, out)
	}
	if k, err := config.ParseKeySource(c.Key.Source); err == nil {
		d.Key = check.KeyFacts{Kind: k.Kind, Apart: k.Kind != "file"}
	}
	if r, ok := hw.Relay.(interface{ Restart() (bool, error) }); ok {
		d.Restart = r.Restart
	}
	if c.Faces.Enabled {
		d.Camera = func(ctx context.Context) (check.CameraFacts, error) { return tryCamera(ctx, c) }
	}
	if c.Faces.Enabled && c.Infrared.Source != "" {
		d.Infrared = func(ctx context.Context, done func(check.InfraredFacts) bool) error {
			return tryInfrared(ctx, c, hw.Signals, done)
		}
	}
	if c.Speaks() {
		d.Speak = func(ctx context.Context) (check.VoiceFacts, error) { return trySpeaking(ctx, c) }
	}
	if c.Shows() {
		d.Show = func(ctx context.Context) (check.DisplayFacts, func(), error) { return tryShowing(ctx, c) }
	}
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		d.Watchdog = check.AskSystemd
	}
	if m := slots.ThisMachine(); m.TwoSystems() {
		l := m.Loader()
		d.Loader = &check.LoaderFacts{Built: l.Built, Tries: l.Tries()}
	}
	return d, v, closeAll, nil
}

// recorded switches an output beside the door for the self-test, after a record of why.
func recorded(v *store.Vault, door, name string, out hal.Output) func(bool) error {
	return func(on bool) error {
		to := "off"
		if on {
			to = "on"
		}
		_, err := v.Record(context.Background(), store.Entry{Kind: audit.OutputSwitched, Actor: store.Door, Door: door,
			Reason: policy.ReasonCheck, Detail: map[string]string{"output": name, "to": to}})
		if err != nil {
			return err
		}
		return out.Set(on)
	}
}

// How long the eye may take to open the camera, and how long it is then watched.
const (
	cameraIn   = 25 * time.Second
	cameraLook = 3 * time.Second
)

// tryCamera lets the eye look for some seconds in its aiming mode, in which it measures no face,
// and says how that went. The pictures are overwritten unseen; only their size is kept.
func tryCamera(ctx context.Context, c *config.Config) (f check.CameraFacts, err error) {
	if err := errors.Join(wiring.CheckFaces(c), wiring.CheckCamera(c)); err != nil {
		return f, err
	}
	ctx, cancel := context.WithTimeout(ctx, cameraIn+cameraLook)
	defer cancel()
	e, err := aimed(ctx, eyeOf(c))
	if err != nil {
		return f, err
	}
	defer e.Close()
	looked := time.NewTimer(cameraIn)
	defer looked.Stop()
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	seen := false
	for {
		select {
		case o, ok := <-e.Observations():
			if ok {
				o.Wipe()
			}
		case p, ok := <-e.Pictures():
			if ok {
				f.Width, f.Height = p.Camera.X, p.Camera.Y
				p.Wipe()
			}
			if ok && !seen {
				seen = true
				looked.Reset(cameraLook)
			}
		case <-t.C:
			s := e.Status()
			f.State, f.Detail, f.Confined = string(s.Camera), s.Detail, s.Confined.String()
			f.Models, f.Engine = s.Models, s.Engine
			f.FPS = max(f.FPS, s.FPS)
			if s.State == eye.Waiting && s.LastError != nil {
				return f, s.LastError
			}
		case <-looked.C:
			return f, nil
		case <-ctx.Done():
			return f, ctx.Err()
		}
	}
}

// speakIn is how long a voice may take to open its card and say a sentence.
const speakIn = 15 * time.Second

// trySpeaking starts a voice that says one sentence to its end.
func trySpeaking(ctx context.Context, c *config.Config) (f check.VoiceFacts, err error) {
	ctx, cancel := context.WithTimeout(ctx, speakIn)
	defer cancel()
	v, err := voice.Start(ctx, voiceOf(c))
	if err != nil {
		return f, err
	}
	defer v.Close()
	v.Present(scene.Scene{Kind: scene.Opened})
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return f, errors.New("it took too long")
		}
		s := v.Status()
		if err := s.Trouble(); err != nil {
			return f, err
		}
		if s.Said > 0 && !s.Talking {
			return check.VoiceFacts{Card: s.Card, Took: s.Took, Underruns: s.Underruns,
				Confined: s.Confined.String()}, nil
		}
	}
}

// eyeOf is the configuration of an eye that looks at whatever comes, as fast as it can.
func eyeOf(c *config.Config) eye.Config {
	return eye.Config{Camera: c.Camera.Opened(), Models: c.Camera.Models, Manifest: c.Camera.Manifest,
		Options: looking(c), IdleRate: time.Millisecond}
}

// aimed starts an eye in its aiming mode.
func aimed(ctx context.Context, conf eye.Config) (*eye.Eye, error) {
	e, err := eye.Start(ctx, conf)
	if err != nil {
		return nil, fmt.Errorf("starting the eye: %w", err)
	}
	e.SetMode(eye.Aim)
	return e, nil
}

// tryInfrared lets the eye look through both cameras, with the emitter going on and off, until done
// or ctx ends. The pictures are overwritten at once; only how bright they are is kept.
func tryInfrared(ctx context.Context, c *config.Config, out map[string]hal.Output,
	done func(check.InfraredFacts) bool) error {
	if err := errors.Join(wiring.CheckFaces(c), wiring.CheckCamera(c)); err != nil {
		return err
	}
	conf := eyeOf(c)
	conf.Infrared, conf.Light = beside(c, out)
	e, err := aimed(ctx, conf)
	if err != nil {
		return err
	}
	defer e.Close()
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case o, ok := <-e.Observations():
			if ok {
				o.Wipe()
			}
		case p, ok := <-e.Pictures():
			if !ok {
				return eye.ErrExited
			}
			var f check.InfraredFacts
			if p.Infrared != nil {
				f = check.InfraredOf(p.Infrared, e.Status())
			}
			pair := p.Infrared != nil && p.Infrared.Light.Pair
			p.Wipe()
			if pair && done(f) {
				return nil
			}
		case <-t.C:
			switch s := e.Status(); {
			case s.State == eye.Waiting && s.LastError != nil:
				return s.LastError
			case s.State == eye.Running && s.Infrared != eye.CameraOK && s.Infrared != eye.CameraOff:
				done(check.InfraredFacts{State: string(s.Infrared), Detail: s.Unlit})
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// SignIn logs in the operator who does a check (R-OPERATOR): by name and secret, their own card if
// they have one, and a role that may open the door. The confidentiality commitment is shown and
// taken if they have not accepted it yet.
func SignIn(ctx context.Context, v *store.Vault, readers []hal.Reader, name string, secret []byte,
	lang i18n.Language, who check.Installer) (store.Operator, error) {
	op, err := v.CheckOperator(store.Offline, name, secret)
	if err == nil && op.HasCard {
		op, err = ownCard(ctx, v, readers, name, who.Tell, func(m i18n.Message) {
			who.Do(check.Task{ID: "own card", Text: m, Within: desk.AsksAtTheDoor})
		})
	}
	if err != nil {
		return op, fmt.Errorf("logging in: %w", err)
	}
	if !desk.OpensDoor.Of(op.Role) {
		return op, i18n.E("board.auditor-may-not-open",
			"an auditor may not open the door: log in as installer, technician or manager")
	}
	text, version := notice.Commitment(lang)
	if op.Commitment.Version == version {
		return op, nil
	}
	who.Tell(i18n.Verbatim(text))
	yes, err := who.Ask(ctx, check.Question{ID: "commitment",
		Text: i18n.M("board.accept-commitment", "Do you accept this commitment?")})
	switch {
	case err != nil:
		return op, err
	case !yes:
		return op, i18n.E("board.commitment-needed",
			"without the commitment nothing can be done here (R-OPERATOR)")
	}
	err = v.ChangeOperator(store.Actor(op.ID), op.ID, audit.CommitmentAccepted, func(o *store.Operator) error {
		o.Commitment = store.Commitment{Version: version, At: time.Now()}
		return nil
	})
	if err != nil {
		return op, fmt.Errorf("recording the commitment: %w", err)
	}
	return op, nil
}
