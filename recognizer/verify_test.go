package recognizer

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// facesDir is a folder of folders of pictures, one a person: $MENSHEN_FACES, or shared/faces
// beside the repository.
func facesDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("MENSHEN_FACES")
	if dir == "" {
		dir = "../../shared/faces"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no folder of faces: set MENSHEN_FACES")
	}
	return dir
}

// ungated lets every face have an embedding.
var ungated = Options{
	MinHeight: 1, MaxHeight: 5000, MinSharpness: 0.01, MinBrightness: 1, MaxBrightness: 256,
	MaxYaw: 90, MaxPitch: 90, MaxRoll: 180, MinMouth: -1, MinEyes: -1, Rival: 2,
}

// TestVerification: one picture against one over a part of LFW. The bounds are the published
// figures' 95% intervals for that set (TAR at FAR 1e-2, 1e-3, 1e-4: 99.46 ± .32, 98.96 ± .44,
// 97.47 ± .68 percent).
func TestVerification(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	dir := facesDir(t)
	c := newChain(t, ungated)
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.jpg"))
	if err != nil || len(paths) == 0 {
		t.Skip("no pictures in ", dir)
	}
	type face struct {
		person string
		Embedding
	}
	var faces []face
	for _, path := range paths {
		if obs := observe(t, c, load(t, path)); obs.Embedding != nil {
			faces = append(faces, face{filepath.Dir(path), *obs.Embedding})
		}
	}
	var genuine, impostor []float32
	for i := range faces {
		for j := range faces[:i] {
			score := float32(cosine(&faces[i].Embedding, &faces[j].Embedding))
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
		len(paths), len(paths)-len(faces), len(genuine), len(impostor))
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
