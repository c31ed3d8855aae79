package board

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"log/slog"

	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/pass"
	"menshen/board/wiring"
	"menshen/internal/screen"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/keys"
)

// KeySource gives the source of the root key that a checked configuration names.
func KeySource(c *config.Config) store.KeySource {
	k, err := config.ParseKeySource(c.Key.Source)
	if err != nil {
		return store.KeyFile("") // a configuration that was not checked; opening it says what is wrong
	}
	return OpenKeySource(k)
}

// OpenKeySource gives the store's source for one that was taken apart.
func OpenKeySource(k config.KeySource) store.KeySource {
	switch k.Kind {
	case "credential":
		return keys.Credential(k.Name, k.Path)
	case "tpm":
		return keys.TPM(k.Path, k.Index)
	}
	return keys.File(k.Path)
}

// Init makes the vault of a new unit, with its keys and its first operator; there is no default account and no default
// secret (R-OPERATOR). All is made or nothing is; nothing when there is a vault already.
func Init(c *config.Config, operator string, secret []byte) error {
	v, err := store.CreateFor(c.Unit.Dir, vaultOptions(c, &TimeSource{conf: c}), operator, secret)
	if err != nil {
		return err
	}
	// From the first minute on it shows when old records were last removed. The unit is whole without this, and prunes daily.
	_, _ = v.Prune(context.Background(), store.Door)
	return v.Close()
}

// Open opens a unit: the vault first, so that a second program on the same unit ends before it touches a wire; then the
// wires, with the relay at rest; then the eye. A vault that does not open is a fault to show and does not keep anybody from leaving.
// An eye that is absent, or files for faces that cannot be used, do not keep the door from opening for cards.
// The function that it returns closes everything after Run.
func Open(ctx context.Context, c *config.Config, log *slog.Logger) (_ *Unit, closeAll func() error, err error) {
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

	locked, err := host.Harden()
	if err != nil {
		return nil, closeAll, fmt.Errorf("keeping the memory off the disk: %w", err)
	}
	log.Info("memory kept off the disk", "dumps", "off", "locked", locked)

	source := &TimeSource{conf: c}
	v := store.Await(c.Unit.Dir, vaultOptions(c, source))
	closers = append(closers, v.Close)
	switch err := within(vaultFirst, func() error { return v.Mend(ctx) }); {
	case errors.Is(err, store.ErrBusy):
		return nil, closeAll, advise(err, c)
	case err != nil:
		log.Error("the vault is not in order; exit, fire and the staffed release work all the same", "why", screen.OneLine(advise(err, c)))
	default:
		log.Info("vault open", "dir", c.Unit.Dir)
	}

	hw, warnings, err := wiring.Open(c)
	if err != nil {
		return nil, closeAll, err
	}
	closers = append(closers, hw.Close)
	for _, w := range warnings {
		log.Warn("wiring", "key", w.Key, "warning", w.EN)
	}
	log.Info("wires open", "readers", len(hw.Readers), "inputs", len(hw.Inputs))

	scores, noScores := wiring.Scores(c)
	parts := Parts{Config: c, Vault: v, Wires: hw, Time: source, Scores: scores, NoFaces: cmp.Or(wiring.CheckFaces(c), noScores), Log: log}
	if parts.NoFaces != nil {
		log.Error("faces stay off; cards, PINs, exit and fire work", "why", screen.OneLine(parts.NoFaces))
	}
	if seesFaces := c.Faces.Enabled && parts.NoFaces == nil; seesFaces || c.Passes.Camera {
		conf := eye.Config{Camera: c.Camera.Source, Options: looking(c)}
		if seesFaces {
			conf.Models, conf.Manifest = c.Camera.Models, c.Camera.Manifest
		}
		if c.Passes.Camera {
			conf.Codes = pass.Prefix
		}
		e, err := eye.Start(ctx, conf)
		if err != nil {
			return nil, closeAll, fmt.Errorf("starting the eye: %w", err)
		}
		closers = append(closers, e.Close)
		parts.Eye = e
		log.Info("eye started", "camera", c.Camera.Source)
	}
	u, err := New(parts)
	return u, closeAll, err
}

// looking is which faces the eye looks at. The recognizer counts in thousandths.
func looking(c *config.Config) (o recognizer.Options) {
	if z := c.Camera.Zone; len(z) == 4 {
		o.Zone = image.Rect(10*z[0], 10*z[1], 10*z[2], 10*z[3])
	}
	return o
}

const withoutKey = "without it nothing opens this vault: make a new one in another folder and restore a backup"

// OpenVault opens the vault of a unit that is not running. Its errors say what to do.
func OpenVault(c *config.Config) (*store.Vault, error) {
	v, err := store.Open(c.Unit.Dir, vaultOptions(c, &TimeSource{conf: c}))
	return v, advise(err, c)
}

// ReadVault is OpenVault for questions alone: nothing on the disk is changed, so root may ask about what belongs to the unit's user.
func ReadVault(c *config.Config) (*store.Vault, error) {
	v, err := store.OpenToRead(c.Unit.Dir, vaultOptions(c, &TimeSource{conf: c}))
	return v, advise(err, c)
}

// advise adds the remedy to an error of opening the vault; one that names its own is left alone.
func advise(err error, c *config.Config) error {
	for _, known := range []struct {
		is     error
		remedy string
	}{
		{store.ErrMissing, "make one with 'menshen init'"},
		{store.ErrBusy, "stop the other one first ('systemctl stop menshen'), or use 'menshen console'"},
		{store.ErrForeign, "set [unit] dir to the unit's own folder, or move that file away"},
		{store.ErrNewer, "install the newer menshen again; the vault was not touched"},
		{store.ErrKeyMissing, "put your own copy of it there, or see [key] source; " + withoutKey},
		{store.ErrWrongKey, "use the key that this vault was made with; " + withoutKey},
		{store.ErrCorrupt, "save what is whole with 'menshen vault salvage', or restore a backup; the damaged file was not touched"},
		{store.ErrSwapped, "somebody with access to the disk did that; find the file that was there and put it back; if it is lost, stop the unit and restore the newest backup; without a TPM the next start takes what lies there"},
		{store.ErrHead, "compare 'decisions' with what was done before it; then 'check' at the console ends this; if it comes again, replace the board's memory"},
		{fs.ErrPermission, "do this as the unit's own user: sudo -u menshen menshen …"},
	} {
		if errors.Is(err, known.is) {
			return fmt.Errorf("%w: %s", err, known.remedy)
		}
	}
	return err
}
