// Package attack runs campaigns for tests: it repeats one kind of attack and counts the outcomes.
//
// In `make test` a campaign has a few rounds. `make attack` gives each one minutes and prints one
// table. Two environment variables say so:
//
//	MENSHEN_ATTACK=5m      each campaign goes on for five minutes; 1500x: for 1,500 rounds
//	MENSHEN_ATTACK_SEED=7  the random choices begin at this seed, which a failed campaign prints
//
// Each round has a source of random numbers of its own, made from the seed and the round's number,
// so that a round that failed can be run again alone: MENSHEN_ATTACK_SEED=7:311.
package attack

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The environment variables. Report names a file to which each campaign appends its row,
// with tabs between the columns.
const (
	Length = "MENSHEN_ATTACK"
	Seed   = "MENSHEN_ATTACK_SEED"
	Report = "MENSHEN_ATTACK_REPORT"
)

// Campaign is one attack that runs. Its methods are for the goroutine of the test.
type Campaign struct {
	Rand  *rand.Rand // of this round
	Round int        // 0, 1, …

	counts map[string]int
	order  []string
}

// Count counts the outcome of a round, or of one step of it: "refused", "noticed".
func (c *Campaign) Count(outcome string) {
	if c.counts[outcome] == 0 {
		c.order = append(c.order, outcome)
	}
	c.counts[outcome]++
}

// Counted gives how often an outcome was counted so far.
func (c *Campaign) Counted(outcome string) int { return c.counts[outcome] }

// String gives the outcomes in the order in which they first came: "380 refused, 12 noticed".
func (c *Campaign) String() string {
	var all []string
	for _, o := range c.order {
		all = append(all, fmt.Sprintf("%d %s", c.counts[o], o))
	}
	return strings.Join(all, ", ")
}

// Run runs the attack for so many rounds, or as the environment says. It ends early when
// the test failed, and then names the seed and the round. Otherwise it logs the counts,
// and appends them to the report.
func Run(t testing.TB, name string, rounds int, harm func(c *Campaign)) *Campaign {
	t.Helper()
	long, err := parseLength(os.Getenv(Length))
	if err != nil {
		t.Fatalf("%s: %v", Length, err)
	}
	from, err := parseSeed(os.Getenv(Seed))
	if err != nil {
		t.Fatalf("%s: %v", Seed, err)
	}
	c := &Campaign{counts: map[string]int{}}
	began := time.Now()
	defer func() {
		if t.Failed() {
			t.Logf("attack %s: round %d; again with %s=%d:%d", name, c.Round, Seed, from.seed, c.Round)
		}
	}()
	if long.rounds > 0 {
		rounds = long.rounds
	}
	for n := 0; long.goesOn(n, rounds, time.Since(began)); n++ {
		c.Round = from.round + n
		c.Rand = rand.New(rand.NewPCG(from.seed, uint64(c.Round)))
		harm(c)
		if t.Failed() || from.once {
			break
		}
	}
	t.Logf("attack %s: %s", name, c)
	if err := c.report(name, time.Since(began)); err != nil {
		t.Error(err)
	}
	return c
}

// report appends the campaign's row to the file that the environment names.
func (c *Campaign) report(name string, took time.Duration) error {
	path := os.Getenv(Report)
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("reporting the attack: %w", err)
	}
	_, err = fmt.Fprintf(f, "%s\t%s\t%s\n", name, took.Round(100*time.Millisecond), c)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// length is how long each campaign goes on; the zero value leaves it to the campaign.
type length struct {
	rounds int
	time   time.Duration
}

func (l length) goesOn(done, rounds int, took time.Duration) bool {
	if l.time > 0 {
		return took < l.time
	}
	return done < rounds
}

// parseLength reads "5m" or "1500x", as go test's -benchtime is written.
func parseLength(s string) (l length, err error) {
	if s == "" {
		return length{}, nil
	}
	if n, ok := strings.CutSuffix(s, "x"); ok {
		if l.rounds, err = strconv.Atoi(n); err == nil && l.rounds < 1 {
			err = fmt.Errorf("%q is not a number of rounds", s)
		}
		return l, err
	}
	if l.time, err = time.ParseDuration(s); err == nil && l.time <= 0 {
		err = fmt.Errorf("%q is not in the future", s)
	}
	return l, err
}

// start says where the random choices begin: a seed, and perhaps one round alone.
type start struct {
	seed  uint64
	round int
	once  bool
}

// parseSeed reads "7" or "7:311"; empty draws a seed.
func parseSeed(s string) (from start, err error) {
	if s == "" {
		return start{seed: rand.Uint64()}, nil
	}
	seed, round, one := strings.Cut(s, ":")
	if from.seed, err = strconv.ParseUint(seed, 10, 64); err == nil && one {
		from.once = true
		from.round, err = strconv.Atoi(round)
	}
	return from, err
}
