// Package fact is what the doors of a site tell each other about people: values that are merged, and
// nothing that runs. See docs/decisions/0071.
//
// A [Person] holds all facts that are known about one person, or the few that one change made.
// [Person.Merge] joins two of them. It does not matter in which order facts are merged, nor how
// often the same ones come: doors that have heard the same facts hold equal values.
//
// [Diff] finds the facts in a change that was made at this door. [Person.Onto] gives the person as
// they are at this door.
package fact
