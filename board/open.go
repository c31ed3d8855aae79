package board

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"time"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/host"
	"menshen/board/pass"
	"menshen/board/slots"
	"menshen/board/update"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/hal/voice"
	"menshen/hal/voice/recording"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/keys"
)

// Init makes the vault of a new unit, with its keys and its first operator; there is no default
// account and no default secret (R-OPERATOR). It makes all of it or, after an error, nothing.
// Errors: there is a vault already.
func Init(c *config.Config, operator string, secret []byte) error {
	v, err := store.CreateFor(c.Unit.Dir, wiring.VaultOptions(c, &wiring.TimeSource{Config: c}), operator, secret)
	if err != nil {
		return err
	}
	// From the first minute on it shows when old records were last removed. An error does not
	// matter: the unit purges daily.
	_, _ = v.Prune(context.Background(), store.Door)
	return v.Close()
}

// Open opens a unit: the vault first, so that a second program on the same unit ends before it
// touches a wire; then the wires, with the relay at rest; then the eye. closeAll closes everything
// after [Door.Run].
//
// Errors: another program has the vault; the lock, the exit button or the fire input is not there.
// All else is a fault, shown and logged, with which exit and fire work (R-SAFE): a vault that does
// not open, without which the unit runs in safe mode; a reader, a lamp or another input, which is
// tried again; files for faces, without which faces are off.
//
// also are told what people at the door are, besides what the configuration names.
func Open(ctx context.Context, c *config.Config, log *slog.Logger, also ...scene.Presenter) (
	_ *Door, closeAll func() error, err error) {
	return open(ctx, c, log, wiring.Booting, also...)
}

// open is [Open] on a machine of which boots reports whether it was switched on a moment ago.
func open(ctx context.Context, c *config.Config, log *slog.Logger, boots func() bool, also ...scene.Presenter) (
	_ *Door, closeAll func() error, err error) {
	var closers []func() error
	closeAll = func() error {
		var errs []error
		for i := len(closers) - 1; i >= 0; i-- {
			errs = append(errs, closers[i]())
		}
		closers = nil
		return errors.Join(errs...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeAll())
		}
	}()

	if locked, err := host.Harden(); err == nil {
		log.Info("memory kept off the disk", "dumps", "off", "locked", locked)
	} else { // the law's rules look at it, and keep faces off
		log.Error("a crash may write the memory to the disk", "why", err)
	}

	source := &wiring.TimeSource{Config: c}
	updates := &update.Client{Folders: update.OfSystem()}
	options := wiring.VaultOptions(c, source)
	// While this system is on trial the one before must be able to open the vault.
	options.Hold = func() bool {
		s, err := updates.State()
		return s.OnTrial || err != nil && !errors.Is(err, slots.ErrOneSystem)
	}
	v := store.Await(c.Unit.Dir, options)
	closers = append(closers, v.Close)
	switch err := within(vaultFirst, func() error { return v.Mend(ctx) }); {
	case errors.Is(err, store.ErrBusy):
		return nil, closeAll, wiring.Advise(err)
	case errors.Is(err, keys.ErrNoDevice) && boots():
		log.Info("the key's device is not ready yet; exit, fire and the staffed release work, cards when it is",
			"why", screen.OneLine(err))
	case err != nil:
		log.Error("the vault is not in order; exit, fire and the staffed release work all the same",
			"why", screen.OneLine(wiring.Advise(err)))
	default:
		log.Info("vault open", "dir", c.Unit.Dir)
	}

	hw, found, err := wiring.OpenAtBoot(ctx, c, boots)
	if err != nil {
		return nil, closeAll, err
	}
	closers = append(closers, hw.Close)
	for _, f := range found {
		if f.Refuse {
			log.Error("a part of the door does not work; exit and fire do", "why", f.Text.String())
		} else {
			log.Warn("wiring", "key", f.Key, "warning", f.Text.String())
		}
		if f.Refuse && f.Key == "console.serial" {
			c = c.Copy()
			c.Console.Serial = ""
		}
	}
	for _, r := range hw.Readers { // those with a display
		if p, ok := r.(scene.Presenter); ok {
			also = append(also, p)
		}
	}
	log.Info("wires open", "readers", len(hw.Readers), "inputs", len(hw.Inputs))

	scores, noScores := wiring.Scores(c)
	parts := Parts{Updates: updates, Config: c, Vault: v, Wires: hw, Time: source, Booting: boots, Scores: scores,
		NoFaces: cmp.Or(c.LeftOut(config.PartFaces), wiring.CheckFaces(c), noScores), Log: log, Presenters: also}
	if parts.NoFaces != nil {
		log.Error("faces stay off; cards, PINs, exit and fire work", "why", screen.OneLine(parts.NoFaces))
	}
	if seesFaces := c.Faces.Enabled && parts.NoFaces == nil; seesFaces || c.Passes.Camera {
		conf := eye.Config{Camera: c.Camera.Opened(), Options: looking(c)}
		if seesFaces {
			conf.Models, conf.Manifest = c.Camera.Models, c.Camera.Manifest
			conf.Infrared, conf.Light = beside(c, hw.Signals)
		}
		if c.Passes.Camera {
			conf.Codes = pass.Prefix
		}
		if e, err := eye.Start(ctx, conf); err == nil {
			closers = append(closers, e.Close)
			parts.Eye = e
			log.Info("eye started", "camera", c.Camera.Source)
		} else {
			parts.NoFaces = fmt.Errorf("starting the eye: %w", err)
			log.Error("the door sees nothing; cards, PINs, exit and fire work", "why", err)
		}
	}
	closers = append(closers, parts.speak(ctx), parts.show(ctx))
	d, err := New(parts)
	return d, closeAll, err
}

