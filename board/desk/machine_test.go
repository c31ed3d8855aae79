package desk

import (
	"strings"
	"testing"

	"menshen/board/host"
	"menshen/internal/i18n"
)

// TestMachineFacts: the board's health in words, with a remedy where it is a fault.
func TestMachineFacts(t *testing.T) {
	const mib = 1 << 20
	for _, x := range []struct {
		h    host.Health
		want []string // a line each: name, state, and after ! a piece of the fault
	}{
		{host.Health{Free: 500 * mib, Size: 1000 * mib}, []string{"storage 500 MiB free of 1000 !"}},
		{host.Health{Celsius: 51.7, Measured: true, Free: 500 * mib, Size: 1000 * mib, Used: 20},
			[]string{"temperature 52 °C !", "storage 500 MiB free of 1000, up to 20% of its life used !"}},
		{host.Health{Celsius: 80, Measured: true, Free: 63 * mib, Size: 500 * mib},
			[]string{"temperature 80 °C !give the unit air", "storage 63 MiB free of 500 !nearly full"}},
		{host.Health{Free: 63 * mib, Size: 500 * mib, Used: 90},
			[]string{"storage 63 MiB free of 500, up to 90% of its life used !worn out"}},
	} {
		got := machineFacts(x.h, i18n.English)
		if len(got) != len(x.want) {
			t.Errorf("%+v: %+v", x.h, got)
			continue
		}
		for i, want := range x.want {
			state, fault, _ := strings.Cut(want, "!")
			if line := got[i].Name + " " + got[i].State + " "; line != state ||
				(got[i].Fault == "") != (fault == "") || !strings.Contains(got[i].Fault, fault) {
				t.Errorf("%q with %q, want %q", line, got[i].Fault, want)
			}
		}
	}
}
