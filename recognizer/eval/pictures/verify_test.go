package pictures

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestVerification: one picture against one over a part of LFW. The bounds are the published
// figures' 95% intervals for that set (TAR at FAR 1e-2, 1e-3, 1e-4: 99.46 ± .32, 98.96 ± .44,
// 97.47 ± .68 percent), which leave out no picture, so faces that the quality refuses count too.
func TestVerification(t *testing.T) {
	set := lookedAt(t)
	type face struct {
		person    string
		embedding []float32
	}
	var faces []face
	for _, path := range set.paths {
		s := set.seen[path]
		if embedding := slices.Concat(s.Embedding, s.Refused); embedding != nil {
			faces = append(faces, face{filepath.Dir(path), embedding})
		}
	}
	var genuine, impostor []float64
	for i := range faces {
		for j := range faces[:i] {
			score := cosine(faces[i].embedding, faces[j].embedding)
			if faces[i].person == faces[j].person {
				genuine = append(genuine, score)
			} else {
				impostor = append(impostor, score)
			}
		}
	}
	if len(genuine) < 1000 || len(impostor) < 100_000 {
		t.Skipf("%d genuine and %d impostor pairs are too few for rates", len(genuine), len(impostor))
	}
	slices.Sort(genuine)
	slices.Sort(impostor)
	t.Logf("%d pictures, %d without a face; %d genuine, %d impostor pairs",
		len(set.paths), len(set.paths)-len(faces), len(genuine), len(impostor))
	for _, want := range []struct{ far, tar float64 }{{1e-2, .9914}, {1e-3, .9852}, {1e-4, .9679}, {1e-5, .9378}} {
		threshold := impostor[len(impostor)-1-int(want.far*float64(len(impostor)))]
		below, _ := slices.BinarySearch(genuine, threshold)
		tar := 1 - float64(below)/float64(len(genuine))
		t.Logf("TAR %.2f%% at FAR %g (threshold %.3f)", 100*tar, want.far, threshold)
		if tar < want.tar {
			t.Errorf("TAR %.2f%% at FAR %g, want at least %.2f%%", 100*tar, want.far, 100*want.tar)
		}
	}
}
