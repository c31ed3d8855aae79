package calibration

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func shippedFile(t testing.TB) *Calibration {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// The points themselves, by what they promise at most; the line between them; and their ends.
func TestThresholdFollowsThePoints(t *testing.T) {
	c := shippedFile(t)
	c.Limits.Guard, c.Limits.MinVerify = 1, -1
	first, last := c.Points[0], c.Points[len(c.Points)-1]
	for i, p := range c.Points {
		want := Measured
		if p.Fitted {
			want = Extrapolated
		}
		o := c.Verify(1 / p.High)
		if !near(o.Threshold, p.Threshold, 1e-9) || o.Basis != want || !near(o.OneIn*p.High, 1, 1e-9) {
			t.Errorf("point %d: %v, want %.4f (%s)", i, o, p.Threshold, want)
		}
		if i > 0 {
			before := c.Points[i-1]
			o := c.Verify(1 / math.Sqrt(p.High*before.High))
			if !near(o.Threshold, (p.Threshold+before.Threshold)/2, 1e-9) || o.Basis != want {
				t.Errorf("half-way to point %d: %v", i, o)
			}
		}
	}
	o := c.Verify(1e3 / last.High)
	if o.Threshold != last.Threshold || o.Basis != AtLimit || !near(o.OneIn*last.High, 1, 1e-9) {
		t.Errorf("beyond the last point: %v", o)
	}
	if o := c.Verify(1); o.Threshold != first.Threshold || o.Basis != Measured {
		t.Errorf("before the first point: %v", o)
	}
}

// What was measured among 610 people (docs/figures.md), computed from the points alone.
func TestIdentifyAgreesWithTheMeasuredSearch(t *testing.T) {
	c := shippedFile(t)
	c.Limits.Guard, c.Limits.MinIdentify = 1, 0
	for threshold, measured := range map[float64]float64{.42: .065, .50: .0040} {
		fpir := -math.Expm1(610 * math.Log1p(-c.rate(threshold)))
		if fpir < measured || fpir > 2*measured {
			t.Errorf("at %.2f computed %.4f, measured %.4f: it must not promise more, nor half as much",
				threshold, fpir, measured)
		}
	}
}

func TestShippedOperatingPoints(t *testing.T) {
	c := shippedFile(t)
	few := c.Identify(2, 100)
	if few.Threshold != c.Limits.MinIdentify || !few.Kept() || few.OneIn < 4999 {
		t.Errorf("two people: %v", few)
	}
	house := c.Identify(600, 1000)
	if !near(house.OneIn, 1000, 1) || house.Basis != Extrapolated || house.Threshold > .575 {
		t.Errorf("six hundred people: %v", house)
	}
	town := c.Identify(100_000, 1000)
	if town.Kept() || town.OneIn > 10 || !strings.Contains(town.String(), "at limit") {
		t.Errorf("a hundred thousand people: %v: it must not promise what was not measured", town)
	}
	if v := c.Verify(10_000); !near(v.Threshold, .463, .001) || v.Margin != 0 || !near(v.OneIn, 10_000, 1) {
		t.Errorf("card and face: %v", v)
	}
}

// More people or a lower rate asked for never lower the threshold. The rate promised is
// never better than what the measured rates give, and is the one asked for unless the
// point says otherwise.
func TestOperatingIsMonotone(t *testing.T) {
	c := shippedFile(t)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200_000).Draw(t, "people")
		more := n + rapid.IntRange(0, 200_000).Draw(t, "more")
		a := rapid.Float64Range(0, 1e7).Draw(t, "attempts")
		b := a + rapid.Float64Range(0, 1e7).Draw(t, "stricter")
		base := c.Identify(n, a)
		for _, o := range []Operating{c.Identify(more, a), c.Identify(n, b)} {
			if o.Threshold < base.Threshold {
				t.Fatalf("threshold fell from %v to %v", base, o)
			}
		}
		for _, o := range []Operating{base, c.Verify(a)} {
			if o.Threshold > 1 || o.FMR <= 0 || o.FMR > 1 || math.IsNaN(o.OneIn) {
				t.Fatalf("no operating point: %+v", o)
			}
		}
		// A rate looser than that of the first point gets that stricter point. Any other is met,
		// unless it is beyond the limit.
		if base.Kept() && base.OneIn < math.Max(a, 1)*(1-1e-6) {
			t.Fatalf("%v says it keeps one in %g", base, a)
		}
		if v := c.Verify(a); v.Kept() && v.OneIn < math.Max(a, 1)*(1-1e-6) {
			t.Fatalf("%v says it keeps one in %g", v, a)
		}
	})
}

