package policy

import "math"

// How well limits on wrong codes protect against a person who guesses at the keypad. Each code is
// compared with the PINs of all people, so this depends on how many PINs there are.

// MaxDigits is the most digits that a PIN has.
const MaxDigits = 8

const minDigits = 4

// Guesses is the greatest number of wrong codes that can be typed within one [TryLimits.Forget]
// while so many residents type their own PINs in between.
//
// Of the codes in such a time the n-th comes when at least n-1-helpers count, and so after
// the pauses of those before it.
func (l TryLimits) Guesses(helpers int) int {
	if l.Free <= 0 || l.Pause <= 0 {
		return math.MaxInt32
	}
	n, waited := 1, l.pause(1-helpers)
	for waited < l.Window() {
		n++
		waited += l.pause(n - helpers)
	}
	return n
}

// DailyGuesses is the most that can be typed in a day, by a resident who has a PIN of their own.
func (l TryLimits) DailyGuesses() float64 {
	return math.Ceil(float64(day)/float64(l.Window())) * float64(l.Guesses(1))
}

// Digits is how many digits a PIN needs where there are so many PINs: a day of guessing that is not
// interrupted finds one of them in at most one case of a hundred. More than MaxDigits: with these
// limits no PIN is long enough.
func (l TryLimits) Digits(pins int) int {
	codes := 100 * l.DailyGuesses() * float64(max(pins, 1))
	return max(minDigits, int(math.Ceil(math.Log10(codes))))
}

// PINs counts the PINs that open a door, and those of them that are shorter than so
// many digits. Of how many digits a PIN has that was given before units kept that,
// nothing is known: it counts as short.
func PINs(people []Person, door string, digits int) (all, short int) {
	for _, p := range people {
		for _, k := range p.Credentials {
			if k.Kind == PINKind && !k.Revoked && k.opensAt(door) {
				all++
				count(&short, k.Digits < digits)
			}
		}
	}
	return all, short
}
