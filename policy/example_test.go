package policy_test

import (
	"fmt"
	"time"

	"menshen/policy"
)

var morning = time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC)

// Somebody whose lease ended last night taps their card, and the person on the landing side leaves.
func ExampleDecide() {
	tenant := policy.Person{
		Until:       morning.Add(-8 * time.Hour),
		Credentials: []policy.Credential{{ID: "k1", Kind: policy.CardKind}},
	}
	d := policy.Decide(policy.Attempt{At: morning, Clock: policy.Clock{Trusted: true}, Door: "front",
		Means: policy.ByCard, Person: &tenant, CredentialID: "k1"})
	fmt.Println(d.Grant, d.Reason.Message().String())
	last := d.Trace[len(d.Trace)-1]
	fmt.Println(last.Rule, last.Pass, last.Detail)

	d = policy.Decide(policy.Attempt{At: morning, Door: "front", Means: policy.ByREX})
	fmt.Println(d.Grant, d.Release)
	// Output:
	// false Your stay has ended. Please ask the staff.
	// lease not over false until 2026-03-10 00:00
	// true 5s
}

// A card releases the door, somebody opens it, and it stays open.
func ExampleDoor_Step() {
	c := policy.DoorConfig{HasContact: true, HeldAfter: 30 * time.Second}
	d := policy.StartDoor(c, false, morning)
	for _, e := range []policy.DoorEvent{
		{At: morning, Kind: policy.EvRelease, For: 5 * time.Second, Reason: policy.ReasonCard},
		{At: morning.Add(2 * time.Second), Kind: policy.EvOpened},
		{At: morning.Add(32 * time.Second), Kind: policy.EvTick},
	} {
		var effects []policy.Effect
		d, effects = d.Step(c, e)
		for _, do := range effects {
			fmt.Println(e.Kind, "->", do.Kind, do.Name, "because", do.Reason)
		}
	}
	fmt.Println(d.State)
	// Output:
	// release -> unlock  because card
	// release -> signal granted because card
	// tick -> lock  because relock
	// tick -> alarm held because held
	// tick -> signal alarm because held
	// held
}

// A unit without a working reader stops using faces, and says why.
func ExampleReview() {
	found := policy.Review(policy.UnitFacts{
		At:     morning,
		Doors:  []policy.DoorFacts{{Name: "front", Faces: true}},
		People: policy.PeopleFacts{At: morning},
	})
	fmt.Println(policy.FacesOff(found))
	for _, p := range found[0].Problems {
		fmt.Println(p.Message().String())
		fmt.Println(p.Remedy().String())
	}
	// Output:
	// R-ALT
	// A door that uses faces has no working card reader, keypad or staffed release.
	// Repair the reader, or use the staffed release. Faces come back by themselves.
}
