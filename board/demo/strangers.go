package demo

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"menshen/hal/camera"
	"menshen/policy"
	"menshen/store"
)

// otherFace, strangerComes and photo show faces that do not open.
func (s *story) otherFace(ctx context.Context) error {
	s.begin("The other person has no face entry: their face does not open, their card does")
	e, err := s.walkUp(ctx, s.grace.met)
	if err := otherwise(err, !e.Grant && e.Person.IsZero()); err != nil {
		return err
	}
	return s.tap(ctx, s.grace, true)
}

func (s *story) strangerComes(ctx context.Context) error {
	s.begin("A stranger's face does not open, and nothing of it is kept")
	e, err := s.walkUp(ctx, s.stranger)
	if err := otherwise(err, !e.Grant && e.Person.IsZero()); err != nil {
		return err
	}
	picture, err := os.ReadFile(s.stranger.Picture)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(s.o.Dir, "vault", "*"))
	if err != nil {
		return err
	}
	found, err := store.Scan(files, marks(picture))
	if err != nil {
		return err
	}
	st, err := s.desk.Status(ctx, s.staff)
	if err != nil {
		return err
	}
	s.say("faces stored: %d, as before; of %d pieces of the stranger's picture, %d are in the %d bytes of the vault",
		st.WithFace, found.Sought, len(found.Hits), found.Bytes)
	return otherwise(nil, len(found.Hits) == 0 && st.WithFace == 1)
}

func (s *story) photo(ctx context.Context) error {
	s.begin("A printed photo of the enrolled person is held up")
	scene := s.wei.met
	scene.Kind, scene.Seed = camera.Photo, 3
	e, err := s.walkUp(ctx, scene)
	if err != nil {
		return err
	}
	switch {
	case e.Grant:
		s.say("the models could NOT tell this photo from a person: a reason for a site to ask for a blink, or for " +
			"card and face")
	case e.Reason == policy.ReasonNotLive:
		s.say("denied for liveness")
	default:
		s.say("denied, but not for liveness, which the models could not judge: the reason is above")
	}
	return nil
}

// marks gives pieces of a picture, of 64 bytes each, that other data do not have by chance.
func marks(picture []byte) (out [][]byte) {
	for piece := range slices.Chunk(picture, 64) {
		kinds := map[byte]bool{}
		for _, b := range piece {
			kinds[b] = true
		}
		if len(kinds) > 40 {
			out = append(out, piece)
		}
	}
	return out
}
