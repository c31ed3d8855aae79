package desk_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eye"
	"menshen/recognizer/fusion"
)

// counting is a reader that counts.
type counting struct{ *haltest.Reader }

func (counting) Counts() []hal.Count {
	return []hal.Count{{Of: "cards", N: 0}, {Of: "keys", N: 0}, {Of: "frames with lost edges", N: 3}}
}

// TestStatusTellsOfSitePassback: the status says that doors heed each other's entries.
func TestStatusTellsOfSitePassback(t *testing.T) {
	for _, span := range []time.Duration{0, 10 * time.Minute} {
		b := newBench(t, func(c *config.Config) {
			c.Site.Passback, c.Site.PassbackSite = config.Duration(time.Hour), config.Duration(span)
		})
		if err := b.Vault.FoundSite("anna", "gate"); err != nil {
			t.Fatal(err)
		}
		st, err := b.Desk.Status(t.Context(), b.Staff)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(st.Others, func(f desk.Fact) bool { return f.Name == "site" })
		if i < 0 || strings.Contains(st.Others[i].State, "may not come in at another for 10 minutes") != (span > 0) {
			t.Errorf("%v: %+v", span, st.Others)
		}
	}
}

// TestStatusTellsOfReaders: what readers count is shown, nothing that never happened, and each kind
// that a driver has in Chinese too.
func TestStatusTellsOfReaders(t *testing.T) {
	b := newBench(t)
	if got := desk.ReaderState(b.State().Readers[0], i18n.English); got != "0 cards, 0 misread" {
		t.Errorf("a reader that does not count: %q", got)
	}
	counts := unit.ReaderState{Counts: counting{}.Counts()}
	if got := desk.ReaderState(counts, i18n.English); got != "0 cards, 3 frames with lost edges" {
		t.Errorf("a reader that counts: %q", got)
	}
	zh := catalogue.In("zh")
	if got := desk.ReaderState(counts, zh); got != "读卡 0、丢失边沿的帧 3" {
		t.Errorf("in Chinese: %q", got)
	}
	names := 0
	drivers, err := filepath.Glob("../../hal/*/reader.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range drivers {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range regexp.MustCompile(`(?s)NewTally\((.*?)\)`).FindAllStringSubmatch(string(source), -1) {
			for _, name := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(list[1], -1) {
				names++
				if !i18n.IsWord(name[1]) {
					t.Errorf("%s: %q is not in the vocabulary", file, name[1])
				}
			}
		}
	}
	if names < 10 {
		t.Errorf("only %d counts were found", names)
	}
}

// TestStatusTellsWhoStandsThere: the advice that the person at the door gets, who is asked for
// what, and that templates and threshold are in order.
func TestStatusTellsWhoStandsThere(t *testing.T) {
	b := newBench(t)
	b.Enrolled(7)
	state := b.State
	facts := func(lang i18n.Language) map[string]desk.Fact {
		m := map[string]desk.Fact{}
		for _, f := range desk.FaceFacts(b.Desk, state(), lang) {
			m[f.Name] = f
		}
		return m
	}
	if f, there := facts(i18n.English)["at the door"]; there {
		t.Errorf("no person is there: %+v", f)
	}
	o := boardtest.Look(8)
	o.Embedding, o.Quality.Advice = nil, scene.ComeCloser
	b.Driver.See(&o)
	en, zh := facts(i18n.English)["at the door"].State, facts(catalogue.In("zh"))["at the door"].State
	if en != "a person: please come closer" || zh != "有人：请靠近一些" {
		t.Errorf("a person too far away: %q, %q", en, zh)
	}
	for told, want := range map[scene.Scene]string{
		{Kind: scene.Acting, Act: scene.CloseEyes}: "a person: please close your eyes for a moment",
		{Kind: scene.Looking}:                      "a person: please look straight at the camera",
		{Kind: scene.Refused}:                      "a person",
	} {
		state = func() unit.State { s := b.State(); s.Scene = told; return s }
		if got := facts(i18n.English)["at the door"].State; got != want {
			t.Errorf("told %v: %q, want %q", told.Kind, got, want)
		}
	}
	state = b.State
	b.Later(time.Minute)
	f := facts(i18n.English)
	if !strings.HasPrefix(f["templates"].State, "1 in memory") || f["threshold"].Fault != "" || len(f) != 2 {
		t.Errorf("at rest: %+v", f)
	}
	how, _ := b.Unit.Compares()
	promised := how.Scores.Identify(100_000, 1_000_000)
	state = func() unit.State { s := b.State(); s.Faces.At = promised; return s }
	if f := facts(i18n.English)["threshold"]; promised.Kept() || !strings.Contains(f.Fault, "with_card") {
		t.Errorf("more was promised than can be kept: %+v", f)
	}
	b.Config.Faces.WithCard, state = true, b.State
	if f := facts(i18n.English)["threshold"]; f.Fault != "" || !strings.HasPrefix(f.State, "score 0.46") {
		t.Errorf("after the card a face is compared with one, and that can be kept: %+v", f)
	}
	var refused fusion.Attempts
	for range 5 {
		refused = refused.Failed(fusion.DefaultLimits(), b.Clock.Running())
	}
	state = func() unit.State {
		s := b.State()
		s.Faces.Failures, s.Faces.Lockout = refused.Failures, refused.Lockout(b.Clock.Running())
		return s
	}
	en, zh = facts(i18n.English)["tries"].State, facts(catalogue.In("zh"))["tries"].State
	if !strings.HasPrefix(en, "5 faces denied in a row; faces are locked out until ") ||
		!strings.Contains(zh, "刷卡照常") {
		t.Errorf("faces that rest: %q, %q", en, zh)
	}
}

// TestStatusLeavesNoFaultOut: whatever device has a fault has a line.
func TestStatusLeavesNoFaultOut(t *testing.T) {
	b := newBench(t)
	want := []string{"input rex", "output camera", "reader outside", "relay", "retention"}
	for _, device := range want {
		if err := b.Unit.Report(context.Background(), device, errors.New("broken")); err != nil {
			t.Fatal(err)
		}
	}
	st, err := b.Desk.Status(context.Background(), b.Staff)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range slices.Concat(st.Readers, st.Others) {
		if f.Fault == "broken" {
			got[f.Name] = true
		}
	}
	if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, want) {
		t.Errorf("faults shown: %q, want %q", have, want)
	}
}

// TestWordsOfTheEye: each state and mode of the camera, and each ground of a threshold,
// is a word of the vocabulary.
func TestWordsOfTheEye(t *testing.T) {
	said := []string{string(calibration.Measured), string(calibration.Extrapolated), string(calibration.AtLimit)}
	for _, s := range []eye.CameraState{eye.CameraOff, eye.CameraOK, eye.CameraGone, eye.CameraSilent,
		eye.CameraFrozen, eye.CameraBlack, eye.CameraSize} {
		said = append(said, string(s))
	}
	for m := eye.Off; !strings.HasPrefix(m.String(), "mode("); m++ {
		said = append(said, m.String())
	}
	for _, w := range said {
		if !i18n.IsWord(w) {
			t.Errorf("%q is not in the vocabulary", w)
		}
	}
}
