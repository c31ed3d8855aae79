package scene

import (
	"cmp"
	"slices"

	"menshen/internal/i18n"
)

// Phrase is one sentence that a door says. Its ID is that of its words in the catalogues, such as
// "scene.opened"; a recording's file is called like it.
type Phrase struct {
	ID    string
	Words i18n.Message
}

// Spoken gives the phrases of a scene, in the order in which they are said. A door that is ready is
// silent. Of the taps of a withdrawal the first and the second are spoken of, no more.
func (s Scene) Spoken() []Phrase {
	switch {
	case s.Hushed, s.Kind == Ready, s.Kind == SetUp, s.Kind == Staff:
		return nil
	case !s.tellsWithdrawal(), s.Done == 1:
		return phrases(s.Title(), s.Line())
	case s.Done == 0:
		return phrases(s.Title())
	case s.Done == 2:
		return phrases(s.Line())
	}
	return nil
}

// Phrases gives each phrase that any scene has, once, in the order of their IDs.
func Phrases() []Phrase {
	all := map[string]Phrase{}
	for _, k := range Kinds() {
		for _, s := range Variants(k) {
			for _, p := range s.Spoken() {
				all[p.ID] = p
			}
		}
	}
	out := make([]Phrase, 0, len(all))
	for _, p := range all {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Phrase) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Variants gives the scenes of a kind that differ in what they say.
func Variants(k Kind) []Scene {
	all := []Scene{{Kind: k}}
	switch k {
	case Ready:
		all = nil
		for w := range ByBell * 2 {
			all = append(all, Scene{Kind: k, Ways: w})
		}
		for w := range ByBell {
			all = append(all, Scene{Kind: k, Ways: w | CardFirst})
		}
	case Acting:
		all = nil
		for _, a := range Acts() {
			all = append(all, Scene{Kind: k, Act: a})
		}
	case Looking, Enrolling, WalkingUp:
		for a := Fine; a.Valid(); a++ {
			all = append(all, Scene{Kind: k, Advice: a})
		}
	case Refused, Waiting:
		for n := Nothing; n.Valid(); n++ {
			all = append(all, Scene{Kind: k, Next: n})
		}
	case Opened:
		all = append(all, Scene{Kind: k, MayWithdraw: true, Done: 1, Wanted: 5})
	}
	return all
}

func phrases(all ...i18n.Message) (out []Phrase) {
	for _, m := range all {
		if !m.IsZero() {
			out = append(out, Phrase{m.ID, m})
		}
	}
	return out
}
