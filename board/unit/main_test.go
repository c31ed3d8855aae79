package unit_test

import (
	"testing"

	"menshen/board/boardtest"
	"menshen/board/config"
)

func TestMain(m *testing.M) { boardtest.Main(m) }

// bench is a door on a work bench, with what these tests do to it.
type bench struct{ *boardtest.Bench }

func newBench(t *testing.T, change ...func(*config.Config)) *bench {
	t.Helper()
	return &bench{boardtest.New(t, change...)}
}

func either[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
