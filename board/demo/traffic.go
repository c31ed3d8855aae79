package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"menshen/hal/camera"
	"menshen/policy"
	"menshen/store"
)

// traffic lets people come and go for o.Traffic, and prints what both processes use, a row
// every o.Every. During the first row no person comes: it is the cost of an empty
// corridor. An error when memory grows.
func (s *story) traffic(ctx context.Context) error {
	out := s.out
	s.narrator = &narrator{out: discard{}} // the chapters that set the people up print nothing here
	for _, chapter := range []func(context.Context) error{s.newUnit, s.twoPeople, s.cardsOpen} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Traffic)
	defer cancel()
	m := &meter{out: out, every: s.o.Every}
	metered := make(chan error, 1)
	go func() { metered <- m.run(ctx) }()
	err := s.comeAndGo(ctx, &m.counts)
	cancel()
	return errors.Join(err, <-metered, m.sum())
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// counts are what happened at the door; the meter reads them while they grow.
type counts struct{ tally [5]tally }

// comeAndGo ends with ctx, or when a card or REX does not open.
func (s *story) comeAndGo(ctx context.Context, c *counts) error {
	rest(ctx, s.o.Every) // an empty corridor
	rng := rand.New(rand.NewPCG(1, 2))
	visits := []func(context.Context) (what, error){
		func(ctx context.Context) (what, error) { return s.faceAt(ctx, s.wei.met, camera.Person, rng) },
		func(ctx context.Context) (what, error) { return byCard, s.passesWith(ctx, s.grace) },
		func(ctx context.Context) (what, error) { return s.faceAt(ctx, s.grace.met, camera.Person, rng) },
		func(ctx context.Context) (what, error) { return s.faceAt(ctx, s.wei.met, camera.Person, rng) },
		func(ctx context.Context) (what, error) { return byREX, s.leavesBy(ctx) },
		func(ctx context.Context) (what, error) { return s.faceAt(ctx, s.stranger, camera.Person, rng) },
		func(ctx context.Context) (what, error) { return byCard, s.passesWith(ctx, s.wei) },
		func(ctx context.Context) (what, error) { return s.faceAt(ctx, s.wei.met, camera.Photo, rng) },
	}
	for n := 0; ctx.Err() == nil; n++ {
		happened, err := visits[n%len(visits)](ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		c.tally[happened].Add(1)
		if err := s.caughtUp(); err != nil {
			return err
		}
		rest(ctx, time.Duration(rng.IntN(8))*time.Second)
	}
	return nil
}

// faceAt puts a person or a photo before the camera until the unit has decided, for 12 s at most.
func (s *story) faceAt(ctx context.Context, scene camera.Scene, kind camera.Kind, rng *rand.Rand) (what, error) {
	scene.Kind, scene.Seed, scene.Light = kind, uint64(rng.Uint32()), 75+rng.IntN(40)
	if err := s.show(scene); err != nil {
		return 0, err
	}
	patience, cancel := context.WithTimeout(ctx, 12*time.Second)
	defer cancel()
	e, err := s.await(patience, decision(policy.ByFace))
	happened := undecided
	switch {
	case err != nil && patience.Err() == nil:
		return 0, err
	case err == nil && e.Grant:
		happened = byFace
		err = s.walkThrough(ctx)
	case err == nil:
		happened = noEntry
	default:
		err = nil
	}
	return happened, errors.Join(err, s.leave())
}

func (s *story) passesWith(ctx context.Context, p *actor) error {
	s.door.Tap(facility, p.card)
	return s.passes(ctx, decision(policy.ByCard))
}

func (s *story) leavesBy(ctx context.Context) error {
	s.door.Press("REX", 100*time.Millisecond)
	return s.passes(ctx, decision(policy.ByREX))
}

func (s *story) passes(ctx context.Context, wanted func(store.Entry) bool) error {
	e, err := s.await(ctx, wanted)
	if err := otherwise(err, e.Grant); err != nil {
		return fmt.Errorf("%s: %w", e.Means, err)
	}
	return s.walkThrough(ctx)
}

// caughtUp passes over the records so far.
func (s *story) caughtUp() error {
	es, err := s.unit.Records(s.seen)
	if err == nil && len(es) > 0 {
		s.seen = es[len(es)-1].Seq
	}
	return err
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
