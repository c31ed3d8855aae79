package eye

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"menshen/internal/attack"
	"menshen/internal/child"
)

// say sends a message that begins with a stamp.
func (s stamp) say(c *child.Conn, k child.Kind, payload []byte) error {
	return c.Write(k, func(b []byte) ([]byte, error) { return append(s.append(b), payload...), nil })
}

// taken makes a child that was taken over: it says that it is ready, and from then on whatever the
// test wants. order waits for the next order and gives its number.
func taken(life func(c *child.Conn, order func() uint64)) func() error {
	return func() error {
		c := child.NewConn(os.NewFile(3, ""), &protocol)
		if _, _, err := c.Read(); err != nil { // the configuration
			return err
		}
		c.Send(kindReady, []byte("{}"))
		life(c, func() uint64 {
			_, payload, err := c.Read()
			if err != nil || len(payload) != limits[kindMode] {
				os.Exit(1)
			}
			return binary.LittleEndian.Uint64(payload[2:])
		})
		return nil
	}
}

// face is an observation of a person.
func face() []byte {
	o := sample()
	b, err := appendObservation(nil, &o)
	if err != nil {
		panic(err)
	}
	return b
}

func init() {
	long := func(c *child.Conn) { // an eye that goes on living
		for {
			c.Send(kindBeat, []byte("{}"))
			time.Sleep(beatEvery)
		}
	}
	children["dates back"] = taken(func(c *child.Conn, order func() uint64) {
		order() // Off, at the start
		n := order()
		stamp{1, n, 6 * time.Hour}.say(c, kindObservation, face())
		stamp{2, n, oldest}.say(c, kindObservation, face())
		stamp{3, n, 100 * time.Millisecond}.say(c, kindObservation, face())
		long(c)
	})
	children["replays another visit"] = taken(func(c *child.Conn, order func() uint64) {
		order()
		first := order()
		stamp{1, first, 0}.say(c, kindObservation, face())
		second := order()
		for i := range uint64(20) {
			stamp{2 + i, first, 0}.say(c, kindObservation, face())
			stamp{100 + i, second + i + 1, 0}.say(c, kindCode, []byte("MP1A"))
		}
	})
	children["says it once"] = taken(func(c *child.Conn, order func() uint64) {
		stamp{1, order(), 0}.say(c, kindObservation, face())
		long(c)
	})
	children["says the same again"] = taken(func(c *child.Conn, order func() uint64) {
		n := order()
		for range 2 {
			stamp{5, n, 0}.say(c, kindObservation, face())
		}
		time.Sleep(time.Minute)
	})
	children["goes back"] = taken(func(c *child.Conn, order func() uint64) {
		n := order()
		for _, seq := range []uint64{5, 6, 3} {
			stamp{seq, n, 0}.say(c, kindCode, []byte("MP1A"))
		}
		time.Sleep(time.Minute)
	})
	children["sees the future"] = taken(func(c *child.Conn, order func() uint64) {
		stamp{1, order(), -time.Hour}.say(c, kindObservation, face())
		time.Sleep(time.Minute)
	})
	children["ready twice"] = taken(func(c *child.Conn, order func() uint64) {
		c.Send(kindReady, []byte(`{"Models":"another"}`))
		time.Sleep(time.Minute)
	})
	children["sees before it is ready"] = func() error {
		stamp{Seq: 1}.say(child.NewConn(os.NewFile(3, ""), &protocol), kindObservation, face())
		time.Sleep(time.Minute)
		return nil
	}
	children["floods"] = taken(func(c *child.Conn, order func() uint64) {
		for c.Send(kindBeat, []byte("{}")) == nil {
		}
	})
	children["shouts"] = taken(func(c *child.Conn, order func() uint64) {
		line := []byte(strings.Repeat("words ", 1000))
		for {
			if _, err := os.Stderr.Write(line); err != nil {
				os.Exit(1)
			}
		}
	})
	children["says anything"] = taken(func(c *child.Conn, order func() uint64) {
		rnd, n := byChance(), order()
		for seq := uint64(1); ; seq++ { // some of it honest, to be heard longer
			b := face()
			for range rnd.IntN(4) {
				b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
			}
			k := []child.Kind{kindObservation, kindCode, kindBeat, kindPicture, child.Kind(rnd.IntN(256))}[rnd.IntN(5)]
			if k == kindBeat {
				b = []byte(`{}`)
			}
			if rnd.IntN(3) == 0 {
				b = b[:rnd.IntN(len(b)+1)]
			}
			(stamp{seq, n, 0}).say(c, k, b)
		}
	})
	children["eats without a beat"] = taken(func(c *child.Conn, order func() uint64) {
		var memory [][]byte
		n := order()
		for seq := uint64(1); ; seq++ {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			memory = append(memory, b)
			runtime.KeepAlive(memory)
			stamp{seq, n, 0}.say(c, kindObservation, face()) // no silence
			time.Sleep(5 * time.Millisecond)
		}
	})
}

