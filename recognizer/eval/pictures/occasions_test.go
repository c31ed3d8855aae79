package pictures

import (
	"path/filepath"
	"testing"

	"menshen/recognizer"
)

// TestOccasions: with more occasions fewer looks of the enrolled miss the threshold, and with the
// mean of them hardly more strangers reach it. With the best of them many more do: so the mean is
// used, and the threshold follows from the number of people (docs/decisions/0044).
func TestOccasions(t *testing.T) {
	set := lookedAt(t)
	faces := map[string][][]float32{}
	var folders []string
	for _, path := range set.paths {
		folder := filepath.Dir(path)
		if s := set.seen[path]; s.Embedding != nil {
			if faces[folder] == nil {
				folders = append(folders, folder)
			}
			faces[folder] = append(faces[folder], s.Embedding)
		}
	}
	const occasions = 5
	var enrolled []string
	for _, folder := range folders {
		if len(faces[folder]) > occasions {
			enrolled = append(enrolled, folder)
		}
	}
	if len(enrolled) < 20 {
		t.Skipf("%d people with more than %d pictures are too few", len(enrolled), occasions)
	}
	best := func(templates [][]float32) [][]float32 { return templates }
	mean := func(templates [][]float32) [][]float32 { return [][]float32{recognizer.Join(templates)} }
	measure := func(k int, stored func(templates [][]float32) [][]float32) (missed, taken float64) {
		looks, strangers := 0.0, 0.0
		for _, own := range enrolled {
			for i, look := range faces[own] { // each picture is a look once; the next k are the occasions
				var templates [][]float32
				for j := 1; j <= k; j++ {
					templates = append(templates, faces[own][(i+j)%len(faces[own])])
				}
				templates = stored(templates)
				looks++
				if nearest(templates, look) < .571 {
					missed++
				}
				for _, other := range folders {
					for _, look := range faces[other] {
						s := nearest(templates, look)
						if other == own || s >= .6 { // perhaps one person
							continue
						}
						strangers++
						if s >= .491 {
							taken++
						}
					}
				}
			}
		}
		t.Logf("%d people, %d occasions: %.1f%% of %.0f looks miss .571; "+
			"%.2g of %.0f comparisons with strangers reach .491",
			len(enrolled), k, 100*missed/looks, looks, taken/strangers, strangers)
		return missed / looks, taken / strangers
	}
	missed1, taken1 := measure(1, mean)
	missed3, taken3 := measure(3, mean)
	missed5, taken5 := measure(5, mean)
	_, best5 := measure(5, best)
	if missed3 > missed1/2 || missed5 > missed3 {
		t.Errorf("more occasions do not help: %.3f, %.3f, %.3f missed", missed1, missed3, missed5)
	}
	// Some six of these comparisons reach it, and chance alone moves that by half. The calibration
	// promises 3.0e-5 there.
	if max(taken3, taken5) > 2*taken1 || best5 < 3*taken1 {
		t.Errorf("strangers: %.2g with one, %.2g and %.2g with the mean of 3 and 5, %.2g with the best of 5",
			taken1, taken3, taken5, best5)
	}
}

// nearest is the best score of a look with templates; all are of unit length.
func nearest(templates [][]float32, look []float32) float64 {
	best := -1.0
	for _, one := range templates {
		best = max(best, cosine(one, look))
	}
	return best
}

// cosine is that of two vectors of unit length.
func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
