package events

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"menshen/internal/golden"
	"menshen/site/fact"
	"menshen/site/record"
)

var at = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func sample() Batch {
	b := Batch{Door: fact.DoorID{1}, Number: 7}
	b.Add(Event{Seq: 4, At: at, Last: at, Kind: "alarm", Of: "forced", Times: 1})
	b.Add(Event{Seq: 5, At: at, Last: at, Kind: "fault", Of: "relay", Times: 1})
	b.Add(Event{Seq: 9, At: at.Add(time.Minute), Last: at.Add(time.Minute), Kind: "alarm", Of: "forced", Times: 1})
	return b
}

// TestAdd: what happens again and again is one line; more than a batch has room for is counted.
func TestAdd(t *testing.T) {
	b := sample()
	want := Event{Seq: 4, At: at, Last: at.Add(time.Minute), Kind: "alarm", Of: "forced", Times: 2}
	if len(b.Events) != 2 || b.Events[0] != want {
		t.Errorf("%+v", b.Events)
	}
	for i := range 100 {
		b.Add(Event{Kind: "fault", Of: strings.Repeat("é", 40) + fmt.Sprint(i), Times: 1})
		b.Add(Event{Kind: fmt.Sprint(i), Times: 1})
	}
	if n := len(b.Events); n != most || b.Left != 100-(most-3) {
		t.Errorf("%d events, %d left", n, b.Left)
	}
	if of := b.Events[2].Of; len(of) > wordMost || !utf8.ValidString(of) || b.Events[2].Times != 100 {
		t.Errorf("of %q, %d times", of, b.Events[2].Times)
	}
}

// TestMissing: numbers that lack between others are counted, in whatever order and however often
// the others came.
func TestMissing(t *testing.T) {
	for _, c := range []struct {
		numbers []uint64
		want    uint64
	}{{nil, 0}, {[]uint64{9}, 0}, {[]uint64{9, 7, 8, 8}, 0}, {[]uint64{3, 9, 5}, 4}} {
		if got := Missing(c.numbers); got != c.want {
			t.Errorf("%v: %d missing, not %d", c.numbers, got, c.want)
		}
	}
}

// testKey opens the vector. No manager has it.
const testKey = "AGE-SECRET-KEY-1R0J4AD0ZTG8FXE36ACN2Y25KSUZY9V5UD538RD4W6W48KKHLSKWS9RXZ8J"

// TestREncryptBatches: a batch that one version sealed is read by every later one, with the right
// key, as that door's and under its number only.
func TestREncryptBatches(t *testing.T) {
	key, err := age.ParseX25519Identity(testKey)
	if err != nil {
		t.Fatal(err)
	}
	data := golden.Vector(t, "testdata/batch-1/batch.age", func() []byte {
		sealed, err := sample().Seal([]age.Recipient{key.Recipient()})
		if err != nil {
			t.Fatal(err)
		}
		return sealed.Data
	})
	golden.Vector(t, "testdata/batch-1/age-identity", func() []byte { return []byte(testKey + "\n") })
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Open(fact.DoorID{1}, record.Batch{Number: 7, Data: data}, other, key)
	if want := sample(); err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	damaged := append([]byte{}, data...)
	damaged[len(damaged)-1] ^= 1
	for _, c := range []struct {
		what string
		door fact.DoorID
		b    record.Batch
		key  age.Identity
		want error
	}{
		{"another key", fact.DoorID{1}, record.Batch{Number: 7, Data: data}, other, ErrNotOurs},
		{"another door", fact.DoorID{2}, record.Batch{Number: 7, Data: data}, key, ErrForm},
		{"another number", fact.DoorID{1}, record.Batch{Number: 8, Data: data}, key, ErrForm},
		{"damaged", fact.DoorID{1}, record.Batch{Number: 7, Data: damaged}, key, ErrForm},
		{"nothing", fact.DoorID{1}, record.Batch{Number: 7}, key, ErrForm},
	} {
		if _, err := Open(c.door, c.b, c.key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}
