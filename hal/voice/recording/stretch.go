package recording

import (
	"math"
	"time"
)

// Stretch gives a recording so many times as long, from 1 to 2, at the same pitch: pieces of 30 ms
// overlap by half, each taken from where it goes on best from the one before (WSOLA; Verhelst and
// Roelands, ICASSP 1993).
func Stretch(r *Recording, times float64) *Recording {
	hop := int(stretchHop * time.Duration(r.Rate) / time.Second)
	reach := hop / 2
	if times <= 1 || hop == 0 || len(r.Samples) < 4*hop {
		return r
	}
	times = min(times, 2)
	in := r.Samples
	out := make([]float64, 0, int(float64(len(in))*times)+2*hop)
	fade := make([]float64, hop)
	for i := range fade {
		fade[i] = 0.5 - 0.5*math.Cos(math.Pi*(float64(i)+0.5)/float64(hop))
	}
	for _, s := range in[:hop] {
		out = append(out, float64(s))
	}
	next := hop // where what was written last goes on in the recording
	for at := hop; ; at += hop {
		want := int(float64(at) / times)
		if want+reach+2*hop >= len(in) || next+hop >= len(in) {
			break
		}
		best := alike(in, next, max(0, want-reach), want+reach, hop)
		for i := range hop {
			out = append(out, (1-fade[i])*float64(in[next+i])+fade[i]*float64(in[best+i]))
		}
		next = best + hop
	}
	for _, s := range in[min(next, len(in)):] {
		out = append(out, float64(s))
	}
	long := &Recording{Rate: r.Rate, Samples: make([]int16, len(out))}
	for i, s := range out {
		long.Samples[i] = int16(math.Round(s))
	}
	return long
}

const stretchHop = 15 * time.Millisecond

// alike gives the place from first to last at which n samples are most like those at a place: by
// every fourth sample at every fourth place first, then around the best.
func alike(in []int16, at, first, last, n int) int {
	best := nearest(in, at, first, last, n, 4)
	return nearest(in, at, max(first, best-3), min(last, best+3), n, 1)
}

func nearest(in []int16, at, first, last, n, step int) (best int) {
	most := math.Inf(-1)
	for from := first; from <= last; from += step {
		dot, power := 0.0, 1.0
		for i := 0; i < n; i += step {
			a, b := float64(in[at+i]), float64(in[from+i])
			dot += a * b
			power += b * b
		}
		if like := dot / math.Sqrt(power); like > most {
			most, best = like, from
		}
	}
	return best
}
