//go:build vboard

package display

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/display"
	"menshen/hal/display/screen"
	"menshen/hal/display/screen/drm"
	"menshen/internal/child"
	"menshen/internal/confine"
)

// TestMain lets the test binary be a process that draws.
func TestMain(m *testing.M) {
	if len(os.Args) != 2 || processes[os.Args[1]] == nil {
		os.Exit(m.Run())
	}
	if err := processes[os.Args[1]](); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// processes are what the test binary can be: one that draws noise, and a door's own.
var processes = map[string]func() error{
	"draws":    func() error { return child.Main(3, &protocol, live) },
	"displays": func() error { return display.Main(3) },
	"lines":    lines,
}

const (
	kindDraw  = child.Kind(2) // parent → child: request
	kindDrawn = child.Kind(4) // child → parent: answer
)

var protocol = child.Protocol{Magic: "Mv", Version: 1, Limits: map[child.Kind]int{
	child.Config: 1 << 10, child.Ready: 1 << 10, child.Failure: 1 << 10, kindDraw: 16 << 10, kindDrawn: 1 << 10,
}}

// live is the process: it opens its screen, confines itself, draws what it is told, and looks for
// its screen while that is gone.
func live(c *child.Conn, where string) error {
	source, err := screen.Parse(where)
	if err != nil {
		return err
	}
	on, err := source.Open()
	if err != nil && !errors.Is(err, hal.ErrGone) {
		return err
	}
	keep := source.Keep()
	keep.Memory = 256 << 20
	force, err := confine.Process(keep)
	if err != nil {
		return err
	}
	if err := c.SendJSON(child.Ready, answer{Held: force.String()}); err != nil {
		return err
	}
	requests, gone := make(chan request), make(chan error, 1)
	go func() {
		gone <- c.Listen(func(_ child.Kind, payload []byte) error {
			var r request
			err := json.Unmarshal(payload, &r)
			requests <- r
			return err
		})
	}()
	var is answer
	var want request
	for {
		if is, on, err = step(source, on, is, want); err != nil {
			is = answer{Fault: err.Error()}
		}
		if err := c.SendJSON(kindDrawn, is); err != nil {
			return err
		}
		select {
		case err := <-gone:
			return err
		case want = <-requests:
			if len(want.Strokes) <= is.Drawn { // another picture
				is.Drawn = 0
			}
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// step opens the screen if it is not open, and draws what has changed.
func step(from screen.Source, on screen.Screen, is answer, want request) (answer, screen.Screen, error) {
	if on == nil {
		on, err := from.Open()
		return answer{}, on, err
	}
	err := on.Check()
	if n := len(want.Strokes); err == nil && is.Drawn < n {
		size := on.Looks().Size
		dirty := image.Rectangle{Max: size}
		if is.Drawn > 0 {
			dirty = image.Rectangle{}
			for _, s := range want.Strokes[is.Drawn:] {
				dirty = dirty.Union(s.Part)
			}
		}
		img, begun := picture(size, want.Strokes), time.Now()
		err = on.Draw(img, dirty)
		is = answer{Name: on.String(), Size: size, Drawn: n, Took: time.Since(begun)}
	}
	if err != nil {
		return answer{}, nil, errors.Join(err, on.Close())
	}
	return is, on, nil
}

// board is the parent of such a process, and the way to the machine outside.
type board struct {
	*testing.T
	source string

	mu    sync.Mutex
	child *child.Child
	says  answer
	held  string
	life  child.Life
}

func (b *board) Config() any          { return b.source }
func (b *board) Ended(bool)           {}
func (b *board) Lives(l child.Life)   { b.mu.Lock(); defer b.mu.Unlock(); b.life = l }
func (b *board) Began(c *child.Child) { b.mu.Lock(); defer b.mu.Unlock(); b.child = c }

func (b *board) Took(_ *child.Child, k child.Kind, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.says = answer{}
	err := json.Unmarshal(payload, &b.says)
	if k == child.Ready {
		b.held = b.says.Held
	}
	return err
}

// on lets a process draw on a screen, until the test or the function that it gives ends it.
func on(t *testing.T, source string) (b *board, end func()) {
	t.Helper()
	command, err := child.Self("draws")
	if err != nil {
		t.Fatal(err)
	}
	b = &board{T: t, source: source}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		child.Keep(ctx, &child.Spec{Name: "display", Command: command, Protocol: &protocol, StartIn: time.Minute,
			Silence: 20 * time.Second, Memory: 256 << 20, Pace: 100}, b)
	}()
	end = func() { cancel(); <-done }
	t.Cleanup(end)
	b.until("running", func() bool { return b.life.State == child.Running })
	return b, end
}

// until waits for what the process says.
func (b *board) until(what string, ok func() bool) answer {
	b.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		is, says := ok(), b.says
		b.mu.Unlock()
		if is {
			return says
		}
	}
	b.Fatalf("not %s: %+v, %+v", what, b.says, b.life)
	return answer{}
}

// draw has the process draw what is new of a picture, waits until it has, and gives how long that
// took.
func (b *board) draw(strokes ...stroke) answer {
	b.Helper()
	text, err := json.Marshal(request{strokes})
	if err != nil {
		b.Fatal(err)
	}
	b.mu.Lock()
	b.says.Drawn = -1
	b.child.Tell(kindDraw, text)
	b.mu.Unlock()
	return b.until("drawn", func() bool { return b.says.Drawn == len(strokes) })
}

var outside = bufio.NewReader(os.Stdin)

// see asks the machine outside whether its screen shows what is claimed.
func see(t *testing.T, c claim) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n%s%s\n", look, text)
	line, err := outside.ReadString('\n')
	if line = strings.TrimSpace(line); err != nil || line != same {
		t.Errorf("%s: %s, %v", c.What, line, err)
	}
}

// see asks it of what the process has drawn.
func (b *board) see(what string, turn int, strokes ...stroke) {
	b.Helper()
	b.mu.Lock()
	c := claim{What: what, Name: b.says.Name, Size: b.says.Size, Turn: turn, Strokes: strokes}
	b.mu.Unlock()
	see(b.T, c)
}

var whole = stroke{1, image.Rect(0, 0, 4096, 4096)}

// TestKernelScreen: what the process draws is on the screen of a kernel, pixel by pixel: all of it,
// parts of it, and many parts one after the other.
func TestKernelScreen(t *testing.T) {
	b, end := on(t, "drm")
	if !strings.Contains(b.held, "seccomp") || strings.Contains(b.held, "NO landlock (kernel)") {
		t.Error("the process is not confined: ", b.held)
	}
	t.Log("confined by ", b.held)
	t.Log(b.draw(whole).Name)
	b.see("all of it", 0, whole)
	strokes := []stroke{whole, {2, image.Rect(100, 50, 300, 150)}}
	b.draw(strokes...)
	b.see("a part", 0, strokes...)
	for i := range 9 {
		strokes = append(strokes, stroke{3 + i, image.Rect(40*i, 30*i, 40*i+150, 30*i+90)})
		b.draw(strokes...)
	}
	b.see("part after part", 0, strokes...)

	for name, part := range map[string]image.Rectangle{"all": whole.Part, "200×100": image.Rect(9, 9, 209, 109)} {
		var took []time.Duration
		for i := range 50 {
			took = append(took, b.draw(whole, stroke{i, part}).Took, b.draw(whole).Took)
		}
		slices.Sort(took)
		t.Logf("%s: drawn in %v, p99 %v", name, took[len(took)/2], took[len(took)*99/100])
	}

	// Another process cannot have the card, and is told so.
	other, err := drm.Open("")
	if err != nil {
		t.Fatal(err)
	}
	size := other.Size()
	err = other.Draw(image.NewRGBA(image.Rectangle{Max: size}), image.Rectangle{Max: size})
	if err == nil || !strings.Contains(err.Error(), "another program") {
		t.Error("beside the process: ", err)
	}
	other.Close()
	b.see("beside another process", 0, whole)

	// When the process has ended the next one has the screen.
	end()
	again, _ := on(t, "drm")
	again.draw(stroke{77, whole.Part})
	again.see("by the next process", 0, stroke{77, whole.Part})
}

// TestKernelTurned: a screen that is mounted turned shows the picture upright to a person.
func TestKernelTurned(t *testing.T) {
	for _, turn := range []int{90, 180, 270} {
		b, end := on(t, fmt.Sprintf("drm:Virtual-1,turn=%d", turn))
		strokes := []stroke{whole, {5, image.Rect(20, 30, 220, 90)}}
		b.draw(whole)
		b.draw(strokes...)
		b.see(fmt.Sprintf("turned by %d", turn), turn, strokes...)
		end()
	}
}

// TestKernelPlugged: a screen that is pulled out is told, and one that is plugged in again shows
// the picture, without another process.
func TestKernelPlugged(t *testing.T) {
	plug := func(state string) {
		t.Helper()
		if err := os.WriteFile("/sys/class/drm/card0-Virtual-1/status", []byte(state), 0); err != nil {
			t.Fatal(err)
		}
	}
	defer plug("detect")
	plug("off")
	b, _ := on(t, "drm")
	s := b.until("gone", func() bool { return b.says.Fault != "" })
	if !strings.Contains(s.Fault, "nothing at Virtual-1") {
		t.Error(s.Fault)
	}
	for range 2 {
		plug("detect")
		b.draw(whole)
		b.see("plugged in", 0, whole)
		plug("off")
		s := b.until("gone", func() bool { return b.says.Fault != "" })
		t.Log(s.Fault)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.life.Restarts != 0 || b.life.LastError != nil {
		t.Errorf("%+v", b.life)
	}
}

// TestKernelFrameBuffer: the same by the older way.
func TestKernelFrameBuffer(t *testing.T) {
	b, _ := on(t, "fb:/dev/fb0")
	strokes := []stroke{whole, {5, image.Rect(20, 30, 220, 90)}}
	b.draw(whole)
	b.draw(strokes...)
	b.see("frame buffer", 0, strokes...)
}
