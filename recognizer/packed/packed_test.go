package packed

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// kept are the cosines between a normally distributed template and what it becomes, by bits: the
// root of one less the least loss that Max found.
var kept = []float64{1: 0.798, 2: 0.940, 3: 0.983, 4: 0.995}

// TestKeepsTheDirection: what is lost is as much as the levels must lose, and no more.
func TestKeepsTheDirection(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	v := make([]float32, 4096)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	for bits := 1; bits <= MostBits; bits++ {
		raw, err := Pack(v, bits)
		if err != nil || len(raw) != 512*bits {
			t.Fatalf("%d bits: %d bytes, %v", bits, len(raw), err)
		}
		back, err := Unpack(raw, len(v), bits)
		if err != nil {
			t.Fatal(err)
		}
		if c := cosine(v, back); math.Abs(c-kept[bits]) > 0.005 {
			t.Errorf("%d bits keep %.3f, not %.3f", bits, c, kept[bits])
		}
	}
}

// TestAnyTemplate: any template packs into its size, has unit length after it, keeps its signs, and
// its length does not matter.
func TestAnyTemplate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float32Range(-1, 1), 1, 70).Draw(t, "template")
		bits := rapid.IntRange(1, MostBits).Draw(t, "bits")
		raw, err := Pack(v, bits)
		if errors.Is(err, ErrForm) {
			if cosine(v, v) > 0 {
				t.Fatal("a template with a direction is none")
			}
			return
		}
		back, err := Unpack(raw, len(v), bits)
		if err != nil {
			t.Fatal(err)
		}
		if n := cosine(back, back); math.Abs(n-1) > 1e-6 {
			t.Fatalf("its length is %v", n)
		}
		twice := make([]float32, len(v))
		for i, x := range v {
			if x*back[i] < 0 {
				t.Fatalf("number %d was %v and is %v", i, x, back[i])
			}
			twice[i] = 2 * x
		}
		if again, err := Pack(twice, bits); err != nil || string(again) != string(raw) {
			t.Fatalf("its length counts: %v", err)
		}
		if _, err := Unpack(raw[1:], len(v), bits); !errors.Is(err, ErrForm) {
			t.Fatal("another size is taken")
		}
	})
}

// cosine is the inner product over the lengths, and of a vector with itself its length squared.
func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if &a[0] == &b[0] {
		return aa
	}
	return ab / math.Sqrt(aa*bb)
}
