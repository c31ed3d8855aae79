package attack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRunCountsAndReports(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report")
	t.Setenv(Report, report)
	t.Setenv(Length, "6x")
	t.Setenv(Seed, "7")
	var drawn []uint64
	c := Run(t, "doors", 2, func(c *Campaign) {
		drawn = append(drawn, c.Rand.Uint64())
		c.Count([]string{"refused", "noticed"}[c.Round%2])
	})
	if c.Counted("refused") != 3 || c.Counted("noticed") != 3 || c.String() != "3 refused, 3 noticed" {
		t.Errorf("counted %s", c)
	}
	row, err := os.ReadFile(report)
	if err != nil || !strings.HasPrefix(string(row), "doors\t") ||
		!strings.HasSuffix(string(row), "\t3 refused, 3 noticed\n") {
		t.Errorf("reported %q, %v", row, err)
	}
	t.Setenv(Seed, "7:4") // one round alone draws the same as among the others
	Run(t, "doors", 2, func(c *Campaign) {
		if c.Round != 4 || c.Rand.Uint64() != drawn[4] {
			t.Errorf("round %d is another one", c.Round)
		}
	})
}

func TestRunGoesOnForATime(t *testing.T) {
	t.Setenv(Length, "30ms")
	began := time.Now()
	Run(t, "waiting", 1, func(c *Campaign) { c.Count("waited"); time.Sleep(time.Millisecond) })
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("ended after %v", took)
	}
}

func TestLengthsAndSeedsThatMeanNothing(t *testing.T) {
	for _, s := range []string{"x", "0x", "-3x", "5", "-1m", "soon"} {
		if l, err := parseLength(s); err == nil {
			t.Errorf("%q was read as %+v", s, l)
		}
	}
	for _, s := range []string{"seven", "7:", ":7", "7:x"} {
		if from, err := parseSeed(s); err == nil {
			t.Errorf("%q was read as %+v", s, from)
		}
	}
}
