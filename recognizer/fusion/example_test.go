package fusion_test

import (
	"fmt"
	"log"
	"time"

	"menshen/hal/scene"
	"menshen/recognizer/fusion"
	"menshen/recognizer/index"
)

// One walk-up: frames are added as they come, until the evidence is certain. Then policy decides,
// and the visit is told the outcome. Embeddings have four numbers here, and 512 at a door.
func ExampleVisit() {
	enrolled, err := index.New(4)
	if err != nil {
		log.Fatal(err)
	}
	defer enrolled.Close()
	li := index.ID{1}
	if err := enrolled.Insert(li, []float32{1, 0, 0, 0}); err != nil {
		log.Fatal(err)
	}
	if err := enrolled.Insert(index.ID{2}, []float32{0, 1, 0, 0}); err != nil {
		log.Fatal(err)
	}

	cfg := fusion.Defaults()
	cfg.Threshold, cfg.Margin = 0.5, 0.05 // of a calibration
	visit := fusion.NewVisit(cfg, enrolled)
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

	visit.Add(fusion.Frame{Present: true, Advice: scene.ComeCloser}, now)
	_, advice := visit.Prompt(now)
	fmt.Println("the door says:", advice)
	good := fusion.Frame{Present: true, Embedding: []float32{0.9, 0.1, 0.1, 0}, Live: 0.9}
	var verdict fusion.Verdict
	frames := 0
	for ; !verdict.Due; frames++ {
		now = now.Add(100 * time.Millisecond)
		verdict = visit.Add(good, now)
	}
	fmt.Println("a decision is due after", frames, "good frames")
	face := verdict.Face
	fmt.Printf("score %.2f of %.2f, living %.2f of %.2f\n", face.Score, face.Threshold, face.Live, face.LiveMin)
	fmt.Println("it is li:", verdict.Known && verdict.Candidate == li)
	visit.Decided(true, now) // what policy said; what was gathered is overwritten
	fmt.Println("after the decision a face is known:", visit.Tick(now).Known)
	// Output:
	// the door says: come closer
	// a decision is due after 3 good frames
	// score 0.99 of 0.50, living 0.90 of 0.70
	// it is li: true
	// after the decision a face is known: false
}
