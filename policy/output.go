package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Output is a switch beside the door, for a lift or a garage, with rights of its own
// (docs/decisions/0060). Who presents something at the door's reader asks for the door and for each
// output at once.
type Output struct {
	Name    string
	Release time.Duration // how long it is on after a grant; 0: [DefaultRelease]
	Access  []Access      // who may switch it, and when; empty: nobody
}

// OutputAnswer is the answer for one output in a [Decision].
type OutputAnswer struct {
	Output  string
	Grant   bool
	Reason  Reason
	Release time.Duration // how long it is on; zero when denied
	Trace   []Check       // of the output's own questions; the door's of steps 1 to 5 hold for it too
}

// The questions of an output. They are the door's of steps 6 to 10, but
// for the moment of the door: who came in just now, and whether another door is open.
var (
	beforeOutput = []question{
		{byAnyMeans, "no alarm", ReasonEmergency, noAlarm},
		{byFaceOnly, "more than a face", ReasonCardRequired, func(Attempt) (bool, string) { return false, "" }},
	}
	outputHours = []question{{byAnyMeans, "in their hours", ReasonHours, func(a Attempt) (bool, string) {
		ok, at := inTheirHours(a)
		return ok && len(a.Site.Access) > 0, at
	}}}
	outputQuestions = slices.Concat(beforeOutput, personMay, outputHours, personConfirmed)
)

func noAlarm(a Attempt) (bool, string) { return !a.Site.Fire && !a.Site.Evacuation, "" }

// answerOutputs asks about each output of the door for a person who was recognised by right. A
// visitor's pass switches one only together with the door, where its use is counted; so does
// everybody where two people are needed, since the first of them is one who may come in.
func (d *Decision) answerOutputs(a Attempt) {
	follows := func(m Means) bool { return m == ByPass || a.Site.TwoPersons > 0 }
	withDoor := []question{{follows, "door opens", d.Reason, func(Attempt) (bool, string) { return d.Grant, "" }}}
	for _, o := range a.Site.Outputs {
		var x Decision
		of := a
		of.Site.Access, of.Site.Release = o.Access, o.Release
		if x.pass(of, withDoor) && x.pass(of, outputQuestions) {
			x = x.grant(of, opens[a.Means])
		}
		d.Outputs = append(d.Outputs, OutputAnswer{o.Name, x.Grant, x.Reason, x.Release, x.Trace})
	}
}

// Moves reports whether the decision opens the door or switches an output.
func (d Decision) Moves() bool { return d.Grant || d.any(func(o OutputAnswer) bool { return o.Grant }) }

// WantsFace reports whether the door or an output would be granted once the card's owner has shown
// their face.
func (d Decision) WantsFace() bool {
	return d.Reason == ReasonFaceRequired ||
		d.any(func(o OutputAnswer) bool { return o.Reason == ReasonFaceRequired })
}

func (d Decision) any(is func(OutputAnswer) bool) bool { return slices.ContainsFunc(d.Outputs, is) }

// The words of an answer as it is stored.
const (
	outputGranted = "granted "
	outputDenied  = "denied: "
)

// Text is the answer as it is stored, without output and trace: "granted 5s: card", "denied:
// hours".
func (o OutputAnswer) Text() string {
	if o.Grant {
		return fmt.Sprintf("%s%v: %s", outputGranted, o.Release, o.Reason)
	}
	return outputDenied + string(o.Reason)
}

// ParseOutputAnswer reads what Text gave. It reports false for another text.
func ParseOutputAnswer(output, text string) (o OutputAnswer, ok bool) {
	o.Output = output
	if why, denied := strings.CutPrefix(text, outputDenied); denied {
		o.Reason = Reason(why)
		return o, why != ""
	}
	rest, granted := strings.CutPrefix(text, outputGranted)
	length, why, two := strings.Cut(rest, ": ")
	d, err := time.ParseDuration(length)
	o.Grant, o.Reason, o.Release = true, Reason(why), d
	return o, granted && two && err == nil && why != ""
}

// OutputNamed reports whether an output can be called so: a word of small letters, digits and
// hyphens that begins with a letter, of at most 20.
func OutputNamed(name string) bool {
	return name != "" && len(name) <= 20 && name[0] >= 'a' && name[0] <= 'z' &&
		!strings.ContainsFunc(name, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
		})
}
