package store

import (
	"errors"
	"testing"
	"time"
)

// TestPing: the store answers, without an entry in its log; it does not while a
// transaction hangs; closed, it says so.
func TestPing(t *testing.T) {
	v, err := Create(t.TempDir()+"/vault", Options{Key: KeyFile(t.TempDir() + "/key"),
		Cost: Cost{Time: 1, Memory: 64, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	before, err := v.VerifyAudit()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Ping(); err != nil {
		t.Fatal(err)
	}
	if after, err := v.VerifyAudit(); err != nil || after.Lines != before.Lines {
		t.Errorf("a ping made %d lines of %d, %v", after.Lines, before.Lines, err)
	}
	until, hanging := make(chan struct{}), make(chan struct{})
	go func() { _ = v.act(func(*tx) error { close(hanging); <-until; return nil }) }()
	<-hanging
	answer := make(chan error, 1)
	go func() { answer <- v.Ping() }()
	select {
	case err := <-answer:
		t.Errorf("answered while the writer hangs: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(until)
	if err := <-answer; err != nil {
		t.Error(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if err := v.Ping(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
