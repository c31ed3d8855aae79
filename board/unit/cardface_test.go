package unit

import (
	"testing"

	"menshen/recognizer"
	"menshen/recognizer/index"
)

// TestCarriedFaceIsOverwritten: what a card carried is compared with its owner alone, is found
// by no search, and is overwritten when its card's turn ends, and when another card comes.
func TestCarriedFaceIsOverwritten(t *testing.T) {
	x, err := index.New(recognizer.Dim)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	face := func(n int) []float32 {
		v := make([]float32, recognizer.Dim)
		v[n] = 1
		return v
	}
	owner, other := index.ID{1}, index.ID{2}
	if err := x.Insert(other, face(2)); err != nil {
		t.Fatal(err)
	}
	f := faces{index: x, card: &tapped{}}
	template := face(1)
	f.gallery = gallery{x, owner, template}
	if s, ok := f.gallery.Score(owner, face(1)); !ok || s < .999 {
		t.Errorf("its owner: %v, %v", s, ok)
	}
	if s, ok := f.gallery.Score(other, face(1)); !ok || s > .001 {
		t.Errorf("another: %v, %v", s, ok)
	}
	if hits := f.gallery.Search(face(1), 2); len(hits) != 1 || hits[0].ID != other {
		t.Errorf("found by a search: %v", hits)
	}
	f.endCard()
	if _, ok := f.gallery.Score(owner, face(1)); ok || f.card != nil {
		t.Error("it is compared after its turn")
	}
	for _, x := range template {
		if x != 0 {
			t.Fatal("it was not overwritten")
		}
	}
}
