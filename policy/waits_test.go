package policy

import (
	"math/rand/v2"
	"testing"
	"time"
)

var monday = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) // of week 45

// weekOf draws a week of openings from its Monday on. Each means waits as f says.
func weekOf(r *rand.Rand, week int, n map[Means]int, f func(Means) (time.Duration, bool)) (all []Wait) {
	for _, by := range servedOrder {
		for range n[by] {
			took, retried := f(by)
			all = append(all, Wait{At: monday.AddDate(0, 0, 7*week).Add(time.Duration(r.Int64N(int64(7 * day)))),
				Means: by, Took: took, Retried: retried})
		}
	}
	return all
}

// usual is a door at which all is in order.
func usual(r *rand.Rand) func(Means) (time.Duration, bool) {
	return func(by Means) (time.Duration, bool) {
		again := r.IntN(25) == 0
		took := 30*time.Millisecond + time.Duration(r.ExpFloat64()*float64(20*time.Millisecond))
		if by != ByCard {
			took += 800*time.Millisecond + time.Duration(r.ExpFloat64()*float64(700*time.Millisecond))
		}
		if again {
			took += 3 * time.Second
		}
		return took, again
	}
}

// TestREqualVerdict: a week's verdict follows what people meet at the door, and says nothing where
// too few came.
func TestREqualVerdict(t *testing.T) {
	many := map[Means]int{ByCard: 120, ByFace: 90, ByPIN: 30, ByPass: 4}
	for name, c := range map[string]struct {
		n    map[Means]int
		f    func(*rand.Rand) func(Means) (time.Duration, bool)
		want Verdict
	}{
		"in order":       {many, usual, ServedAlike},
		"few cards":      {map[Means]int{ByCard: enough - 1, ByFace: 500}, usual, TooFew},
		"few faces":      {map[Means]int{ByCard: 500, ByFace: enough - 1}, usual, TooFew},
		"the card first": {map[Means]int{ByCard: 120, ByCardFace: 90}, usual, ServedAlike},
		"cards wait": {many, func(r *rand.Rand) func(Means) (time.Duration, bool) {
			return func(by Means) (time.Duration, bool) {
				took, again := usual(r)(by)
				if by == ByCard {
					took += 4 * time.Second
				}
				return took, again
			}
		}, CardWaits},
		"some cards wait": {many, func(r *rand.Rand) func(Means) (time.Duration, bool) {
			return func(by Means) (time.Duration, bool) {
				took, again := usual(r)(by)
				if by == ByCard && r.IntN(4) == 0 {
					took += 20 * time.Second
				}
				return took, again
			}
		}, CardWaits},
		"cards wait for half a second more": {many, func(r *rand.Rand) func(Means) (time.Duration, bool) {
			return func(by Means) (time.Duration, bool) {
				if by == ByCard {
					return 1500 * time.Millisecond, false
				}
				return time.Second, false
			}
		}, ServedAlike},
		"codes are slow, as they are": {many, func(r *rand.Rand) func(Means) (time.Duration, bool) {
			return func(by Means) (time.Duration, bool) {
				took, again := usual(r)(by)
				if by == ByPIN || by == ByPass {
					took += 6 * time.Second
				}
				return took, again
			}
		}, ServedAlike},
		"cards are refused": {many, func(r *rand.Rand) func(Means) (time.Duration, bool) {
			return func(by Means) (time.Duration, bool) {
				took, again := usual(r)(by)
				return min(took, time.Second), again || by == ByCard && r.IntN(2) == 0
			}
		}, CardRefused},
	} {
		r := rand.New(rand.NewPCG(57, 2))
		weeks := Weeks(weekOf(r, 0, c.n, c.f(r)), time.UTC, time.Time{}, monday.AddDate(0, 0, 7))
		if len(weeks) != 1 || !weeks[0].Full || weeks[0].Number != 45 || weeks[0].Verdict != c.want {
			t.Errorf("%s: %+v, want %s", name, weeks, c.want)
		}
	}
}

