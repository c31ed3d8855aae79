package recognizer

import (
	"math"
	"testing"
)

func TestJoin(t *testing.T) {
	for _, tc := range []struct{ of, want [][]float32 }{
		{nil, nil},
		{[][]float32{{3, 4}}, [][]float32{{.6, .8}}},
		{[][]float32{{3, 0}, {0, 1}}, [][]float32{{float32(math.Sqrt(.5)), float32(math.Sqrt(.5))}}},
		{[][]float32{{1, 0}, {-1, 0}}, nil},
		{[][]float32{{1, 0}, {1}}, nil},
		{[][]float32{{0, 0}}, nil},
	} {
		got := Join(tc.of)
		if (got == nil) != (tc.want == nil) {
			t.Errorf("%v gave %v", tc.of, got)
		}
		for i := range got {
			if math.Abs(float64(got[i]-tc.want[0][i])) > 1e-6 {
				t.Errorf("%v gave %v, want %v", tc.of, got, tc.want[0])
			}
		}
	}
}
