package demo

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"menshen/board"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/hal/camera"
	"menshen/hal/sim"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

//go:embed door.toml
var doorTOML []byte

// Options say what the demo works with.
type Options struct {
	Dir      string // of the unit, empty and 0700; empty: a temporary one, removed at the end
	Models   string // folder of the model files
	Pictures string // folder of the pictures (scripts/pictures.sh)
	Log      io.Writer
	Traffic  time.Duration // instead of the story: for how long people come and go; 0: the story
	Every    time.Duration // time between two rows of figures; a minute when 0
}

// actor is one of the demo's people: their card and pictures, not what the unit knows of them.
type actor struct {
	name, apartment, lang string
	card                  uint16
	enrolledOn            camera.Scene
	met                   camera.Scene
	id                    policy.PersonID
}

// world is a real unit at simulated wires, with people before it.
type world struct {
	o      Options
	conf   *config.Config
	door   *sim.Door
	unit   *board.Door
	desk   *desk.Desk
	staff  desk.Session
	pin    []byte // the operator's, made up for this run
	seen   uint64 // the last record that was told
	front  front
	closed func() error
}

const (
	facility = 42
	operator = "anna"
)

// cast gives the people, with pictures in dir.
func cast(dir string) (wei, grace *actor, stranger camera.Scene) {
	at := func(file string, face [4]int) camera.Scene {
		return camera.Scene{Picture: filepath.Join(dir, file), Face: face}
	}
	wei = &actor{name: "Wei Webcam", apartment: "4-201", lang: "zh", card: 1071,
		enrolledOn: at("face.jpg", [4]int{272, 137, 438, 396}),
		met:        at("face-detect.jpg", [4]int{155, 77, 260, 234})}
	grace = &actor{name: "Grace Hopper", apartment: "4-202", lang: "en", card: 1072,
		met: at("hopper.jpg", [4]int{177, 123, 351, 328})}
	return wei, grace, at("collins.png", [4]int{180, 65, 267, 174})
}

// open sets a new unit up and starts it.
func open(ctx context.Context, o Options) (w *world, err error) {
	w = &world{closed: func() error { return nil }}
	if o.Dir == "" {
		if o.Dir, err = os.MkdirTemp("", "menshen-demo-"); err != nil {
			return nil, err
		}
		w.then(func() error { return os.RemoveAll(o.Dir) })
	}
	w.o = o
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if err := os.MkdirAll(filepath.Join(o.Dir, "camera"), 0o700); err != nil {
		return w, err
	}
	if err := os.WriteFile(filepath.Join(o.Dir, "door.toml"), doorTOML, 0o600); err != nil {
		return w, err
	}
	if w.conf, err = config.Load(filepath.Join(o.Dir, "door.toml")); err != nil {
		return w, err
	}
	w.conf.Camera.Models = o.Models
	if err := w.show(camera.Scene{}); err != nil {
		return w, err
	}
	if w.pin, err = newPIN(); err != nil {
		return w, err
	}
	if err := board.Init(w.conf, operator, w.pin); err != nil {
		return w, err
	}
	if w.door, err = sim.New(sim.Config{}); err != nil {
		return w, err
	}
	w.then(w.door.Close)
	ctx, cancel := context.WithCancel(ctx)
	unit, closeUnit, err := board.Open(ctx, w.conf, slog.New(slog.NewTextHandler(o.Log, nil)), &w.front)
	if err != nil {
		cancel()
		return w, err
	}
	ended := make(chan error, 1)
	go func() { ended <- unit.Run(ctx) }()
	w.then(func() error { cancel(); return errors.Join(<-ended, closeUnit()) })
	w.unit, w.desk = unit, unit.Desk
	return w, w.logIn(ctx)
}

// then adds what is to be closed before all that was opened earlier.
func (w *world) then(f func() error) {
	before := w.closed
	w.closed = func() error { return errors.Join(f(), before()) }
}

func (w *world) close() error {
	f := w.closed
	w.closed = func() error { return nil }
	return f()
}

// newPIN makes up eight digits, since a default secret must not exist, not even here.
func newPIN() ([]byte, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(90_000_000))
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%d", n.Int64()+10_000_000), nil
}

// logIn logs the operator in, who accepts the commitment.
func (w *world) logIn(ctx context.Context) (err error) {
	w.staff, err = w.desk.LogIn(ctx, "demo", operator, append(desk.Secret(nil), w.pin...), i18n.English,
		func(desk.Step) {})
	if err != nil {
		return fmt.Errorf("logging in: %w", err)
	}
	w.staff, err = w.desk.Acknowledge(ctx, w.staff)
	return err
}

// show puts a scene before the camera; the zero scene is an empty corridor.
func (w *world) show(s camera.Scene) error {
	if s.Picture != "" {
		if _, err := os.Stat(s.Picture); err != nil {
			return fmt.Errorf("the demo's pictures are not in %s: run scripts/pictures.sh, "+
				"or name their folder with --pictures", w.o.Pictures)
		}
	}
	return camera.SetScene(filepath.Join(w.o.Dir, "camera"), s)
}

// leave empties the corridor and waits until the unit has noticed.
func (w *world) leave() error {
	if err := w.show(camera.Scene{}); err != nil {
		return err
	}
	time.Sleep(2 * time.Second)
	return nil
}

// await waits for a record that is wanted, of those not yet told, for 30 s at most.
func (w *world) await(ctx context.Context, wanted func(store.Entry) bool) (store.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		es, err := w.unit.Records(w.seen)
		if err != nil {
			return store.Entry{}, err
		}
		for _, e := range es {
			if wanted(e) {
				return e, nil
			}
		}
		select {
		case <-ctx.Done():
			return store.Entry{}, errors.New("the unit did not record what should have happened")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func decision(by policy.Means) func(store.Entry) bool {
	return func(e store.Entry) bool { return e.Kind == audit.Decision && e.Means == by }
}
