package demo

import (
	"bufio"
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// figures tells how long the door took, by the unit's own records. A decision has the time of its
// last Wiegand bit or last frame; the relay's record has the time just before its move.
func (s *story) figures(ctx context.Context) error {
	es, err := s.unit.Records(0)
	if err != nil {
		return err
	}
	took := map[policy.Means][]time.Duration{}
	for i, e := range es[:len(es)-1] {
		if next := es[i+1]; e.Kind == audit.Decision && e.Grant && next.Kind == audit.Relay {
			took[e.Means] = append(took[e.Means], next.At.Sub(e.At))
		}
	}
	s.say("")
	s.say("Figures of this run, on this machine:")
	for _, f := range []struct {
		by   policy.Means
		what string
	}{
		{policy.ByCard, "last Wiegand bit to relay"},
		{policy.ByFace, "last frame captured to relay"},
		{policy.ByREX, "REX to relay (debounced)"},
	} {
		d := took[f.by]
		slices.Sort(d)
		if len(d) > 0 {
			s.say("  %-30s %6.1f ms (median of %d; slowest %.1f ms)", f.what, ms(d[len(d)/2]), len(d), ms(d[len(d)-1]))
		}
	}
	st, err := s.desk.Status(ctx, s.staff)
	if err != nil {
		return err
	}
	s.say("  %-30s %6d MiB", "memory of the door's process", resident()>>20)
	s.say("  %-30s %s", "the eye's process", st.Camera.State)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// resident is this process's memory in bytes (proc(5), VmRSS).
func resident() int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if v, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}