// speak adds the voice that the configuration asks for. A door without it tells all by lamp and
// buzzer.
func (p *Parts) speak(ctx context.Context) (close func() error) {
	c, close := p.Config, func() error { return nil }
	err := c.LeftOut(config.PartVoice)
	if err == nil && c.Speaks() {
		var v *voice.Voice
		if v, err = voice.Start(ctx, voiceOf(c)); err == nil {
			p.Presenters = append(p.Presenters, v)
			p.beside("voice", func() (i18n.Message, error) { s := v.Status(); return s.Message(), s.Trouble() })
			p.Log.Info("voice started", "card", c.Voice.Card)
			return v.Close
		}
	}
	if err != nil {
		p.Log.Error("the door does not speak; lamp and buzzer tell all", "why", screen.OneLine(err))
		p.beside("voice", func() (i18n.Message, error) { return i18n.Message{}, err })
	}
	return close
}

// voiceOf is the configuration of the door's voice.
func voiceOf(c *config.Config) voice.Config {
	return voice.Config{Card: c.Voice.Card, Language: c.VoiceLanguage(),
		Recordings: recording.Files{c.Voice.Recordings, c.Voice.Phrases}, Volume: c.VolumeAt}
}

func (p *Parts) beside(device string, look func() (i18n.Message, error)) {
	if p.Beside == nil {
		p.Beside = desk.Beside{}
	}
	p.Beside[device] = look
}

// looking gives the zone in which the eye looks for faces. The configuration has
// percent, the recognizer thousandths.
func looking(c *config.Config) (o recognizer.Options) {
	if z := c.Camera.Zone; len(z) == 4 {
		o.Zone = image.Rect(10*z[0], 10*z[1], 10*z[2], 10*z[3])
	}
	return o
}

// beside gives the infrared camera, and the line that switches its emitter.
func beside(c *config.Config, out map[string]hal.Output) (eye.Infrared, func(on bool) error) {
	i := eye.Infrared{Camera: c.Infrared.Source, Emitter: c.Infrared.Emitter, View: c.Infrared.Rect()}
	if line := out[config.EmitterRole]; line != nil {
		return i, line.Set
	}
	return i, nil
}

// OpenVault opens the vault of a unit that is not running. Its errors have their remedy.
func OpenVault(c *config.Config) (*store.Vault, error) {
	v, err := store.Open(c.Unit.Dir, wiring.VaultOptions(c, &wiring.TimeSource{Config: c}))
	return v, wiring.Advise(err)
}

// ReadVault is [OpenVault] to read only: nothing on the disk is changed, so that root may read
// what belongs to the unit's user.
func ReadVault(c *config.Config) (*store.Vault, error) {
	v, err := store.OpenToRead(c.Unit.Dir, wiring.VaultOptions(c, &wiring.TimeSource{Config: c}))
	return v, wiring.Advise(err)
}

// vaultFirst is how long the start waits for the vault. A disk that hangs must not keep people in.
const vaultFirst = 10 * time.Second

var errNoAnswer = errors.New("the disk does not answer; the vault is taken up when it does")

// within gives f's error, or errNoAnswer when f takes longer than d. f then goes on.
func within(d time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errNoAnswer
	}
}