func TestTooSimilar(t *testing.T) {
	o := Operating{Threshold: .55, Margin: .05}
	if !o.TooSimilar(.51) || o.TooSimilar(.49) {
		t.Error("similar is from the threshold less the margin on")
	}
}

func TestTAR(t *testing.T) {
	c := shippedFile(t)
	if _, known := c.TAR(0); known {
		t.Error("below the first point nothing is known")
	}
	if tar, known := c.TAR(.45); !known || tar != .9928 {
		t.Errorf("TAR(.45) = %g", tar)
	}
}

func TestFileRoundTrip(t *testing.T) {
	c := shippedFile(t)
	c.Source.Date = Day(time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC))
	var buf bytes.Buffer
	if err := c.Write(&buf); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if again.Source != c.Source || again.Model != c.Model || again.Limits != c.Limits ||
		len(again.Points) != len(c.Points) {
		t.Errorf("read %+v, wrote %+v", again, c)
	}
	if err := c.For(c.Model.SHA256); err != nil {
		t.Error(err)
	}
	if err := c.For("0000"); !errors.Is(err, ErrModel) {
		t.Errorf("another model: %v", err)
	}
}

func TestRefusedFiles(t *testing.T) {
	text := string(shipped)
	for name, change := range map[string][2]string{
		"older format":      {"format = 2", "format = 1"},
		"newer format":      {"format = 2", "format = 3"},
		"unknown key":       {"guard = 3.0", "gaurd = 3.0"},
		"no provenance":     {"pictures = 'LFW", "pictures = '' # 'LFW"},
		"guard below 1":     {"guard = 3.0", "guard = 0.5"},
		"guard nan":         {"guard = 3.0", "guard = nan"},
		"rates rise":        {"fmr = 0.00263", "fmr = 0.00858"},
		"no interval":       {"high = 0.00274", ""},
		"interval below":    {"high = 0.00274", "high = 0.00262"},
		"no cosine":         {"threshold = 0.31", "threshold = 31.0"},
		"threshold nan":     {"threshold = 0.31", "threshold = nan"},
		"zero rate":         {"fmr = 0.00263", "fmr = 0.0"},
		"fitted, measured":  {"tar = 0.9986", "tar = 0.9986\nfitted = true"},
		"date for a number": {"format = 2", "format = 2026-01-01"},
		"not TOML":          {"[model]", "[model"},
		"too long":          {"[model]", "#" + strings.Repeat("x", maxFile) + "\n[model]"},
	} {
		broken := strings.Replace(text, change[0], change[1], 1)
		if broken == text {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := Read(strings.NewReader(broken)); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v, want ErrFile", name, err)
		}
	}
}

// What Read accepts can be used and written again.
func FuzzRead(f *testing.F) {
	f.Add(shipped)
	f.Add([]byte("format = 1\n[[point]]\nfmr = 1e-2\nthreshold = nan\n"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Read(bytes.NewReader(raw))
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		for _, o := range []Operating{c.Identify(500, 1000), c.Verify(10_000)} {
			if !(o.Threshold >= -1 && o.Threshold <= 1 && o.FMR > 0 && o.FMR <= 1) {
				t.Fatalf("operating point %+v from %+v", o, c)
			}
		}
		var buf bytes.Buffer
		if err := c.Write(&buf); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(&buf); err != nil {
			t.Fatalf("%v, from what Write wrote", err)
		}
	})
}
