//go:build vboard

package pcm_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"menshen/hal/scene"
	"menshen/hal/voice"
	"menshen/hal/voice/pcm"
	"menshen/hal/voice/recording"
	"menshen/internal/child"
)

// These tests play on the kernel's loopback (snd-aloop) and hear at its other end, on a virtual
// board (scripts/vboard/run.sh voice/pcm).

const (
	other      = "/dev/snd/pcmC0D1c"
	recordings = "/voice"
)

func TestMain(m *testing.M) {
	if strings.Join(os.Args[1:], " ") == "voice" {
		if err := voice.Main(3); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func loopback(t *testing.T) pcm.Card {
	t.Helper()
	c, err := pcm.Find(os.DirFS("/sys"), "Loopback")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// phrase gives a recording as it is at the card.
func phrase(t *testing.T, id string, rate int) []int16 {
	t.Helper()
	r, err := recording.Files{recordings}.Read("en", id)
	if err != nil {
		t.Fatal(err)
	}
	s := recording.NewResampler(r, rate)
	out := make([]int16, s.Len())
	s.Read(out)
	return trimmed(out)
}

func trimmed(s []int16) []int16 {
	for s[0] == 0 {
		s = s[1:]
	}
	for s[len(s)-1] == 0 {
		s = s[:len(s)-1]
	}
	return s
}

func opened(t *testing.T) (*pcm.Player, *pcm.Capture) {
	t.Helper()
	p, err := pcm.Open(loopback(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	c, err := pcm.Listen(other, p.Mode.Rate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return p, c
}

// play hands over all of the samples, as there is room.
func play(t *testing.T, p *pcm.Player, samples []int16) {
	t.Helper()
	for len(samples) > 0 {
		n, err := p.Write(samples[:min(len(samples), p.Mode.Period)])
		if err != nil {
			t.Fatal(err)
		}
		if samples = samples[n:]; n == 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// TestKernelPlay: the card gives out each sample that it was given, and no other.
func TestKernelPlay(t *testing.T) {
	p, c := opened(t)
	t.Logf("%+v", p.Mode)
	for _, id := range []string{"scene.opened", "scene.tap-card", "scene.fire"} {
		want := phrase(t, id, p.Mode.Rate)
		play(t, p, slices.Concat(want, make([]int16, p.Mode.Buffer)))
		time.Sleep(300 * time.Millisecond)
		if err := p.Stop(); err != nil {
			t.Fatal(err)
		}
		got, err := c.Heard()
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %d samples heard, %d played, %v", id, len(got), len(want), err)
		}
	}
	if p.Underruns > 0 {
		t.Errorf("%d underruns", p.Underruns)
	}
}

// TestKernelTakeBack: what was taken back is not heard, and what is written then is, without a
// sample between.
func TestKernelTakeBack(t *testing.T) {
	p, c := opened(t)
	ramp := make([]int16, p.Mode.Rate)
	for i := range ramp {
		ramp[i] = int16(i%20000 + 1)
	}
	play(t, p, ramp[:20000])
	back, err := p.TakeBack(p.Mode.Rate / 125)
	if err != nil || len(back) < p.Mode.Period {
		t.Fatalf("%d samples come back, %v", len(back), err)
	}
	if !slices.Equal(back, ramp[20000-len(back):20000]) {
		t.Error("other samples come back than were written")
	}
	mark := slices.Repeat([]int16{-7}, 3000)
	play(t, p, slices.Concat(mark, make([]int16, p.Mode.Buffer)))
	time.Sleep(300 * time.Millisecond)
	p.Stop()
	got, err := c.Heard()
	if want := slices.Concat(ramp[:20000-len(back)], mark); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d samples heard, want %d, %v", len(got), len(want), err)
	}
}

// TestKernelUnderrun: a card that ran dry goes on with the next words.
func TestKernelUnderrun(t *testing.T) {
	p, c := opened(t)
	first, second := slices.Repeat([]int16{5}, 2000), slices.Repeat([]int16{6}, 2000)
	play(t, p, first)
	time.Sleep(500 * time.Millisecond)
	play(t, p, slices.Concat(second, make([]int16, p.Mode.Buffer)))
	time.Sleep(300 * time.Millisecond)
	p.Stop()
	got, err := c.Heard()
	five, six := 0, 0
	for _, s := range got {
		if s == 5 {
			five++
		} else if s == 6 {
			six++
		}
	}
	// The card ends with whole periods only: what stands in a last one that is not full is lost.
	if err != nil || p.Underruns != 1 || five < 2000-p.Mode.Period || six != 2000 {
		t.Errorf("%d and %d heard, %d underruns, %v", five, six, p.Underruns, err)
	}
}

func speaking(t *testing.T) *voice.Voice {
	t.Helper()
	v, err := voice.Start(t.Context(), voice.Config{Card: "Loopback", Recordings: recording.Files{recordings},
		Language: "en", Command: []string{os.Args[0], "voice"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	until(t, v, "running", func(s voice.Status) bool { return s.State == child.Running })
	return v
}

func until(t *testing.T, v *voice.Voice, what string, ok func(voice.Status) bool) voice.Status {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if s := v.Status(); ok(s) {
			return s
		}
	}
	t.Fatalf("not %s: %+v", what, v.Status())
	return voice.Status{}
}

// TestKernelSpeaks: the confined process says a scene, and what the card gives out is the
// recording, sample by sample; then many scenes, each soon broken off by the next.
func TestKernelSpeaks(t *testing.T) {
	v := speaking(t)
	c, err := pcm.Listen(other, 48000)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := v.Status()
	t.Logf("%s; %v", s.Card, s.Confined)
	if !s.Confined.Seccomp || !s.Confined.NoCapabilities {
		t.Errorf("confined by %v", s.Confined)
	}
	c.Heard()
	v.Present(scene.Scene{Kind: scene.Opened})
	until(t, v, "heard", func(s voice.Status) bool { return s.Said == 1 && !s.Talking })
	time.Sleep(200 * time.Millisecond)
	got, err := c.Heard()
	if want := phrase(t, "scene.opened", 48000); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d samples heard, %d recorded, %v", len(got), len(want), err)
	}
	idle := burnt(t, v.Status().PID, 10*time.Second)

	var took []time.Duration
	kinds := slices.DeleteFunc(scene.Kinds(), func(k scene.Kind) bool {
		s := scene.Scene{Kind: k}
		return len(s.Spoken()) == 0 || k == scene.Waiting || k == scene.Standing // those have words of another
	})
	for round := range 5 {
		for _, k := range kinds {
			before := v.Status().Said
			v.Present(scene.Scene{Kind: k})
			s := until(t, v, fmt.Sprintf("heard, kind %d in round %d", k, round), func(s voice.Status) bool {
				return s.Said > before
			})
			took = append(took, s.Took)
		}
	}
	slices.Sort(took)
	busy := burnt(t, v.Status().PID, 2*time.Second)
	s = v.Status()
	t.Logf("from Present to the first sound at the card, %d scenes: p50 %v, p99 %v, most %v", len(took),
		took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
	t.Logf("processor while silent %.2f %%, while it speaks %.2f %%; %.1f MiB; %d underruns", idle, busy,
		float64(s.RSS)/(1<<20), s.Underruns)
	if s.Underruns > 0 || took[len(took)*99/100] > 50*time.Millisecond {
		t.Error("too late, or with gaps")
	}
}

// burnt gives how much of a processor a process takes, in per cent.
func burnt(t *testing.T, pid int, d time.Duration) float64 {
	t.Helper()
	ticks := func() (sum int) {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(raw), ") ")
		for _, field := range strings.Fields(rest)[11:13] {
			n, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		return sum
	}
	before := ticks()
	time.Sleep(d)
	return float64(ticks()-before) / d.Seconds() // ticks are hundredths of a second
}

// TestKernelPulledOut: a card that is pulled out is told, and found again when it is back.
func TestKernelPulledOut(t *testing.T) {
	v := speaking(t)
	const driver = "/sys/bus/platform/drivers/snd_aloop/"
	if err := os.WriteFile(driver+"unbind", []byte("snd_aloop.0"), 0o200); err != nil {
		t.Fatal(err)
	}
	s := until(t, v, "gone", func(s voice.Status) bool { return s.LastError != nil })
	t.Log(s.LastError)
	if s.Trouble() == nil {
		t.Error("nothing is told")
	}
	v.Present(scene.Scene{Kind: scene.Opened}) // costs nothing
	if err := os.WriteFile(driver+"bind", []byte("snd_aloop.0"), 0o200); err != nil {
		t.Fatal(err)
	}
	until(t, v, "back", func(s voice.Status) bool { return s.State == child.Running })
	v.Present(scene.Scene{Kind: scene.Refused, Next: scene.TapCard})
	until(t, v, "heard", func(s voice.Status) bool { return s.Said == 1 })
}
