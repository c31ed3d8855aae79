// Command one tries seeds of the simulated door until an invariant fails, and says which and how
// soon; for scripts/sim, which builds it with one deliberate fault.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/sim"
)

func main() {
	days := flag.Int("days", 8, "days of each history")
	within := flag.Duration("within", 30*time.Second, "for how long seeds are tried, of processor time")
	first := flag.Uint64("seed", 1, "the first seed")
	last := flag.Int("last", 0, "how many of the last events are told too")
	flag.Parse()
	debug.SetGCPercent(400) // a history makes much garbage, and holds little
	if err := try(*first, *days, *within, *last); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// try prints the seed that failed (0: none did), the days at the door until then, the seconds of
// processor time and the invariant, with tabs between.
func try(seed uint64, days int, within time.Duration, last int) error {
	lived := time.Duration(0)
	for ; used() < within; seed++ {
		p, err := sim.NewPlan(seed, days, true)
		if err != nil {
			return err
		}
		r, err := sim.Run(context.Background(), p, nil)
		if err != nil {
			return err
		}
		if r.Violation != nil {
			lived += r.Violation.At.Sub(p.Begin)
			fmt.Printf("%d\t%.1f\t%.1f\t%s\n", seed, lived.Hours()/24, used().Seconds(),
				r.Violation.Invariant)
			if last > 0 {
				fmt.Println(strings.Join(r.Last[max(0, len(r.Last)-last):], "\n"))
			}
			return nil
		}
		lived += r.Door
	}
	fmt.Printf("0\t%.1f\t%.1f\tnot found\n", lived.Hours()/24, used().Seconds())
	return nil
}

// used is the processor time of this process: a busy machine changes nothing of what is found.
func used() time.Duration {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
