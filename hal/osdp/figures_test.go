package osdp_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
)

// TestTapTime: how long after a tap the card is there, over a line in simulated time, of a reader
// that takes 3 ms to answer. The bytes take the longest part of it. Readers with contacts of their
// own are asked for them too: a tap may wait for one such question.
func TestTapTime(t *testing.T) {
	for _, line := range []struct {
		baud, readers int
		contacts      bool
		mean, most    time.Duration // allowed
	}{
		{9600, 1, false, 100 * time.Millisecond, 150 * time.Millisecond},
		{9600, 8, false, 240 * time.Millisecond, 420 * time.Millisecond},
		{115200, 1, false, 40 * time.Millisecond, 70 * time.Millisecond},
		{115200, 8, false, 60 * time.Millisecond, 90 * time.Millisecond},
		{9600, 1, true, 100 * time.Millisecond, 200 * time.Millisecond},
		{9600, 8, true, 240 * time.Millisecond, 420 * time.Millisecond},
		{115200, 1, true, 40 * time.Millisecond, 70 * time.Millisecond},
		{115200, 8, true, 60 * time.Millisecond, 90 * time.Millisecond},
	} {
		var addresses []byte
		for i := range line.readers {
			addresses = append(addresses, byte(i))
		}
		w := &osdptest.Wire{Now: begin, Baud: line.baud, Latency: 3 * time.Millisecond}
		var all []osdp.Setup
		for _, a := range addresses {
			all = append(all, osdp.Setup{Addresses: []byte{a}, Keys: []osdp.Key{keyOf(a)}})
			r := &osdptest.Reader{Address: a, Key: keyOf(a)}
			if line.contacts {
				r.Inputs, r.Outputs, r.Heads = osdp.Inputs{0, 0}, osdp.Outputs{0, 0}, osdp.Readers{0}
			}
			w.Readers = append(w.Readers, r)
		}
		var err error
		if w.Bus, err = osdp.NewBus(line.baud, all...); err != nil {
			t.Fatal(err)
		}
		w.Run(10 * time.Second)
		w.Take()
		var sum, most time.Duration
		const taps = 500
		for i := range taps {
			w.Run(time.Duration(997+13*(i%41)) * time.Millisecond) // at no time of the bus's own
			tapped := w.Now
			w.Readers[i%line.readers].Tap(26, byte(i), 2, 3, 0)
			for took := time.Duration(0); took == 0; {
				w.Run(time.Millisecond)
				for _, e := range w.Take() {
					if _, card := e.Reply.(osdp.CardBits); card {
						took = e.At.Sub(tapped)
					}
				}
				sum, most = sum+took, max(most, took)
			}
		}
		mean := sum / taps
		t.Logf("%d readers at %d baud, contacts %v: %v, at most %v", line.readers, line.baud, line.contacts,
			mean.Round(time.Millisecond), most.Round(time.Millisecond))
		if mean > line.mean || most > line.most {
			t.Errorf("%d readers at %d baud: %v, at most %v", line.readers, line.baud, mean, most)
		}
	}
}

// TestFileTime: how long a firmware of 100 kB takes to a reader that takes large parts and lets
// cards go between them, and how long a tap at it, and at another one of the line, takes meanwhile.
func TestFileTime(t *testing.T) {
	for _, line := range []struct {
		baud            int
		file, own, next time.Duration // allowed
	}{
		{9600, 6 * time.Minute, 800 * time.Millisecond, 800 * time.Millisecond},
		{115200, 30 * time.Second, 400 * time.Millisecond, 400 * time.Millisecond},
	} {
		files := &osdptest.Files{Receives: 1440, Says: osdp.FileState{Action: 1}}
		w := &osdptest.Wire{Now: begin, Baud: line.baud, Latency: 3 * time.Millisecond}
		var all []osdp.Setup
		for a := range byte(2) {
			all = append(all, osdp.Setup{Addresses: []byte{a}, Keys: []osdp.Key{keyOf(a)}})
			w.Readers = append(w.Readers, &osdptest.Reader{Address: a, Key: keyOf(a), Files: files})
		}
		var err error
		if w.Bus, err = osdp.NewBus(line.baud, all...); err != nil {
			t.Fatal(err)
		}
		w.Run(10 * time.Second)
		w.Take()
		begun := w.Now
		if err := w.Bus.SendFile(w.Now, 0, hal.File{Data: firmware(100_000)}); err != nil {
			t.Fatal(err)
		}
		var most [2]time.Duration
		for i := 0; !w.Bus.State(0).File.Ended; i++ {
			w.Run(time.Duration(997+13*(i%41)) * time.Millisecond)
			tapped := w.Now
			w.Readers[i%2].Tap(26, byte(i), 2, 3, 0)
			for took := time.Duration(0); took == 0; {
				w.Run(time.Millisecond)
				for _, e := range w.Take() {
					if _, card := e.Reply.(osdp.CardBits); card {
						took = e.At.Sub(tapped)
					}
				}
				most[i%2] = max(most[i%2], took)
			}
		}
		took := w.Now.Sub(begun)
		if f := w.Bus.State(0).File; f.Err != nil {
			t.Error(f.Err)
		}
		t.Logf("%d baud: %v; a tap at this reader at most %v, at the other %v", line.baud, took.Round(time.Second),
			most[0].Round(time.Millisecond), most[1].Round(time.Millisecond))
		if took > line.file || most[0] > line.own || most[1] > line.next {
			t.Errorf("%d baud: %v, %v", line.baud, took, most)
		}
	}
}

// BenchmarkASecondOfALine is the processor time of a line with one reader, the emulated one's
// included: -benchtime 20x.
func BenchmarkASecondOfALine(b *testing.B) {
	far := &osdptest.Reader{Address: 5, Factory: true}
	r := newRig(b, far)
	r.install()
	before := used(b)
	for b.Loop() {
		time.Sleep(time.Second)
	}
	b.ReportMetric(float64((used(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/s")
}

func used(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