// TestREqualNoVerdictByChance: at a door that serves cards as it serves faces, however slow it is
// and however often both are refused, no week of a century says otherwise.
func TestREqualNoVerdictByChance(t *testing.T) {
	r := rand.New(rand.NewPCG(57, 3))
	for week := range 5200 {
		same := usual(r)
		n := map[Means]int{ByCard: enough + r.IntN(100), ByFace: enough + r.IntN(100)}
		all := weekOf(r, 0, n, func(Means) (time.Duration, bool) {
			took, again := same(ByFace)
			return 3 * took, again || r.IntN(3) == 0
		})
		if v := Weeks(all, time.UTC, time.Time{}, monday.AddDate(0, 0, 7))[0].Verdict; v != ServedAlike {
			t.Errorf("week %d: %s", week, v)
		}
	}
}

// TestREqualWeeksInARow: what turns faces off takes four full weeks that say the same; weeks in
// which too few came neither count nor end the row; a mended reader ends it, also while faces are
// off, since cards are then held against the faces of before.
func TestREqualWeeksInARow(t *testing.T) {
	r := rand.New(rand.NewPCG(57, 4))
	many, none := map[Means]int{ByCard: 80, ByFace: 80}, map[Means]int{ByCard: 3, ByFace: 3}
	cards := map[Means]int{ByCard: 80}
	slow := func(by Means) (time.Duration, bool) {
		if by == ByCard {
			return 9 * time.Second, false
		}
		return time.Second, false
	}
	var all []Wait
	for i, step := range []struct {
		n       map[Means]int
		f       func(Means) (time.Duration, bool)
		verdict Verdict
		inARow  int
	}{
		{none, slow, "", 0}, {many, usual(r), ServedAlike, 0}, {many, slow, CardWaits, 1}, {none, slow, CardWaits, 1},
		{many, slow, CardWaits, 2}, {many, slow, CardWaits, 3}, {many, slow, CardWaits, 4},
		{cards, slow, CardWaits, 5}, {cards, usual(r), ServedAlike, 0},
	} {
		all = append(all, weekOf(r, i, step.n, step.f)...)
		end := monday.AddDate(0, 0, 7*(i+1))
		got := WaitsSay(Weeks(all, time.UTC, time.Time{}, end), end)
		if got.Verdict != step.verdict || got.InARow != step.inARow {
			t.Errorf("week %d: %+v, want %s, %d", i, got, step.verdict, step.inARow)
		}
		f := lawful()
		f.Waits.Verdict, f.Waits.InARow = got.Verdict, got.InARow
		if off := FacesOff(Review(*f)) == RuleEqual; off != (step.inARow >= 4) {
			t.Errorf("week %d: faces off is %v", i, off)
		}
		early := WaitsSay(Weeks(all, time.UTC, time.Time{}, end.Add(-1)), end)
		if step.inARow == 4 && early.InARow >= 4 {
			t.Errorf("week %d counts before it is over", i)
		}
	}
}

// TestREqualWeeks: weeks are of ISO 8601 and of the site's clock, and one that the log does not
// hold as a whole is not full.
func TestREqualWeeks(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		t.Helper()
		when, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	all := []Wait{{At: at("2026-01-01 12:00").UTC(), Means: ByCard}, {At: at("2027-01-03 23:59").UTC(), Means: ByFace},
		{At: at("2027-01-04 00:00").UTC(), Means: ByPass}}
	weeks := Weeks(all, zone, at("2025-12-30 00:00"), at("2027-01-04 00:00"))
	want := [][3]int{{2026, 1, 0}, {2026, 53, 1}, {2027, 1, 0}}
	if len(weeks) != len(want) {
		t.Fatalf("%+v", weeks)
	}
	for i, w := range weeks {
		if full := want[i][2] == 1; w.Year != want[i][0] || w.Number != want[i][1] || w.Full != full {
			t.Errorf("%+v, want %v", w, want[i])
		}
		if y, n := w.Begin(zone).ISOWeek(); y != w.Year || n != w.Number || w.Begin(zone).Weekday() != time.Monday {
			t.Errorf("week %d of %d begins at %v", w.Number, w.Year, w.Begin(zone))
		}
	}
}
