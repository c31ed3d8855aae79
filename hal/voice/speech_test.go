package voice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"menshen/hal/scene"

	"pgregory.net/rapid"
)

// talk is a door at which words take two seconds, in simulated time.
type talk struct {
	rules   *speech
	now     time.Time
	talking *words
	until   time.Time
	log     []string // when, and what; "!" before what breaks something off
}

func newTalk() *talk { return &talk{rules: newSpeech(), now: time.Unix(1000, 0)} }

const words2s = 2 * time.Second

// wait lets time go by, by ticks of 100 ms: the log shows each exactly.
func (k *talk) wait(d time.Duration) {
	for end := k.now.Add(d); k.now.Before(end); k.now = k.now.Add(100 * time.Millisecond) {
		if k.talking != nil && !k.now.Before(k.until) {
			k.rules.end(k.now, k.talking)
			k.talking = nil
		}
		if w := k.rules.next(k.now, k.talking); w != nil {
			broken := ""
			if k.talking != nil {
				broken = "!"
			}
			k.log = append(k.log, fmt.Sprintf("%.1f %s%s", k.now.Sub(time.Unix(1000, 0)).Seconds(), broken,
				strings.ReplaceAll(w.ids[0], "scene.", "")))
			k.talking, k.until = w, k.now.Add(words2s)
		}
	}
}

func (k *talk) tell(s scene.Scene) { k.rules.tell(order{scene: s, volume: 60, at: 1}.words("en")) }

// TestWhatIsSaid: scenes as they come at a door, and what is said of them, when.
func TestWhatIsSaid(t *testing.T) {
	ready, opened, refused := scene.Scene{}, scene.Scene{Kind: scene.Opened},
		scene.Scene{Kind: scene.Refused, Next: scene.TapCard}
	closer := scene.Scene{Kind: scene.Looking, Advice: scene.ComeCloser}
	still := scene.Scene{Kind: scene.Looking, Advice: scene.HoldStill}
	look := scene.Scene{Kind: scene.Looking}
	forced, fire := scene.Scene{Kind: scene.Alarm}, scene.Scene{Kind: scene.Fire}
	asked, askedAgain := scene.Scene{Kind: scene.Asking, Done: 4}, scene.Scene{Kind: scene.Asking, Done: 5}
	type step struct {
		s     scene.Scene
		after time.Duration
	}
	for name, c := range map[string]struct {
		steps []step
		want  string
	}{
		"a visit":             {[]step{{opened, 5}, {ready, 20}}, "0.0 opened"},
		"ready again at once": {[]step{{opened, 1}, {ready, 20}}, "0.0 opened"},
		"the last counts":     {[]step{{refused, 1}, {opened, 20}}, "0.0 refused, 1.0 !opened"},
		"three taps": {[]step{{refused, 3}, {ready, 1}, {refused, 3}, {ready, 1}, {refused, 20}},
			"0.0 refused"},
		"again later":             {[]step{{refused, 6}, {ready, 6}, {refused, 6}}, "0.0 refused, 12.0 refused"},
		"advice waits":            {[]step{{look, 1}, {closer, 9}}, "0.0 look, 2.0 come-closer"},
		"advice is apart":         {[]step{{closer, 2}, {still, 10}}, "0.0 come-closer, 5.0 hold-still"},
		"advice that is over":     {[]step{{closer, 1}, {still, 1}, {ready, 20}}, "0.0 come-closer"},
		"only the last advice":    {[]step{{look, 1}, {closer, 0}, {still, 8}}, "0.0 look, 2.0 hold-still"},
		"an answer breaks advice": {[]step{{closer, 1}, {opened, 9}}, "0.0 come-closer, 1.0 !opened"},
		"an alarm, again and again": {[]step{{forced, 31}, {ready, 60}},
			"0.0 alarm, 14.0 alarm, 28.0 alarm"},
		"fire breaks off all":      {[]step{{opened, 1}, {fire, 9}}, "0.0 opened, 1.0 !fire"},
		"two alarms":               {[]step{{forced, 1}, {fire, 9}}, "0.0 alarm, 1.0 !fire"},
		"the same fire told again": {[]step{{fire, 1}, {fire, 9}}, "0.0 fire"},
		"an answer during an alarm": {[]step{{forced, 5}, {opened, 3}, {forced, 9}},
			"0.0 alarm, 5.0 opened, 8.0 alarm"},
		"one more tap of five": {[]step{{asked, 1}, {askedAgain, 9}}, "0.0 asking"},
		"in two languages": {[]step{{opened, 3}, {scene.Scene{Kind: scene.Opened, Lang: "zh"}, 9}},
			"0.0 opened, 3.0 opened"},
		"a door that is not set up": {[]step{{scene.Scene{Kind: scene.SetUp}, 60}}, ""},
		"a moment, and then an answer": {[]step{{scene.Scene{Kind: scene.Waiting}, 1}, {refused, 9}},
			"0.0 wait, 1.0 !refused"},
	} {
		k := newTalk()
		for _, s := range c.steps {
			k.tell(s.s)
			k.wait(s.after * time.Second)
		}
		if got := strings.Join(k.log, ", "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestCalm: whatever scenes come, and however fast, nothing is said after its scene but what was
// begun; the same words are ten seconds apart unless there is an alarm; nothing queues.
func TestCalm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, last := newTalk(), map[string]time.Time{}
		for range rapid.IntRange(1, 60).Draw(t, "scenes") {
			s := scene.Scene{Kind: rapid.SampledFrom(scene.Kinds()).Draw(t, "kind"),
				Advice: scene.Advice(rapid.IntRange(0, 2).Draw(t, "advice"))}
			before := len(k.log)
			k.tell(s)
			k.wait(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			for _, said := range k.log[before:] {
				at, what, _ := strings.Cut(said, " ")
				what = strings.TrimPrefix(what, "!")
				if spoken := s.Spoken(); len(spoken) == 0 || spoken[0].ID != "scene."+what {
					t.Fatalf("%s is said of kind %d", said, s.Kind)
				}
				d, _ := time.ParseDuration(at + "s")
				now := time.Unix(1000, 0).Add(d)
				if since := now.Sub(last[what]); since < sayAgain && rankOf(s) != alarm {
					t.Fatalf("%s is said again after %v: %v", what, since, k.log)
				}
				last[what] = now
			}
		}
	})
}

// TestVolumeOfAlarms: words of an alarm are never quiet, and all others as they are told.
func TestVolumeOfAlarms(t *testing.T) {
	for _, k := range scene.Kinds() {
		want := 7
		if k == scene.Alarm || k == scene.Fire || k == scene.Evacuation {
			want = 100
		}
		if got := (order{scene: scene.Scene{Kind: k}, volume: 7}).words("en").volume; got != want {
			t.Errorf("kind %d: %d", k, got)
		}
	}
}
