package store

import (
	"fmt"
	"testing"

	"menshen/policy"
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
