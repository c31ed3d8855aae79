package recognizer

import "math"

// Join gives the template by which a person is recognised: the mean of those of their occasions,
// of unit length, whatever the lengths of those. It copies; the caller overwrites both. nil: there
// is none, they have several lengths, or they cancel out.
func Join(occasions [][]float32) []float32 {
	if len(occasions) == 0 {
		return nil
	}
	sum := make([]float64, len(occasions[0]))
	defer clear(sum)
	for _, one := range occasions {
		n := norm(one)
		if n == 0 || len(one) != len(sum) {
			return nil
		}
		for i, x := range one {
			sum[i] += float64(x) / n
		}
	}
	n := 0.0
	for _, x := range sum {
		n += x * x
	}
	if n = math.Sqrt(n); n < 1e-6 {
		return nil
	}
	joined := make([]float32, len(sum))
	for i, x := range sum {
		joined[i] = float32(x / n)
	}
	return joined
}

func norm(v []float32) float64 {
	n := 0.0
	for _, x := range v {
		n += float64(x) * float64(x)
	}
	return math.Sqrt(n)
}