// TestObservationsAreDatedByTheParent: what a child says about another time is dropped, and what it
// says about now has the parent's time.
func TestObservationsAreDatedByTheParent(t *testing.T) {
	e := start(t, "dates back", Config{})
	until(t, e, "running", func(s Status) bool { return s.State == Running })
	e.SetMode(Looking)
	o := <-e.Observations()
	defer o.Wipe()
	if age := time.Since(o.At); o.Seq != 3 || age < 100*time.Millisecond || age > time.Minute {
		t.Errorf("observation %d of %v ago", o.Seq, age)
	}
}

// TestObservationsAreOfTheOrderInForce: frames of an earlier visit, however often they are
// repeated, are dropped in a later one, and no number of an order can be guessed.
func TestObservationsAreOfTheOrderInForce(t *testing.T) {
	e := start(t, "replays another visit", Config{Codes: "MP1"})
	until(t, e, "running", func(s Status) bool { return s.State == Running })
	e.SetMode(Looking)
	first := <-e.Observations()
	first.Wipe()
	e.SetMode(Looking) // another visit
	until(t, e, "ended", func(s Status) bool { return s.Restarts > 0 || s.State == Waiting })
	select {
	case o := <-e.Observations():
		t.Errorf("observation %d was heard in another visit", o.Seq)
	case <-e.Codes():
		t.Error("a code was heard in another visit")
	default:
	}
}

// TestWhatWaitsIsOfTheOrderInForce: an observation that was not fetched before the next visit
// began is overwritten.
func TestWhatWaitsIsOfTheOrderInForce(t *testing.T) {
	e := start(t, "says it once", Config{})
	until(t, e, "said it", func(Status) bool { return len(e.observations) == 1 })
	e.SetMode(Looking)
	select {
	case o := <-e.Observations():
		t.Errorf("observation %d is of the visit before", o.Seq)
	default:
	}
}

// TestLiesEndTheEye: a child whose messages cannot be those of an honest one is killed, at little
// cost to its parent.
func TestLiesEndTheEye(t *testing.T) {
	lies := []struct {
		child string
		want  []error
	}{
		{"says the same again", []error{ErrProtocol}}, {"goes back", []error{ErrProtocol}},
		{"sees the future", []error{ErrProtocol}}, {"ready twice", []error{ErrProtocol}},
		{"sees before it is ready", []error{ErrProtocol}}, {"floods", []error{child.ErrFlood}},
		{"shouts", []error{ErrExited}}, {"eats without a beat", []error{child.ErrMemory}},
		{"says anything", []error{ErrProtocol, child.ErrFlood}},
	}
	attack.Run(t, "eye: lies", len(lies), func(c *attack.Campaign) {
		lie := lies[c.Round%len(lies)]
		before := used(t)
		e := start(t, fmt.Sprint(lie.child, "#", c.Rand.Uint64()), Config{Codes: "MP1", Memory: 200 << 20})
		defer e.Close()
		s := until(t, e, "killed", func(s Status) bool { return s.LastError != nil })
		if !slices.ContainsFunc(lie.want, func(err error) bool { return errors.Is(s.LastError, err) }) {
			t.Errorf("%s: it ended with %v, want %v", lie.child, s.LastError, lie.want)
		}
		if s.Models == "another" {
			t.Errorf("%s: its second word counts", lie.child)
		}
		t.Logf("%s: the parent used %v", lie.child, used(t)-before)
		outcome := "came to its own end"
		for _, err := range []error{ErrProtocol, child.ErrFlood, child.ErrMemory} {
			if errors.Is(s.LastError, err) {
				outcome = "killed: " + err.Error()
			}
		}
		c.Count(outcome)
	})
}

// used is the processor time of this process.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func FuzzStamp(f *testing.F) {
	f.Add(stamp{1, 2, time.Second}.append(nil))
	f.Add(append(stamp{1 << 63, 1, -1}.append(nil), "MP1A"...))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, rest, err := parseStamp(b)
		if err != nil {
			if !errors.Is(err, ErrProtocol) {
				t.Fatal(err)
			}
			return
		}
		if again := append(s.append(nil), rest...); s.Age < 0 || string(again) != string(b) {
			t.Errorf("%x became %x", b, again)
		}
	})
}
