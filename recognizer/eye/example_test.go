package eye_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"menshen/hal/camera"
	"menshen/recognizer/eye"
	"menshen/recognizer/models"
)

// The child runs the camera and the models, and the parent receives what each frame says. A
// program leaves out Command: the child is then the same program with the verb "eye". It needs the
// models (make setup).
func Example() {
	dir, err := os.MkdirTemp("", "camera") // a simulated camera sees what this folder says
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cache, err := os.UserCacheDir()
	if err != nil {
		log.Fatal(err)
	}
	portrait := filepath.Join(cache, "menshen", "pictures", "collins.png")
	if err := camera.SetScene(dir, camera.Scene{Picture: portrait, Seed: 4}); err != nil {
		log.Fatal(err)
	}
	from, err := models.Dir()
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	e, err := eye.Start(ctx, eye.Config{Camera: "sim:" + dir, Models: from, Command: []string{os.Args[0], "eye"}})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	e.SetMode(eye.Looking)
	for seen := range e.Observations() { // closed when ctx ends
		if seen.Embedding == nil {
			continue // no person, or not a good picture yet: seen.Quality.Advice says why
		}
		fmt.Println(seen.Faces, "face, an", seen.Embedding)
		seen.Wipe()
		break
	}
	// Output:
	// 1 face, an embedding(redacted)
}
