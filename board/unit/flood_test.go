package unit_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"menshen/board/boardtest"
)

// BenchmarkCardUnderFlood is a card's way from the reader to the relay, its durable record
// included, while the eye says as much as the loop takes (its parent would have ended it long
// before), in one run with a quiet eye: percentiles of both, and their ratio.
func BenchmarkCardUnderFlood(b *testing.B) {
	bench := newBench(&testing.T{})
	bench.Enrolled(2) // so that faces are looked for
	bench.Someone(7)
	ctx, cancel := context.WithCancel(context.Background())
	bench.Driver.Leave()
	ended := make(chan error, 1)
	go func() { ended <- bench.Unit.Run(ctx) }()
	defer func() { cancel(); <-ended; bench.Unit.Close(); bench.Vault.Close() }()
	tap := func() time.Duration {
		before := len(bench.Relay.Moves())
		began := time.Now()
		bench.Reader.Tap(boardtest.CardOf(7))
		for len(bench.Relay.Moves()) == before {
			if time.Since(began) > 10*time.Second {
				b.Fatal("the card did not open")
			}
			time.Sleep(20 * time.Microsecond)
		}
		took := time.Since(began)
		for bench.Relay.On() {
			bench.Clock.Advance(time.Minute)
			time.Sleep(time.Millisecond)
		}
		return took
	}
	flood := func(ctx context.Context) (n int) {
		for ctx.Err() == nil {
			select {
			case bench.Eye.Seen <- boardtest.Look(3): // a stranger
				n++
			case <-ctx.Done():
			}
		}
		return n
	}
	var quiet, flooded []time.Duration
	said := 0
	for b.Loop() {
		quiet = append(quiet, tap())
		floods, stop := context.WithCancel(ctx)
		done := make(chan int)
		go func() { done <- flood(floods) }()
		flooded = append(flooded, tap())
		stop()
		said += <-done
	}
	slices.Sort(quiet)
	slices.Sort(flooded)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(quiet[len(quiet)/2]), "ms-quiet-p50")
	b.ReportMetric(ms(flooded[len(flooded)/2]), "ms-flood-p50")
	b.ReportMetric(ms(quiet[len(quiet)*99/100]), "ms-quiet-p99")
	b.ReportMetric(ms(flooded[len(flooded)*99/100]), "ms-flood-p99")
	b.ReportMetric(float64(flooded[len(flooded)/2])/float64(quiet[len(quiet)/2]), "flood/quiet")
	b.ReportMetric(float64(said)/float64(len(flooded)), "messages/tap")
	b.ReportMetric(0, "ns/op")
}
