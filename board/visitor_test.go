package board_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board"
	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/pass"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/hal/camera"
	"menshen/hal/haltest"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
)

// lobby is a door without faces, whose real eye looks through a
// simulated camera for visitors' codes.
type lobby struct {
	*testing.T
	root string
	conf *config.Config

	unit  *board.Door
	relay *haltest.Output
	desk  *desk.Desk
	staff desk.Session
	eye   *eye.Eye
	vault *store.Vault
	stop  func()
}

func newLobby(t *testing.T) *lobby {
	conf, err := config.Parse(strings.NewReader(config.Example))
	if err != nil {
		t.Fatal(err)
	}
	l := &lobby{T: t, root: t.TempDir(), conf: conf}
	conf.Unit.Dir = filepath.Join(boardtest.Folder(t), "vault")
	conf.Door.Release = config.Duration(time.Second)
	conf.Faces.Enabled, conf.Passes = false, config.Passes{Enabled: true, Camera: true}
	conf.Camera = config.Camera{Source: "sim:" + filepath.Join(l.root, "camera")}
	if err := os.Mkdir(filepath.Join(l.root, "camera"), 0o700); err != nil {
		t.Fatal(err)
	}
	v, err := store.Create(conf.Unit.Dir, l.options())
	if err == nil {
		_, err = v.AddOperator(store.Door, "anna", store.Manager, []byte(boardtest.Secret))
		err = errors.Join(err, v.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	l.start()
	t.Cleanup(func() { l.stop() })
	return l
}

func (l *lobby) options() store.Options {
	return store.Options{Key: store.KeyFile(filepath.Join(l.root, "key")),
		Cost: store.Cost{Time: 1, Memory: 64, Lanes: 1}}
}

// start switches the unit on.
func (l *lobby) start() {
	l.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v, err := store.Open(l.conf.Unit.Dir, l.options())
	if err != nil {
		l.Fatal(err)
	}
	e, err := eye.Start(ctx, eye.Config{Camera: l.conf.Camera.Source, Codes: pass.Prefix,
		Command: []string{os.Args[0], "eye"}})
	if err != nil {
		l.Fatal(err)
	}
	l.relay = &haltest.Output{Name: "relay"}
	hw := &hal.Wires{Relay: l.relay, Inputs: map[string]hal.Input{}, Signals: map[string]hal.Output{}}
	source := &wiring.TimeSource{Config: l.conf}
	source.Set()
	l.eye, l.vault = e, v
	if l.unit, err = board.New(board.Parts{Config: l.conf, Vault: v, Wires: hw, Eye: e, Time: source}); err != nil {
		l.Fatal(err)
	}
	// A slow disk refuses a counted pass (TestSlowDiskRefusesPass); here it is waited for.
	driver := l.unit.Unit.Drive(false)
	driver.WaitForDisk(10 * time.Second)
	driver.Leave()
	ended := make(chan error, 1)
	go func() { ended <- l.unit.Run(ctx) }()
	l.stop = func() {
		cancel()
		if err := errors.Join(<-ended, e.Close(), v.Close()); err != nil {
			l.Error(err)
		}
		l.unit.Unit.Close()
	}
	l.desk = l.unit.Desk
	if l.staff, err = l.desk.LogIn(ctx, "test", "anna", desk.Secret(boardtest.Secret), i18n.English, nil); err == nil {
		l.staff, err = l.desk.Acknowledge(ctx, l.staff)
	}
	if err != nil {
		l.Fatal(err)
	}
}

// hold lets the visitor hold a code up until the door has decided, and go away again.
func (l *lobby) hold(code [][]bool, angle, blur float64, s camera.Scene) store.Entry {
	l.Helper()
	dir := filepath.Join(l.root, "camera")
	s.Picture, s.Kind = filepath.Join(l.root, "code.png"), camera.Photo
	f, err := os.Create(s.Picture)
	if err != nil {
		l.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, sheet{code, angle, blur}), f.Close(), camera.SetScene(dir, s)); err != nil {
		l.Fatal(err)
	}
	before := l.decisions()
	const pause = 20 * time.Millisecond
	for until := time.Now().Add(time.Minute); len(l.decisions()) == len(before); time.Sleep(pause) {
		if time.Now().After(until) {
			l.Fatalf("no decision within a minute: %+v", l.eye.Status())
		}
	}
	time.Sleep(time.Second) // it is still held there
	after := l.decisions()
	if len(after) != len(before)+1 {
		l.Errorf("held up once, decided %d times", len(after)-len(before))
	}
	if err := camera.SetScene(dir, camera.Scene{}); err != nil {
		l.Fatal(err)
	}
	return after[0]
}

// openings is how often the relay was switched on.
func (l *lobby) openings() (n int) {
	for _, m := range l.relay.Moves() {
		if m.On {
			n++
		}
	}
	return n
}

// decisions gives all of them, newest first.
func (l *lobby) decisions() (out []store.Entry) {
	l.Helper()
	es, err := l.vault.Entries(0, 1000, true)
	if err != nil {
		l.Fatal(err)
	}
	for _, e := range es {
		if e.Kind == "decision" {
			out = append(out, e)
		}
	}
	return out
}

// sheet is a code on paper, turned by an angle, and out of focus by blur modules.
type sheet struct {
	code  [][]bool
	angle float64
	blur  float64
}

const sheetModule = 8 // pixels

func (s sheet) ColorModel() color.Model { return color.GrayModel }
func (s sheet) Bounds() image.Rectangle {
	return image.Rect(0, 0, (len(s.code)+18)*sheetModule, (len(s.code)+18)*sheetModule)
}

func (s sheet) At(x, y int) color.Color {
	const rays = 12
	light := 0
	for i := range rays { // a lens out of focus spreads a point over a disc
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / rays)
		r := s.blur * float64(1+i%3) / 3
		light += s.light(float64(x)/sheetModule+r*cos, float64(y)/sheetModule+r*sin)
	}
	return color.Gray{Y: uint8(light / rays)}
}

