package eval

import "math"

// MinErrors is how many errors a rate needs to be given. By the "rule of 30" (Doddington 1998), 10
// give it to within about half and double.
const MinErrors = 10

// Verification is one picture against one, over all pairs.
type Verification struct {
	Genuine, Impostor int // pairs
	EER               float64
	EERThreshold      float64
	Points            []VerifyPoint
	DET               []DETPoint
	genuine, impostor counts
}

// VerifyPoint is a threshold set for a false match rate.
type VerifyPoint struct {
	Wanted    float64 // false match rate asked for
	Threshold float64
	FMR, TAR  Rate
	Balanced  float64 // TAR as the mean over people
	WithFTA   Rate    // TAR where each pair with a picture that could not be used counts as missed
}

// DETPoint is one threshold's two errors.
type DETPoint struct{ Threshold, FMR, FNMR float64 }

// wantedRates are the false match rates that are reported, as far as the pictures go.
var wantedRates = []float64{1e-2, 1e-3, 1e-4, 1e-5, 1e-6}

// verify compares every picture with every other, but those of people who are perhaps one. lost is
// how many pictures of each person could not be used.
func verify(samples []sample, lost []int, one onePerson) *Verification {
	people := len(lost)
	v := new(Verification)
	pairs := make([]step, 0, len(samples)*(len(samples)-1)/2)
	usable := make([]int, people)
	for i, a := range samples {
		usable[a.person]++
		for _, b := range samples[:i] {
			if one.is(a.person, b.person) {
				continue
			}
			s := toStep(dot(a.face, b.face))
			pairs = append(pairs, s)
			if a.person == b.person {
				v.genuine.add(s)
			} else {
				v.impostor.add(s)
			}
		}
	}
	v.Genuine, v.Impostor = v.genuine.total, v.impostor.total
	if v.Genuine == 0 || v.Impostor == 0 {
		return v
	}
	v.curve()
	for _, wanted := range wantedRates {
		reach := int(wanted * float64(v.Impostor))
		if reach < MinErrors {
			break
		}
		t := v.impostor.threshold(reach)
		accepted, matched := make(tallies, people), make(tallies, people)
		next := 0
		for i, a := range samples {
			for _, b := range samples[:i] {
				if one.is(a.person, b.person) {
					continue
				}
				hit := pairs[next] >= t
				next++
				if a.person == b.person {
					accepted.add(a.person, hit)
				} else { // the pair is each one's: resampling people then moves both
					matched.add(a.person, hit)
					matched.add(b.person, hit)
				}
			}
		}
		p := VerifyPoint{
			Wanted: wanted, Threshold: t.cosine(),
			FMR: matched.rate(), TAR: accepted.rate(), Balanced: accepted.balanced(),
		}
		for person, n := range lost {
			accepted[person].trials += n*usable[person] + n*(n-1)/2
		}
		p.WithFTA = accepted.rate()
		p.FMR.Errors, p.FMR.Trials = p.FMR.Errors/2, p.FMR.Trials/2
		v.Points = append(v.Points, p)
	}
	return v
}

// curve finds the detection error trade-off, thinned to where it changes, and the equal error rate.
func (v *Verification) curve() {
	match, accept := v.impostor.reach(), v.genuine.reach()
	closest := math.Inf(1)
	var last DETPoint
	for i := range match {
		p := DETPoint{step(i - top).cosine(), match[i], 1 - accept[i]}
		if apart := math.Abs(p.FMR - p.FNMR); apart < closest {
			closest = apart
			v.EER, v.EERThreshold = (p.FMR+p.FNMR)/2, p.Threshold
		}
		if p.FMR == 0 || p.FNMR == 0 {
			continue
		}
		moved := math.Abs(probit(p.FMR)-probit(last.FMR)) + math.Abs(probit(p.FNMR)-probit(last.FNMR))
		if len(v.DET) == 0 || moved > 0.02 {
			v.DET = append(v.DET, p)
			last = p
		}
	}
}

// probit is the normal quantile: the axes of a DET curve (Martin et al. 1997).
func probit(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
