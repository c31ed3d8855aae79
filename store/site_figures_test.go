package store

import (
	"fmt"
	"testing"
	"time"

	"menshen/policy"
	"menshen/site/fact"
)

// BenchmarkChange is a change of a person, durable, at a door of no site and at one of a site.
func BenchmarkChange(b *testing.B) {
	for _, site := range []bool{false, true} {
		b.Run(fmt.Sprint("site ", site), func(b *testing.B) {
			u := newUnit(b)
			if site {
				if err := u.FoundSite("op", "door"); err != nil {
					b.Fatal(err)
				}
			}
			id := u.tenant(b, "li")
			for i := 0; b.Loop(); i++ {
				block := func(p *policy.Person) error { p.Blocked = i%2 == 0; return nil }
				if err := u.ChangePerson("op", id, "blocked", block); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPass is what a pass for all doors of a site takes: the bytes of the record that tells
// it, and the time in which a door with as many passes as it can have finds that there is nothing
// to tell.
func BenchmarkPass(b *testing.B) {
	for _, doors := range []int{2, 20} {
		b.Run(fmt.Sprint("doors ", doors), func(b *testing.B) {
			s := newSite(b, doors)
			defer s.close()
			a := s.doors[0]
			s.bring(a, s.doors[1].lacking(s, a))
			for _, d := range s.doors[2:] {
				s.bring(a, d.lacking(s, a))
			}
			var to []fact.DoorID
			for _, d := range s.doors {
				to = append(to, d.Unit())
			}
			p := policy.Pass{Door: "gate", From: start, Until: start.Add(time.Hour), Uses: 40}
			before := must(a.SiteHeads())[a.Unit()]
			must(a.AddPass("op", p, policy.PersonID{}, []byte("204117380"), to...))
			size := len(must(a.SiteRecords(a.Unit(), before+1, 1<<30))[0])
			s.must(a.act(func(t *tx) error {
				for n := range maxPasses - 1 {
					given := fact.GivePass(p, policy.PersonID{}, nil, fact.Stamp{Count: 1, Door: t.r.Unit}, to)
					given.ID = policy.PersonID{byte(n), byte(n >> 8), 1}
					if err := t.putPass(&pass{VisitorPass: VisitorPass{Site: &given}}); err != nil {
						return err
					}
				}
				return nil
			}))
			for b.Loop() {
				s.must(a.TellPasses())
			}
			b.ReportMetric(float64(size), "B/record")
		})
	}
}