func (s sheet) light(x, y float64) int {
	middle := float64(len(s.code)+18) / 2
	sin, cos := math.Sincos(s.angle)
	dx, dy := x-middle, y-middle
	u, v := int(math.Floor(cos*dx+sin*dy+float64(len(s.code))/2)), int(math.Floor(cos*dy-sin*dx+float64(len(s.code))/2))
	if u >= 0 && v >= 0 && u < len(s.code) && v < len(s.code) && s.code[v][u] {
		return 25
	}
	return 235
}

// TestVisitorAtTheCamera goes the whole way, from the desk that makes a pass, over a code held up
// to the camera, turned, out of focus, in dim light, to the relay, with the power off in between. A
// pass for three entries opens three times.
func TestVisitorAtTheCamera(t *testing.T) {
	l := newLobby(t)
	now := time.Now()
	p, err := l.desk.AddPass(context.Background(), l.staff, policy.PersonID{}, now, now.Add(time.Hour), 3)
	if err != nil || len(p.QR) != 37 || len(p.Code) != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	for n, visit := range []struct {
		angle, blur float64
		scene       camera.Scene
		want        policy.Reason
	}{
		{0, 0, camera.Scene{Seed: 3}, policy.ReasonPass},
		{0.2, 0.4, camera.Scene{Seed: 4}, policy.ReasonPass},
		{-0.3, 0.2, camera.Scene{Seed: 5, Light: 35}, policy.ReasonPass},
		{0, 0, camera.Scene{Seed: 3}, policy.ReasonUsedUp},
	} {
		if n == 2 { // the power goes out and comes back: the unit still knows how often the pass was used
			l.stop()
			l.start()
		}
		if n > 0 {
			time.Sleep(3*time.Second + 500*time.Millisecond)
		}
		before := l.openings()
		e := l.hold(p.QR, visit.angle, visit.blur, visit.scene)
		opened := l.openings() > before
		if e.Reason != visit.want || e.Grant != (visit.want == policy.ReasonPass) || opened != e.Grant ||
			e.Means != policy.ByPass {
			t.Errorf("visit %d: %+v, opened %v", n+1, e, opened)
		}
	}
	if s := l.eye.Status(); s.Models != "none" || s.Restarts != 0 {
		t.Errorf("the eye of a door without faces: %+v", s)
	}
}
